use std::io::IsTerminal;

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Sends logs to standard error: text on a terminal, one JSON object a line otherwise.
pub(crate) fn init(config: &Config) -> Result<()> {
    let filter = filter(config)?;
    let is_terminal = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let json = match config.log_format {
        LogFormat::Auto => !is_terminal,
        LogFormat::Json => true,
        LogFormat::Text => false,
    };
    if json {
        builder.json().flatten_event(true).init();
    } else {
        builder.with_target(false).with_ansi(is_terminal).init();
    }
    Ok(())
}

/// What the clients of brokers log of themselves: each attempt to connect, and what was in a message.
/// That a broker is away is logged by us, once. Whoever wants it sets `lapin=info`.
const QUIET: &str = "lapin=off,async_nats=off";

/// Which logs are written.
pub(crate) fn filter(config: &Config) -> Result<EnvFilter> {
    EnvFilter::builder().parse(format!("{QUIET},{}", config.log)).context("log")
}
