//! What leaves Herald.

mod beside;
mod drain;
mod nodes;
mod waiting;

use std::ops::Range;

use anyhow::Result;

use super::Bench;
use crate::client::{audience, body_by};
use crate::figure::Figure;
use crate::herald::{self, Herald, Shared};
use crate::postgres::{self, Database};
use crate::subject::Subject;

/// How many have a telephone.
const PHONES: usize = 1_000;

/// Deliveries: how many, what keeps them from leaving, and what those cost that wait.
pub(super) async fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let mut figures = drain::run(bench).await?;
    figures.extend(beside::run(bench).await?);
    figures.extend(waiting::run(bench).await?);
    figures.extend(nodes::run(bench).await?);
    Ok(figures)
}

/// A server with settings of its own.
struct Alone {
    herald: Herald,
    /// instead of a file: it goes after the server
    _database: Option<Database>,
}

impl Alone {
    async fn start(bench: &Bench, settings: &[(&'static str, String)]) -> Result<Self> {
        let database = bench.database.as_ref().map(postgres::Server::create).transpose()?;
        let shared = Shared { database: database.as_ref(), settings, ..Shared::default() };
        Ok(Self { herald: bench.start(shared).await?, _database: database })
    }
}

/// How many e-mails are sent at a time.
fn email_at_a_time(count: usize) -> (&'static str, String) {
    ("HERALD_EMAIL_CONCURRENCY", count.to_string())
}

/// Sends an e-mail to each of these users.
async fn send_email(subject: &Subject, users: Range<usize>) -> Result<()> {
    const AUDIENCE: usize = 10_000;
    let end = users.end;
    let notifications = users
        .step_by(AUDIENCE)
        .map(|from| body_by("email", &audience(from..end.min(from + AUDIENCE))));
    herald::batches(subject, notifications, 1).await
}

/// Makes sure that there are users with telephones.
async fn give_phones(herald: &Herald) -> Result<()> {
    herald::populate(&herald.subject, PHONES).await?;
    herald::give_phones(herald, PHONES).await
}

/// Sends so many short messages, the same number to each who has a telephone.
async fn send_sms(subject: &Subject, messages: usize) -> Result<()> {
    let notification = body_by("sms", &audience(0..PHONES));
    let notifications = std::iter::repeat_n(notification, messages / PHONES);
    herald::batches(subject, notifications, 1).await
}
