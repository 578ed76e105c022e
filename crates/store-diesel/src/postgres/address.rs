use std::path::PathBuf;

use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use url::form_urlencoded::{Serializer, parse};

use super::tls::Verify;
use crate::config::OpenError;

/// What a `postgres://` URL says.
pub(super) struct Address {
    pub(super) config: Config,
    /// what the server's certificate must prove
    pub(super) verify: Verify,
    /// a file with the certificates that are trusted
    pub(super) roots: Option<PathBuf>,
}

impl Address {
    /// Reads a URL with the parameters that psql knows. Those of TLS are taken out, because
    /// `tokio-postgres` leaves certificates to others.
    pub(super) fn of(url: &str) -> Result<Self, OpenError> {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut roots) = (None, None);
        let mut rest = Serializer::new(String::new());
        for (name, value) in parse(query.as_bytes()) {
            match &*name {
                "sslmode" => mode = Some(value.into_owned()),
                "sslrootcert" => roots = Some(PathBuf::from(value.into_owned())),
                _ => drop(rest.append_pair(&name, &value)),
            }
        }
        // what is wrong with it is told without the URL, which may hold a password
        let mut config: Config = format!("{place}?{}", rest.finish().replace('+', "%20"))
            .parse()
            .map_err(|error| OpenError::Postgres(super::describe(&error)))?;
        let has_roots = roots.is_some();
        let (ssl, verify) = match mode.as_deref() {
            Some("disable") => (SslMode::Disable, Verify::Nothing),
            None | Some("prefer") => (SslMode::Prefer, Verify::Nothing),
            // a file is given to be looked at: so does psql
            Some("require") if has_roots => (SslMode::Require, Verify::Authority),
            Some("require") => (SslMode::Require, Verify::Nothing),
            Some("verify-ca") => (SslMode::Require, Verify::Authority),
            Some("verify-full") => (SslMode::Require, Verify::AuthorityAndName),
            Some(_) => {
                let modes = "sslmode must be disable, prefer, require, verify-ca or verify-full";
                return Err(OpenError::Postgres(modes.to_owned()));
            }
        };
        config.ssl_mode(ssl);
        Ok(Self { config, verify, roots })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &str) -> (SslMode, Verify, Option<PathBuf>) {
        let address = Address::of(&format!("postgres://ann:s%20ecret@db/herald{query}"));
        let Address { config, verify, roots } = address.unwrap();
        assert_eq!(config.get_password(), Some("s ecret".as_bytes()));
        (config.get_ssl_mode(), verify, roots)
    }

    #[test]
    fn every_mode_of_tls_is_understood() {
        let file = Some(PathBuf::from("/etc/ca file.pem"));
        for (query, expected) in [
            ("", (SslMode::Prefer, Verify::Nothing, None)),
            ("?sslmode=disable", (SslMode::Disable, Verify::Nothing, None)),
            ("?sslmode=prefer", (SslMode::Prefer, Verify::Nothing, None)),
            ("?sslmode=require&connect_timeout=3", (SslMode::Require, Verify::Nothing, None)),
            (
                "?sslrootcert=/etc/ca%20file.pem&sslmode=require",
                (SslMode::Require, Verify::Authority, file.clone()),
            ),
            ("?sslmode=verify-ca", (SslMode::Require, Verify::Authority, None)),
            (
                "?sslmode=verify-full&sslrootcert=/etc/ca%20file.pem",
                (SslMode::Require, Verify::AuthorityAndName, file),
            ),
        ] {
            assert_eq!(of(query), expected, "{query}");
        }
    }

    #[test]
    fn other_parameters_are_kept() {
        let url = "postgresql://db/herald?application_name=a%20b&sslmode=disable&options=-c%20x=y";
        let config = Address::of(url).unwrap().config;
        assert_eq!(config.get_application_name(), Some("a b"));
        assert_eq!(config.get_options(), Some("-c x=y"));
    }

    #[test]
    fn what_is_wrong_is_told_without_the_password() {
        for url in [
            "postgres://ann:secret@db/herald?sslmode=maybe",
            "postgres://ann:secret@db/herald?colour=blue",
            "postgres://ann:secret@db:port/herald",
        ] {
            let error = Address::of(url).err().unwrap().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
