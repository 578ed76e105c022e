use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use clap::{Parser, ValueEnum};

use crate::bench::Bench;
use crate::crew::Crew;
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
    #[arg(long, value_name = "URL", requires_all = ["pid", "secret", "api_key"])]
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
    /// serve as the floor
    #[value(hide = true)]
    Floor,
}

impl Options {
    /// How many rounds.
    pub(crate) fn rounds(&self) -> u32 {
        self.rounds.unwrap_or(if self.quick { 1 } else { 3 })
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
