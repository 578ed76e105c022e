//! What tests ask of the server, and do to it.

use tokio_postgres::Client;

use crate::database::{Database, address, on_database, on_server, run, url_at};

impl Database {
    /// By another address than the server's own.
    pub(crate) fn url_at(&self, address: &str) -> String {
        url_at(address, &self.name)
    }

    /// Makes it as if it were new, without any table.
    pub(crate) fn empty(&self) {
        run(&[
            &format!("DROP DATABASE {} WITH (FORCE)", self.name),
            &format!("CREATE DATABASE {}", self.name),
        ]);
    }

    /// Has the server end every connection to it.
    pub(crate) fn end_connections(&self) {
        end_connections(&self.name);
    }

    /// The server's certificate; `None` if it has none.
    pub(crate) fn certificate(&self) -> Option<String> {
        let sql = "SELECT CASE WHEN current_setting('ssl')::bool \
                   THEN pg_read_file(current_setting('ssl_cert_file')) END";
        ask(sql)
    }

    /// Sets something for whoever connects from now on.
    pub(crate) fn set(&self, name: &str, value: &str) {
        run(&[&format!("ALTER DATABASE {} SET {name} = {value}", self.name)]);
    }

    /// The tables that some statement has read without an index, once nobody is connected any more.
    pub(crate) fn read_as_a_whole(&self) -> Vec<String> {
        let sql = "SELECT relname::text FROM pg_stat_user_tables WHERE seq_scan > 0";
        self.counted(async |client| {
            client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
        })
    }

    /// How many rows of a table were looked at so far, once nobody is connected any more.
    pub(crate) fn rows_read(&self, table: &str) -> i64 {
        let sql = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = $1";
        self.counted(async |client| client.query_one(sql, &[&table]).await.unwrap().get(0))
    }

    /// Asks for what connections count: they hand it over when they end.
    fn counted<T: Send>(&self, question: impl AsyncFnOnce(&Client) -> T + Send) -> T {
        let others =
            format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{}'", self.name);
        while ask::<i64>(&others) > 0 {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let mut answer = None;
        on_database(&self.name, async |client| answer = Some(question(client).await));
        answer.unwrap()
    }

    /// How often the server found that some waited for each other.
    pub(crate) fn circles(&self) -> i64 {
        ask(&format!("SELECT deadlocks FROM pg_stat_database WHERE datname = '{}'", self.name))
    }

    /// How many connections there are that everybody on the way can read.
    pub(crate) fn readable_connections(&self) -> i64 {
        let name = &self.name;
        ask(&format!(
            "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
             WHERE datname = '{name}' AND NOT ssl"
        ))
    }
}

/// Has the server end every connection to a database.
pub(crate) fn end_connections(name: &str) {
    run(&[&format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    )]);
}

/// The one value that a query of the server answers.
pub(crate) fn ask<T>(sql: &str) -> T
where
    T: for<'a> tokio_postgres::types::FromSql<'a> + Send,
{
    let mut value = None;
    on_server(async |client| {
        value = Some(client.query_one(sql, &[]).await.unwrap().get(0));
    });
    value.unwrap()
}

pub(crate) fn port() -> u16 {
    address().rsplit(':').next().unwrap().parse().unwrap()
}
