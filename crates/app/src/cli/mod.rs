//! The command line.

mod config_check;
mod demo;
mod migrate;
mod openapi;
mod plain;
mod remote;
mod send;
mod serve;
mod tail;
mod user;
mod worker;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::config::{Config, Flags};

/// Herald: a notification server with a durable inbox and live delivery
#[derive(Parser)]
#[command(name = "herald", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server: API, sockets and workers in one process
    Serve(Settings),
    /// Put what waits into inboxes and clean up, without an API: beside servers on the same database
    Worker(Settings),
    /// Show what Herald does: sample people who are told something every few seconds
    Demo(demo::Demo),
    /// Send a notification
    Send(Box<send::Send>),
    /// Show a user's notifications as they come
    Tail(tail::Tail),
    /// Bring the database to this version, and exit
    Migrate(Settings),
    /// Manage users
    #[command(subcommand)]
    User(user::UserCommand),
    /// Look at the configuration
    #[command(subcommand)]
    Config(config_check::ConfigCommand),
    /// Print the OpenAPI document
    Openapi,
}

/// Where the configuration comes from: flags before `HERALD_*` variables before the file
#[derive(Args)]
pub(crate) struct Settings {
    /// TOML file with the same names in lower case
    #[arg(long, env = "HERALD_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
}

impl Settings {
    fn load(&self) -> Result<Config> {
        Config::load(&self.flags, self.config.as_deref())
    }
}

/// Runs a command to its end.
pub(crate) fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Serve(settings) => serve::run(&settings.load()?),
        Command::Worker(settings) => worker::run(&settings.load()?),
        Command::Demo(demo) => demo::run(&demo),
        Command::Send(send) => send::run(send),
        Command::Tail(tail) => tail::run(tail),
        Command::Migrate(settings) => migrate::run(&settings.load()?),
        Command::User(command) => user::run(command),
        Command::Config(command) => config_check::run(&command),
        Command::Openapi => openapi::run(),
    }
}

pub(crate) use remote::NotNow;

/// Says why the command failed.
#[expect(clippy::print_stderr, reason = "this is a command line")]
pub(crate) fn complain(error: &anyhow::Error) {
    eprintln!("herald: {error:#}");
}

/// Says what the command did.
#[expect(clippy::print_stdout, reason = "this is a command line")]
fn say(text: &str) {
    println!("{text}");
}

/// Runs a future on a small runtime of its own, for commands that are no server.
fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}
