use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::{Host, Url};

/// Where submissions with TLS from the first byte are taken (RFC 8314 section 3.3).
const SUBMISSIONS: u16 = 465;
/// Where submissions are taken (RFC 6409 section 3.1).
const SUBMISSION: u16 = 587;

/// Where mail is handed over, and as whom to log in: `smtps://user:password@host:465` with TLS from
/// the first byte, or `smtp://user:password@host:587` with STARTTLS.
///
/// Of `smtp`, `?tls=` says whether to insist on STARTTLS: `required` (the default, but on this very machine),
/// `opportunistic` (if it is offered, which whoever sits between can prevent) or `none` (the default on this machine).
/// Characters that mean something in a URL are percent-encoded in name and password.
#[derive(Clone)]
pub struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: Tls,
    pub(crate) login: Option<Login>,
}

/// When what is said becomes secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tls {
    /// from the first byte
    Implicit,
    /// by STARTTLS, or nothing is said
    Required,
    /// by STARTTLS, if it is offered
    Opportunistic,
    /// never
    None,
}

/// As whom to log in.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) name: String,
    pub(crate) password: SecretString,
}

/// The text is no address of a mail server. It is not repeated, for it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be like smtps://user:password@host:465, or smtp:// with ?tls=required, opportunistic or none"
)]
pub struct NotAServer;

impl FromStr for Server {
    type Err = NotAServer;

    fn from_str(text: &str) -> Result<Self, NotAServer> {
        let url = Url::parse(text).map_err(|_| NotAServer)?;
        let host = match url.host().ok_or(NotAServer)? {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let has_more = !matches!(url.path(), "" | "/") || url.fragment().is_some();
        if host.is_empty() || has_more {
            return Err(NotAServer);
        }
        let mut asked = None;
        for (name, value) in url.query_pairs() {
            let tls = match (&*name, &*value) {
                ("tls", "required") => Tls::Required,
                ("tls", "opportunistic") => Tls::Opportunistic,
                ("tls", "none") => Tls::None,
                _ => return Err(NotAServer),
            };
            if asked.replace(tls).is_some() {
                return Err(NotAServer);
            }
        }
        let (tls, port) = match (url.scheme(), asked) {
            ("smtps", None) => (Tls::Implicit, SUBMISSIONS),
            ("smtp", Some(tls)) => (tls, SUBMISSION),
            ("smtp", None) if is_this_machine(&host) => (Tls::None, SUBMISSION),
            ("smtp", None) => (Tls::Required, SUBMISSION),
            _ => return Err(NotAServer),
        };
        Ok(Self { host, port: url.port().unwrap_or(port), tls, login: login(&url)? })
    }
}

fn login(url: &Url) -> Result<Option<Login>, NotAServer> {
    let decode = |text: &str| {
        percent_decode_str(text).decode_utf8().map(String::from).map_err(|_| NotAServer)
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(NotAServer),
        (name, Some(password)) => {
            Ok(Some(Login { name: decode(name)?, password: decode(password)?.into() }))
        }
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} ({:?})", self.host, self.port, self.tls)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn server(text: &str) -> Server {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_said_to_others_is_secret_by_default() {
        for (text, port, tls) in [
            ("smtps://mx.example.com", 465, Tls::Implicit),
            ("smtps://127.0.0.1:4650/", 4650, Tls::Implicit),
            ("smtp://mx.example.com", 587, Tls::Required),
            ("smtp://192.0.2.1:25", 25, Tls::Required),
            ("smtp://mx.example.com:25?tls=none", 25, Tls::None),
            ("smtp://mx.example.com/?tls=opportunistic", 587, Tls::Opportunistic),
            ("smtp://localhost:25", 25, Tls::None),
            ("smtp://127.0.0.1:25", 25, Tls::None),
            ("smtp://[::1]:25", 25, Tls::None),
            ("smtp://localhost?tls=required", 587, Tls::Required),
        ] {
            let server = server(text);
            assert_eq!((server.port, server.tls), (port, tls), "{text}");
        }
        assert_eq!(server("smtp://[2001:db8::1]").host, "2001:db8::1");
    }

    #[test]
    fn name_and_password_may_hold_anything() {
        let server = server("smtp://ops%40example.com:p%3A%2F%C3%A9+%25@h");
        let login = server.login.unwrap();
        assert_eq!(login.name, "ops@example.com");
        assert_eq!(login.password.expose_secret(), "p:/é+%");
    }

    #[test]
    fn what_is_not_a_server_is_refused() {
        for text in [
            "",
            "mx.example.com",
            "mx.example.com:25",
            "http://mx.example.com",
            "smtp:mx.example.com",
            "smtp://",
            "smtp://name@h",
            "smtp://:password@h",
            "smtp://a:%ff@h",
            "smtp://h:99999",
            "smtp://h/name",
            "smtp://h#x",
            "smtp://h?tls=maybe",
            "smtp://h?tls=none&tls=required",
            "smtp://h?x=y",
            "smtps://h?tls=none",
        ] {
            assert_eq!(text.parse::<Server>().err(), Some(NotAServer), "{text}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let server = server("smtp://herald:hunter2@mx.example.com");
        assert_eq!(format!("{server:?}"), "mx.example.com:587 (Required)");
        let error = "smtp://herald:hunter2@[".parse::<Server>().unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }
}
