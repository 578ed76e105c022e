//! A PostgreSQL database for each test, on the server that `TEST_POSTGRES` names.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use herald_ports::SystemRandom;
use herald_store_diesel::{DieselStore, StoreConfig};
use tokio_postgres::{Client, NoTls};

/// A database that is dropped with this.
pub(crate) struct Database {
    pub(crate) name: String,
}

impl Database {
    /// A database with all tables and nothing in them; `None` without a server.
    pub(crate) fn new() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let template = template()?;
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("herald_test_{}_{nth}", std::process::id());
        run(&[&format!("CREATE DATABASE {name} TEMPLATE {template}")]);
        Some(Self { name })
    }

    pub(crate) fn url(&self) -> String {
        url(&self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        run(&[&format!("DROP DATABASE {} WITH (FORCE)", self.name)]);
    }
}

/// Where the server listens.
pub(crate) fn address() -> String {
    std::env::var("TEST_POSTGRES").unwrap_or_else(|_| "127.0.0.1:5432".to_owned())
}

fn url(database: &str) -> String {
    url_at(&address(), database)
}

pub(crate) fn url_at(address: &str, database: &str) -> String {
    format!("postgres://postgres@{address}/{database}?sslmode=disable")
}

/// The database that all others are copied from, made by whoever comes first; another for other
/// migrations.
fn template() -> Option<&'static str> {
    static TEMPLATE: OnceLock<Option<String>> = OnceLock::new();
    let make = || {
        std::net::TcpStream::connect(address()).ok()?;
        let mut hasher = DefaultHasher::new();
        let migrations = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/postgres");
        let mut folders: Vec<_> =
            std::fs::read_dir(migrations).unwrap().map(|folder| folder.unwrap().path()).collect();
        folders.sort();
        for folder in folders {
            std::fs::read_to_string(folder.join("up.sql")).unwrap().hash(&mut hasher);
        }
        let name = format!("herald_template_{:016x}", hasher.finish());
        on_server(async |client| {
            // one process after the other
            client.batch_execute("SELECT pg_advisory_lock(4711)").await.unwrap();
            let there = format!("SELECT FROM pg_database WHERE datname = '{name}'");
            if !client.query(&there, &[]).await.unwrap().is_empty() {
                return;
            }
            let new = format!("{name}_new");
            for sql in [
                format!("DROP DATABASE IF EXISTS {new} WITH (FORCE)"),
                format!("CREATE DATABASE {new}"),
            ] {
                client.batch_execute(&sql).await.unwrap();
            }
            let store = DieselStore::open(&StoreConfig::new(url(&new)), &SystemRandom).unwrap();
            store.close().await;
            drop(store);
            let (inside, connection) = tokio_postgres::connect(&url(&new), NoTls).await.unwrap();
            tokio::spawn(connection);
            // each has an epoch of its own
            inside.batch_execute("DELETE FROM meta").await.unwrap();
            drop(inside);
            // connections end a moment after they are closed
            let others = format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{new}'"
            );
            client.batch_execute(&others).await.unwrap();
            let rename = format!("ALTER DATABASE {new} RENAME TO {name}");
            while client.batch_execute(&rename).await.is_err() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        });
        Some(name)
    };
    TEMPLATE.get_or_init(make).as_deref()
}

/// Runs statements on the server.
pub(crate) fn run(statements: &[&str]) {
    on_server(async |client| {
        for sql in statements {
            client.batch_execute(sql).await.unwrap();
        }
    });
}

/// Does something on the server, on a thread that may wait.
pub(crate) fn on_server(work: impl AsyncFnOnce(&Client) + Send) {
    on_database("postgres", work);
}

pub(crate) fn on_database(name: &str, work: impl AsyncFnOnce(&Client) + Send) {
    let here = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&url(name), NoTls).await.unwrap();
            tokio::spawn(connection);
            work(&client).await;
        });
    };
    std::thread::scope(|scope| scope.spawn(here).join().unwrap());
}
