use std::time::Duration;

use anyhow::Result;

use super::{Alone, PHONES, give_phones, send_sms};
use crate::bench::Bench;
use crate::client::Deliveries;
use crate::figure::Figure;
use crate::figure::Target::AtMost;
use crate::provider::{Manner, Provider};
use crate::subject::Subject;

const AT_A_TIME: usize = 256;
/// The longest wait there may be, in seconds; it is drawn below that.
const WAIT: u32 = 86_400;
/// How long work is left to come to an end.
const SETTLE: Duration = Duration::from_secs(6);
/// How long is measured.
const REST: Duration = Duration::from_secs(20);
/// How often is asked how far it is.
const LOOK: Duration = Duration::from_millis(100);

/// What a server does while many deliveries wait to be tried again.
pub(super) async fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let failures: u64 = if bench.quick { 10_000 } else { 100_000 };
    let manner = Manner { failures, ..Manner::default() };
    let provider = Provider::start(&bench.crew, manner).await?;
    let mut settings = provider.settings(AT_A_TIME).to_vec();
    let wait = |name| (name, WAIT.to_string());
    settings.extend(["HERALD_DELIVERY_RETRY_BASE", "HERALD_DELIVERY_RETRY_CAP"].map(wait));
    let alone = Alone::start(bench, &settings).await?;
    let herald = &alone.herald;
    give_phones(herald).await?;
    tokio::time::sleep(SETTLE).await;
    let idle = rest(bench, &herald.subject).await?;
    // two of five fail
    let messages = usize::try_from(failures)? * 5 / 2;
    send_sms(&herald.subject, messages.next_multiple_of(PHONES)).await?;
    while provider.failed() < failures {
        tokio::time::sleep(LOOK).await;
    }
    Deliveries::of(herald).await?.are_settled("sms").await?;
    tokio::time::sleep(SETTLE).await;
    let waiting = rest(bench, &herald.subject).await?;
    let name = |what: &str| format!("{failures} deliveries that wait to be tried again: {what}");
    Ok(vec![
        Figure::new(name("server CPU"), "% of a core", waiting).target(AtMost(1.0)),
        Figure::new(name("the same before there were any"), "% of a core", idle),
    ])
}

/// How much of a core a server takes that nobody asks anything.
async fn rest(bench: &Bench, subject: &Subject) -> Result<f64> {
    let rest = async {
        tokio::time::sleep(REST).await;
        Ok(())
    };
    let before = subject.process.cpu()?;
    bench.with_cpu(&[subject], rest).await?;
    // what works for it may work for others
    let cpu = subject.process.cpu()?.saturating_sub(before);
    Ok(cpu.as_secs_f64() / REST.as_secs_f64() * 100.0)
}
