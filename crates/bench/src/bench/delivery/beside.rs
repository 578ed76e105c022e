use std::time::Duration;

use anyhow::Result;

use super::{Alone, email_at_a_time, give_phones, send_email, send_sms};
use crate::bench::Bench;
use crate::client::Deliveries;
use crate::clock::now;
use crate::figure::Figure;
use crate::herald::{self, Herald};
use crate::provider::{Manner, Provider};
use crate::report;

const AT_A_TIME: usize = 64;
const LATENCY: Duration = Duration::from_millis(200);

/// E-mail alone, and while a slow provider of short messages has all that it can take.
pub(super) async fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let users = if bench.quick { 5_000 } else { 20_000 };
    let provider =
        Provider::start(&bench.crew, Manner { latency: LATENCY, ..Manner::default() }).await?;
    let mut settings = provider.settings(AT_A_TIME).to_vec();
    settings.push(email_at_a_time(AT_A_TIME));
    let alone = Alone::start(bench, &settings).await?;
    let herald = &alone.herald;
    herald::crowd(&herald.subject, 0..users).await?;
    give_phones(herald).await?;
    let mut mail = Mail { users, sent: 0, deliveries: Deliveries::of(herald).await? };

    let by_itself = mail.rate(bench, herald).await?;
    send_sms(&herald.subject, users).await?;
    // what is decided in turn is decided when this has gone
    mail.send(herald, 1).await?;
    let before = (provider.taken(), now());
    let beside = mail.rate(bench, herald).await?;
    let taken = (provider.taken() - before.0) as f64 / before.1.elapsed().as_secs_f64();
    if provider.taken() >= users as u64 {
        report::note("  the slow provider had nothing more to do at the end");
    }
    let name = |what: &str| format!("e-mail to the sandbox, a provider that takes 200 ms: {what}");
    Ok(vec![
        Figure::new(name("sent alone"), "/s", by_itself),
        Figure::new(name("sent beside it"), "/s", beside),
        Figure::new(name("taken by it meanwhile"), "/s", taken),
        Figure::new(name("beside it, over alone"), "", beside / by_itself),
    ])
}

/// E-mails of one server.
struct Mail {
    /// how many are sent to measure
    users: usize,
    /// how many have been sent
    sent: u64,
    deliveries: Deliveries,
}

impl Mail {
    /// Sends one to each of the first so many users, and waits until they are sent.
    async fn send(&mut self, herald: &Herald, users: usize) -> Result<()> {
        send_email(&herald.subject, 0..users).await?;
        self.sent += users as u64;
        self.deliveries.are_sent("email", self.sent).await?;
        self.deliveries.are_settled("email").await
    }

    /// How many are sent in a second.
    async fn rate(&mut self, bench: &Bench, herald: &Herald) -> Result<f64> {
        let users = self.users;
        let all = async {
            let begun = now();
            self.send(herald, users).await?;
            Ok(begun.elapsed())
        };
        let (elapsed, _) = bench.with_cpu(&[&herald.subject], all).await?;
        Ok(users as f64 / elapsed.as_secs_f64())
    }
}
