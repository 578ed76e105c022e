//! `herald-bench`: measures Herald from the outside, next to a floor that shows what the machine and
//! this load generator allow at best. It knows Herald by its network interface only.

mod bench;
mod broker;
mod client;
mod clock;
mod crew;
mod figure;
mod floor;
mod herald;
mod ledger;
mod machine;
mod options;
mod postgres;
mod process;
mod provider;
mod report;
mod rival;
mod subject;
mod token;

use anyhow::{Context, Result, bail};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use bench::Measurement;
use machine::Machine;
use options::{Options, What};

fn main() -> Result<()> {
    let options = Options::parse();
    let files = process::raise_file_limit()?;
    if options.what == What::Floor {
        return floor::serve();
    }
    let measurements = options.measurements();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        // what is dropped takes the servers that it started with it
        tokio::select! {
            done = measure(&options, &measurements, files) => done,
            _ = terminate.recv() => bail!("terminated"),
            _ = tokio::signal::ctrl_c() => bail!("interrupted"),
        }
    })
}

async fn measure(options: &Options, measurements: &[Measurement], files: u64) -> Result<()> {
    let bench = options.bench(files)?;
    let machine = Machine::look(&bench)?;
    let mut rounds = Vec::new();
    let mut disturbance = 0.0_f64;
    for round in 1..=options.rounds() {
        let mut figures = Vec::new();
        for measurement in measurements {
            report::note(&format!("round {round}: {measurement:?}"));
            let measured = bench.run(*measurement).await;
            let (measured, others) = measured.with_context(|| format!("{measurement:?}"))?;
            figures.extend(measured);
            disturbance = disturbance.max(others);
        }
        rounds.push(figures);
    }
    let figures = figure::summarise(&rounds);
    report::line(&report::markdown(&machine, disturbance, &figures));
    if let Some(file) = &options.json {
        let all =
            serde_json::json!({"machine": machine, "disturbance": disturbance, "figures": figures});
        std::fs::write(file, format!("{all:#}\n"))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}
