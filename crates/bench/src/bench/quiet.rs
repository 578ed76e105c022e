//! Other programs on the machine: figures taken beside them say little.

use std::time::Duration;

use anyhow::Result;

use crate::clock::now;
use crate::process::everybodys_cpu;
use crate::report;

/// How many cores others may take while something is measured.
pub(super) const BEARABLE: f64 = 0.15;
/// How long the machine must have been quiet.
const WINDOW: Duration = Duration::from_secs(3);
/// How often that is looked at before we measure all the same.
const LOOKS: u32 = 60;

/// Waits until nobody else does much, within reason.
pub(super) async fn wait() -> Result<()> {
    for look in 0..LOOKS {
        let (before, at) = (everybodys_cpu()?, now());
        tokio::time::sleep(WINDOW).await;
        let busy = everybodys_cpu()?.saturating_sub(before);
        if busy.as_secs_f64() / at.elapsed().as_secs_f64() < BEARABLE {
            return Ok(());
        }
        if look == 0 {
            report::note("  waiting until the machine is quiet");
        }
    }
    report::note("  the machine does not become quiet");
    Ok(())
}
