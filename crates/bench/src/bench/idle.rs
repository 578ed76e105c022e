use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use super::Bench;
use crate::client::Sockets;
use crate::figure::{Figure, Target};
use crate::floor::Floor;
use crate::herald;
use crate::report;
use crate::subject::Subject;

/// Opened before anything is measured, so that what all sockets share is not counted as theirs.
const FIRST: usize = 100;
/// Files that a process has open besides sockets.
const OTHER_FILES: u64 = 300;
/// How long memory is left to settle.
const SETTLE: Duration = Duration::from_secs(2);
/// Longer than the time between two pings.
const AFTER_PINGS: Duration = Duration::from_secs(30);

/// Sockets that only listen: one for each user.
pub(super) async fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let most = usize::try_from(bench.files.saturating_sub(OTHER_FILES))?;
    let wanted: &[usize] = if bench.quick { &[5_000] } else { &[10_000, 18_000] };
    let mut steps: Vec<_> = wanted.iter().copied().filter(|sockets| *sockets <= most).collect();
    if steps.len() < wanted.len() {
        report::note(&format!(
            "a process may open {} files: {wanted:?} sockets are measured as {most} at most",
            bench.files
        ));
        steps.push(most);
    }
    let herald = bench.herald().await?;
    let users = steps.iter().copied().max().unwrap_or(most) + FIRST;
    herald::populate(&herald, users).await?;
    let ours = measure(bench, &herald, &steps, !bench.quick).await?;
    drop(herald);
    let floor = Floor::start()?;
    let floor = measure(bench, &floor.subject, &steps, false).await?;

    let mut figures = Vec::new();
    for ((ours, floor), sockets) in ours.steps.iter().zip(&floor.steps).zip(&steps) {
        let name = |what| format!("idle at {sockets} sockets: {what}");
        figures.extend([
            Figure::new(name("memory of each"), "bytes", ours.memory)
                .floor(floor.memory)
                .target(Target::AtMost(3.0 * 1024.0)),
            Figure::new(name("connected"), "/s", ours.rate)
                .floor(floor.rate)
                .target(Target::AtLeast(10_000.0)),
        ]);
    }
    if let Some(later) = ours.later {
        figures.extend([
            Figure::new("idle after 30 s and a ping: memory of each", "bytes", later.memory)
                .target(Target::AtMost(3.0 * 1024.0)),
            Figure::new("idle for 30 s: server CPU", "% of a core", later.cpu),
        ]);
    }
    Ok(figures)
}

struct Measured {
    steps: Vec<Step>,
    later: Option<Later>,
}

struct Step {
    memory: f64,
    rate: f64,
}

struct Later {
    memory: f64,
    cpu: f64,
}

async fn measure(
    bench: &Bench,
    subject: &Subject,
    steps: &[usize],
    later: bool,
) -> Result<Measured> {
    let sockets = Sockets::new(Arc::new(|_, _| ()));
    let most = steps.iter().copied().max().unwrap_or(0);
    let tokens = subject.tokens(FIRST + most, FIRST + most);
    sockets.open(&bench.crew, subject, &tokens[..FIRST].into()).await?;
    tokio::time::sleep(SETTLE).await;
    let before = subject.process.resident()?;
    let memory = |sockets: usize| -> Result<f64> {
        Ok((subject.process.resident()?.saturating_sub(before)) as f64 / sockets as f64)
    };

    let mut measured = Measured { steps: Vec::new(), later: None };
    let mut open = 0;
    for &step in steps {
        let more: Arc<[String]> = tokens[FIRST + open..FIRST + step].into();
        let (time, _) =
            bench.with_cpu(&[subject], sockets.open(&bench.crew, subject, &more)).await?;
        tokio::time::sleep(SETTLE).await;
        let rate = more.len() as f64 / time.as_secs_f64();
        measured.steps.push(Step { memory: memory(step)?, rate });
        open = step;
    }
    if later {
        let rest = async {
            tokio::time::sleep(AFTER_PINGS).await;
            Ok(())
        };
        let ((), cpu) = bench.with_cpu(&[subject], rest).await?;
        let cpu = cpu.as_secs_f64() / AFTER_PINGS.as_secs_f64() * 100.0;
        measured.later = Some(Later { memory: memory(open)?, cpu });
    }
    sockets.check()?;
    Ok(measured)
}
