//! Several servers and workers on one PostgreSQL database and one broker: to their users they are one,
//! whatever becomes of any of them, of the broker, and of the database.

mod broker_restarts;
mod clock;
mod crowd;
mod cut_off;
mod database_restarts;
mod killed;
mod limits;
mod load;
mod one;
mod presence;
mod rolling;
mod tour;

use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::broker::is_ready;
use crate::support::{Builder, PostgreSql, Server, amount, signal, skip};

const SERVERS: usize = 3;
const WORKERS: usize = 2;

/// The processes, and what they share.
pub(super) struct Cluster {
    servers: Vec<Server>,
    workers: Vec<Worker>,
    /// how others like them are started
    builder: Builder,
    balancer: Balancer,
    database: PostgreSql,
}

/// Which servers requests go to, as a load balancer knows it.
type Balancer = Arc<Mutex<Vec<SocketAddr>>>;

/// A process without an API. It is killed when dropped.
pub(crate) struct Worker(Child);

impl Worker {
    pub(crate) fn start(builder: &Builder) -> Self {
        let mut command = builder.command(&["worker"]);
        Self(command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// Asks it to end, and waits until it has.
    fn stop(&mut self) {
        signal(self.0.id(), "-TERM");
        let status = self.0.wait().unwrap();
        assert!(status.success(), "{status}");
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
    async fn start(test: &str, builder: Builder) -> Option<Self> {
        Self::with_odd_one(test, builder, |builder| builder).await
    }

    /// One whose first server is started otherwise than the rest.
    async fn with_odd_one(
        test: &str,
        builder: Builder,
        odd: impl FnOnce(Builder) -> Builder,
    ) -> Option<Self> {
        let Some(database) = PostgreSql::start().await else {
            skip(test, "PostgreSQL is not installed");
            return None;
        };
        let url = PostgreSql::url_at(&database.address());
        let builder = builder.keep_everything().set("HERALD_DATABASE_URL", &url);
        let mut servers = vec![odd(builder.clone()).start().await];
        // the administrator is there; hashing the password again would only take time
        let builder = builder.unset("HERALD_ADMIN_USERNAME").unset("HERALD_ADMIN_PASSWORD");
        while servers.len() < SERVERS {
            servers.push(builder.clone().start().await);
        }
        let balancer = Arc::new(Mutex::new(servers.iter().map(|server| server.address).collect()));
        let workers = (0..WORKERS).map(|_| Worker::start(&builder)).collect();
        let cluster = Self { servers, workers, builder, balancer, database };
        cluster.is_ready().await;
        Some(cluster)
    }

    /// Waits until nothing is missing at any server.
    async fn is_ready(&self) {
        for server in &self.servers {
            is_ready(server).await;
        }
    }

    /// Starts another server in place of one that has ended.
    async fn replace(&mut self, nth: usize) {
        let before = self.servers[nth].address;
        self.servers[nth] = self.builder.clone().start().await;
        is_ready(&self.servers[nth]).await;
        let mut known = self.balancer.lock().unwrap();
        known.retain(|address| *address != before);
        known.push(self.servers[nth].address);
    }
}

/// How long a fault goes on: `TEST_CLUSTER_SECONDS`.
fn duration() -> Duration {
    Duration::from_secs(amount("TEST_CLUSTER_SECONDS", 5) as u64)
}
