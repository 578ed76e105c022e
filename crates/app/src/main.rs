//! The binary `herald`: one file per command in `cli`, the composition root in `wire`.

mod background;
mod cli;
mod cluster;
mod config;
mod figures;
mod limits;
mod logging;
mod outlets;
mod outreach;
mod queue;
mod revocations;
mod service_manager;
mod wire;

use std::process::ExitCode;

use clap::Parser;

/// What mailers and schedulers take for "try again later": `EX_TEMPFAIL` of sysexits.h.
const TRY_AGAIN: u8 = 75;

fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            cli::complain(&error);
            if error.is::<cli::NotNow>() { TRY_AGAIN.into() } else { ExitCode::FAILURE }
        }
    }
}
