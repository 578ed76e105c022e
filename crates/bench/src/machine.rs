use std::fmt;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use hdrhistogram::Histogram;
use serde::Serialize;

use crate::bench::Bench;
use crate::clock::{nanos, now};

/// What a figure depends on besides the program.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    cores: usize,
    cpu: String,
    kernel: String,
    commit: String,
    files: u64,
    /// where servers keep everything
    store: String,
    /// the median time that the disk takes to keep 4 KiB, in milliseconds
    sync_ms: f64,
    load: String,
}

impl Machine {
    /// This one; the disk is the one of the servers' folders.
    pub(crate) fn look(bench: &Bench) -> Result<Self> {
        let first_line = |path: &str| -> String {
            fs::read_to_string(path).unwrap_or_default().lines().next().unwrap_or("?").to_owned()
        };
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name"));
        let cpu = model.map_or("?", |model| model.trim_start_matches(['\t', ' ', ':']));
        Ok(Self {
            cores: std::thread::available_parallelism()?.get(),
            cpu: cpu.to_owned(),
            kernel: first_line("/proc/sys/kernel/osrelease"),
            commit: commit(),
            files: bench.files,
            store: match &bench.database {
                Some(server) => server.version()?,
                None => "SQLite".to_owned(),
            },
            sync_ms: sync_ms(&bench.folder)?,
            load: first_line("/proc/loadavg"),
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} cores of {}, Linux {}, up to {} open files, {:.2} ms for the disk to keep 4 KiB, \
             load {} before; {}; commit {}",
            self.cores,
            self.cpu,
            self.kernel,
            self.files,
            self.sync_ms,
            self.load,
            self.store,
            self.commit
        )
    }
}

/// What was measured, as far as git knows.
fn commit() -> String {
    let git = |args: &[&str]| {
        let output = Command::new("git").args(args).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short", "HEAD"]) else { return "?".to_owned() };
    match git(&["status", "--porcelain", "--", "crates", "Cargo.lock"]) {
        Some(changes) if changes.is_empty() => commit,
        _ => format!("{commit}, with changes"),
    }
}

fn sync_ms(folder: &Path) -> Result<f64> {
    let path = folder.join("herald-bench-sync");
    let mut file = File::create(&path)?;
    let mut times = Histogram::<u64>::new(3)?;
    for _ in 0..100 {
        let begun = now();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        times.record(nanos(begun.elapsed()))?;
    }
    fs::remove_file(&path)?;
    Ok(times.value_at_quantile(0.5) as f64 / 1e6)
}
