//! Several servers and workers on one PostgreSQL database and one broker: to their users they are one.

mod chaos;
mod one;
#[path = "../../../crates/store-diesel/tests/postgres/database.rs"]
mod postgres;

use std::process::{Child, Stdio};

use crate::broker::{Broker, is_ready};
use crate::support::{Builder, Server, skip};
use postgres::Database;

const SERVERS: usize = 3;
const WORKERS: usize = 2;

/// The processes, and what they share.
pub(super) struct Cluster {
    servers: Vec<Server>,
    workers: Vec<Worker>,
    /// how any of them is started
    builder: Builder,
    _database: Database,
}

/// A process without an API. It is killed when dropped.
struct Worker(Child);

impl Worker {
    fn start(builder: &Builder) -> Self {
        let mut command = builder.command(&["worker"]);
        Self(command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Cluster {
    /// Starts one; `None`, and a note, without PostgreSQL.
    async fn start(test: &str, broker: &Broker) -> Option<Self> {
        let Some(database) = Database::new() else {
            skip(test, "PostgreSQL is not here");
            return None;
        };
        let builder = broker
            .server(&broker.address())
            .keep_everything()
            .set("HERALD_DATABASE_URL", &database.url());
        let mut servers = Vec::new();
        for _ in 0..SERVERS {
            servers.push(builder.clone().start().await);
        }
        for server in &servers {
            is_ready(server).await;
        }
        let workers = (0..WORKERS).map(|_| Worker::start(&builder)).collect();
        Some(Self { servers, workers, builder, _database: database })
    }
}
