use herald_ports::{IdGenerator, SystemRandom};
use tokio_postgres::NoTls;

/// An empty database on the server that `TEST_POSTGRES` names. It is dropped with this.
pub(super) struct Database(String);

impl Database {
    /// `None` without a server.
    pub(super) fn new() -> Option<Self> {
        std::net::TcpStream::connect(address()).ok()?;
        let name = format!("herald_test_{}", SystemRandom.id());
        run(&format!("CREATE DATABASE {name}"));
        Some(Self(name))
    }

    pub(super) fn url(&self) -> String {
        url(&self.0)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        run(&format!("DROP DATABASE {} WITH (FORCE)", self.0));
    }
}

fn address() -> String {
    std::env::var("TEST_POSTGRES").unwrap_or_else(|_| "127.0.0.1:5432".to_owned())
}

fn url(database: &str) -> String {
    format!("postgres://postgres@{}/{database}?sslmode=disable", address())
}

/// Runs a statement, on a thread that may wait.
fn run(sql: &str) {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let run = async {
        let (client, connection) = tokio_postgres::connect(&url("postgres"), NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
    };
    std::thread::scope(|scope| scope.spawn(|| runtime().block_on(run)).join().unwrap());
}
