//! What is said to the server, nobody else reads.

use herald_ports::{NotificationStore, SystemRandom};
use herald_store_diesel::{DieselStore, OpenError, StoreConfig};

use crate::database::Database;
use crate::questions::port;
use crate::sending::hello;
use crate::{on_postgres, open};

/// The names that the certificate of a server of Debian may be of.
fn names() -> Vec<String> {
    let own = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    vec!["localhost".to_owned(), own.trim().to_owned()]
}

/// The database by a name that stands for this machine.
fn url(database: &Database, name: &str, query: &str) -> String {
    let database = &database.name;
    format!("postgres://postgres@{name}:{}/{database}?hostaddr=127.0.0.1&{query}", port())
}

fn try_open(url: String) -> Result<DieselStore, OpenError> {
    DieselStore::open(&StoreConfig::new(url), &SystemRandom)
}

on_postgres! {
    /// Connections are secret if that is asked for, and by default where the server can.
    async fn connections_are_secret(database: &Database) {
        let Some(_) = database.certificate() else {
            return herald_contract::skip("tls", "the server has no certificate");
        };
        for query in ["sslmode=require", "sslmode=prefer", ""] {
            let store = open(url(database, "localhost", query));
            store.append(hello("alice")).await.unwrap();
            store.ping().await.unwrap();
            assert_eq!(database.readable_connections(), 0, "{query}");
            store.close().await;
        }
        let store = open(url(database, "localhost", "sslmode=disable"));
        store.append(hello("alice")).await.unwrap();
        assert!(database.readable_connections() > 0);
    }
}

on_postgres! {
    /// A server proves who it is by a certificate, if that is asked for.
    async fn certificates_are_verified(database: &Database) {
        let Some(certificate) = database.certificate() else {
            return herald_contract::skip("tls", "the server has no certificate");
        };
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let own = write("own.pem", &certificate);
        let stranger = rcgen::generate_simple_self_signed(names()).unwrap().cert.pem();
        let stranger = write("stranger.pem", &stranger);

        let full = |name: &str, roots: &str| {
            url(database, name, &format!("sslmode=verify-full&sslrootcert={roots}"))
        };
        assert!(names().iter().any(|name| try_open(full(name, &own)).is_ok()));
        let wrong_name = try_open(full("wrong.example", &own));
        assert!(matches!(wrong_name, Err(OpenError::Connect(_))));
        for mode in ["verify-ca", "require"] {
            let ca = |roots: &str| {
                let query = format!("sslmode={mode}&sslrootcert={roots}");
                try_open(url(database, "wrong.example", &query))
            };
            ca(&own).map(drop).unwrap();
            assert!(matches!(ca(&stranger), Err(OpenError::Connect(_))), "{mode}");
        }
        let missing = try_open(full("localhost", "/nowhere/at/all.pem"));
        assert!(matches!(missing, Err(OpenError::Postgres(_))));
    }
}
