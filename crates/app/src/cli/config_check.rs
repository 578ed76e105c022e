use anyhow::Result;
use clap::Subcommand;

use super::Settings;
use crate::logging;

#[derive(Subcommand)]
pub(super) enum ConfigCommand {
    /// Check the configuration without starting anything
    Check(Settings),
}

pub(super) fn run(command: &ConfigCommand) -> Result<()> {
    let ConfigCommand::Check(settings) = command;
    logging::filter(&settings.load()?)?;
    super::say("the configuration is valid");
    Ok(())
}
