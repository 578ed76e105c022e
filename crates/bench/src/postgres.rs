//! A PostgreSQL server, and databases on it that are made for one measurement.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use anyhow::{Context, Result, ensure};
use tokio::runtime::Builder;
use tokio_postgres::{NoTls, SimpleQueryMessage};

use crate::report;

/// A server that may be told to make databases.
pub(crate) struct Server {
    url: String,
}

impl Server {
    /// The name of its program.
    pub(crate) const PROGRAM: &str = "postgres";

    /// The one of that URL, whose database is only used to say what to do.
    pub(crate) fn at(url: &str) -> Result<Self> {
        let is_postgres = ["postgres://", "postgresql://"].iter().any(|one| url.starts_with(one));
        ensure!(is_postgres, "--database must be like postgres://postgres@127.0.0.1/postgres");
        Ok(Self { url: url.to_owned() })
    }

    /// What it is, such as `PostgreSQL 15.20`.
    pub(crate) fn version(&self) -> Result<String> {
        let version = self.ask("SHOW server_version")?.context("a server has a version")?;
        let number = version.split(' ').next().unwrap_or_default();
        Ok(format!("PostgreSQL {number}"))
    }

    /// Makes an empty database.
    pub(crate) fn create(&self) -> Result<Database> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("herald_bench_{}_{nth}", std::process::id());
        self.ask(&format!("CREATE DATABASE {name}"))?;
        Ok(Database { url: with_database(&self.url, &name), server: self.url.clone(), name })
    }

    fn ask(&self, statement: &str) -> Result<Option<String>> {
        ask(&self.url, statement)
    }
}

/// A database that is dropped with this.
pub(crate) struct Database {
    /// how to reach it
    pub(crate) url: String,
    server: String,
    name: String,
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        if let Err(error) = ask(&self.server, &drop) {
            report::note(&format!("the database {} stays: {error:#}", self.name));
        }
    }
}

/// Runs a statement, and answers the first value of the first row. Blocks, wherever futures run, too.
fn ask(url: &str, statement: &str) -> Result<Option<String>> {
    let ask = async {
        // the connection is moved along with whoever asks, and ends with it
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let answer = client.simple_query(statement).await?;
        anyhow::Ok(answer.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        }))
    };
    let alone = || Builder::new_current_thread().enable_all().build()?.block_on(ask);
    let answer = thread::scope(|scope| scope.spawn(alone).join());
    answer
        .map_err(|_| anyhow::anyhow!("a thread panicked"))?
        .with_context(|| format!("--database: {statement}"))
}

/// The same URL with another database.
fn with_database(url: &str, name: &str) -> String {
    let (place, parameters) = url.split_once('?').map_or((url, ""), |(place, rest)| (place, rest));
    let host = place.find("://").map_or(0, |at| at + 3);
    let end = place[host..].find('/').map_or(place.len(), |at| host + at);
    let mark = if parameters.is_empty() { "" } else { "?" };
    format!("{}/{name}{mark}{parameters}", &place[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_gets_another_database() {
        let x = |url| with_database(url, "x");
        assert_eq!(x("postgres://me@host:5433/mine"), "postgres://me@host:5433/x");
        assert_eq!(x("postgres://host"), "postgres://host/x");
        assert_eq!(
            x("postgres://me:pw@host/mine?sslmode=disable"),
            "postgres://me:pw@host/x?sslmode=disable"
        );
    }
}
