//! A subscriber in a terminal.

mod backoff;
mod follow;
mod screen;
mod socket;

use std::io;

use anyhow::Result;
use clap::Args;

use super::remote::{Client, Remote};
use follow::Follower;
use screen::Screen;

/// Shows notifications as they come, and goes on after a lost connection where it was.
///
/// Notifications go to standard output, one a line; what happens to the connection goes to standard
/// error. Ends with 0 at Ctrl-C, and with 1 when the server refuses the token.
#[derive(Args)]
pub(super) struct Tail {
    /// Print each message as the server wrote it, one JSON object a line
    #[arg(long)]
    json: bool,
    /// Begin with what came after this revision of the inbox, not with now
    #[arg(long, value_name = "REV")]
    since: Option<i64>,
    #[command(flatten)]
    remote: Remote,
}

pub(super) fn run(tail: Tail) -> Result<()> {
    super::block_on(async {
        let mut follower = Follower::new(Client::new(tail.remote)?, Screen::new(tail.json));
        tokio::select! {
            ended = follower.follow(tail.since) => match ended {
                // whoever read our output has gone
                Err(error) if is_broken_pipe(&error) => Ok(()),
                ended => ended,
            },
            interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
        }
    })
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
