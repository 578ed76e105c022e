use anyhow::Result;

use super::{Alone, email_at_a_time, send_email};
use crate::bench::{Bench, per_million};
use crate::client::Deliveries;
use crate::clock::now;
use crate::figure::Figure;
use crate::figure::Target::AtLeast;
use crate::herald;

/// How many are made at a time.
const AT_A_TIME: usize = 256;

/// From the request until each delivery was decided, taken on, made, and recorded.
pub(super) async fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let users = if bench.quick { 10_000 } else { 100_000 };
    let alone = Alone::start(bench, &[email_at_a_time(AT_A_TIME)]).await?;
    let herald = &alone.herald;
    herald::crowd(&herald.subject, 0..users).await?;
    let mut deliveries = Deliveries::of(herald).await?;
    let all = async {
        let begun = now();
        send_email(&herald.subject, 0..users).await?;
        deliveries.are_sent("email", users as u64).await?;
        deliveries.are_settled("email").await?;
        Ok(begun.elapsed())
    };
    let (elapsed, cpu) = bench.with_cpu(&[&herald.subject], all).await?;
    let name = |what: &str| format!("{users} deliveries to the sandbox: {what}");
    Ok(vec![
        Figure::new(name("sent"), "/s", users as f64 / elapsed.as_secs_f64())
            .target(bench.target(AtLeast(5_000.0), None)),
        Figure::new(name("server CPU each"), "µs", per_million(cpu, users as u64)),
    ])
}
