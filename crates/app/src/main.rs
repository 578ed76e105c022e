//! The binary `herald`: one file per command in `cli`, the composition root in `wire`.

mod cli;
mod config;
mod logging;
mod wire;

use clap::Parser;

fn main() -> std::process::ExitCode {
    match cli::run(cli::Cli::parse()) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            cli::complain(&error);
            std::process::ExitCode::FAILURE
        }
    }
}
