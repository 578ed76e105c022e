use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use clap::{Parser, ValueEnum};

use crate::bench::{Bench, Measurement};
use crate::broker::Broker;
use crate::crew::Crew;
use crate::postgres;
use crate::process::Process;
use crate::subject::{Paths, Subject};

/// As many threads make the load as the floor has.
const THREADS: usize = 2;

/// Measures Herald, next to a floor of bare sockets, and prints a table.
#[derive(Parser)]
pub(crate) struct Options {
    /// What to measure
    #[arg(value_enum, default_value = "all")]
    pub(crate) what: What,
    /// A server of this machine that runs already, such as http://127.0.0.1:8000
    #[arg(
        long,
        value_name = "URL",
        requires_all = ["pid", "secret", "api_key"],
        conflicts_with = "database"
    )]
    server: Option<String>,
    /// Its process
    #[arg(long)]
    pid: Option<u32>,
    /// Its HERALD_JWT_SECRET
    #[arg(long, env = "HERALD_JWT_SECRET", hide_env_values = true)]
    secret: Option<String>,
    /// An API key of it that may send
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// A PostgreSQL server to measure on, without TLS, such as
    /// postgres://postgres@127.0.0.1/postgres?sslmode=disable: each server that is started has a
    /// database of its own there, which is dropped afterwards
    #[arg(long, value_name = "URL", required_if_eq("what", "cluster"))]
    database: Option<String>,
    /// A broker to measure nodes over, such as amqp://guest:guest@127.0.0.1 or nats://127.0.0.1;
    /// may be given for each of several
    #[arg(long, value_name = "URL", requires = "database", required_if_eq("what", "cluster"))]
    queue: Vec<Broker>,
    /// Shorter, smaller, and one round
    #[arg(long)]
    pub(crate) quick: bool,
    /// Measure at once, not when the machine is quiet, and not again if it was not
    #[arg(long)]
    now: bool,
    /// How many rounds the medians are of [default: 3, or 1 with --quick]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rounds: Option<u32>,
    /// Also write every round to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// The server to start [default: target/release/herald, which is built first]
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// Where the server keeps its data: on a real disk
    #[arg(long, value_name = "FOLDER", default_value = "target")]
    folder: PathBuf,
}

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// everything
    All,
    /// memory of open sockets, and how fast they connect
    Idle,
    /// one message to a hundred sockets
    Fanout,
    /// one message to everyone
    Broadcast,
    /// one message to one socket
    Unicast,
    /// how many notifications are accepted
    Ingest,
    /// pages of an inbox
    Read,
    /// one message from a node to a socket at another, by each broker
    Cluster,
    /// messages that leave Herald: how many, and what keeps them from leaving
    Delivery,
    /// serve as the floor
    #[value(hide = true)]
    Floor,
}

impl Options {
    /// How many rounds.
    pub(crate) fn rounds(&self) -> u32 {
        self.rounds.unwrap_or(if self.quick { 1 } else { 3 })
    }

    /// What is measured, in that order.
    pub(crate) fn measurements(&self) -> Vec<Measurement> {
        use Measurement as One;
        let mut all = match self.what {
            What::All => vec![
                One::Ingest,
                One::IngestWide,
                One::Unicast,
                One::Fanout,
                One::Broadcast,
                One::Idle,
                One::Read,
                One::Cluster,
                One::Delivery,
            ],
            What::Ingest => vec![One::Ingest, One::IngestWide],
            What::Unicast => vec![One::Unicast],
            What::Fanout => vec![One::Fanout],
            What::Broadcast => vec![One::Broadcast],
            What::Idle => vec![One::Idle],
            What::Read => vec![One::Read],
            What::Cluster => vec![One::Cluster],
            What::Delivery => vec![One::Delivery],
            What::Floor => Vec::new(),
        };
        all.retain(|one| match one {
            One::IngestWide => !self.quick,
            One::Cluster => !self.queue.is_empty(),
            // it takes settings of its own
            One::Delivery => self.server.is_none(),
            _ => true,
        });
        all
    }

    /// What the measurements need.
    pub(crate) fn bench(&self, files: u64) -> Result<Bench> {
        let given = self.given()?;
        let binary = match &self.binary {
            Some(binary) => binary.clone(),
            None if given.is_some() => PathBuf::new(),
            None => build()?,
        };
        std::fs::create_dir_all(&self.folder)?;
        Ok(Bench {
            crew: Crew::start(THREADS)?,
            quick: self.quick,
            patient: !self.now,
            files,
            given,
            database: self.database.as_deref().map(postgres::Server::at).transpose()?,
            brokers: self.queue.clone(),
            binary,
            folder: self.folder.clone(),
            disturbance: Default::default(),
        })
    }

    fn given(&self) -> Result<Option<Subject>> {
        let (Some(server), Some(pid), Some(secret), Some(key)) =
            (&self.server, self.pid, &self.secret, &self.api_key)
        else {
            return Ok(None);
        };
        let Some(address) = server.strip_prefix("http://") else {
            bail!("--server must be like http://127.0.0.1:8000");
        };
        let address: SocketAddr = address
            .trim_end_matches('/')
            .parse()
            .context("--server must be like http://127.0.0.1:8000")?;
        Ok(Some(Subject {
            address,
            process: Process::new(pid),
            programs: Vec::new(),
            key: key.clone(),
            secret: secret.clone(),
            paths: Paths::of_herald(),
        }))
    }
}

/// Builds the server as a user would.
fn build() -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo).args(["build", "--release", "-p", "herald-app"]).status();
    ensure!(built.context("cannot run cargo")?.success(), "herald does not build");
    Ok(PathBuf::from("target/release/herald"))
}
