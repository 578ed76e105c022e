use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::clock::now;
use crate::process::{Process, everybodys_cpu};

/// Time on the processor: of the server and its threads, of the generator, and of everybody.
pub(super) struct Usage {
    at: Instant,
    pub(super) server: Duration,
    threads: BTreeMap<String, Duration>,
    generator: Duration,
    everybody: Duration,
}

/// What was used between two moments.
pub(super) struct Spent {
    time: Duration,
    pub(super) server: Duration,
    threads: BTreeMap<String, Duration>,
    generator: Duration,
    everybody: Duration,
}

impl Usage {
    /// Up to now.
    pub(super) fn of(server: Process) -> Result<Self> {
        Ok(Self {
            at: now(),
            server: server.cpu()?,
            threads: server.cpu_by_thread()?,
            generator: Process::own().cpu()?,
            everybody: everybodys_cpu()?,
        })
    }

    /// Since that moment.
    pub(super) fn since(&self, earlier: &Self) -> Spent {
        let of_thread = |(name, total): (&String, &Duration)| {
            let before = earlier.threads.get(name).copied().unwrap_or_default();
            (name.clone(), total.saturating_sub(before))
        };
        Spent {
            time: self.at - earlier.at,
            server: self.server.saturating_sub(earlier.server),
            threads: self.threads.iter().map(of_thread).collect(),
            generator: self.generator.saturating_sub(earlier.generator),
            everybody: self.everybody.saturating_sub(earlier.everybody),
        }
    }
}

impl Spent {
    /// How many cores were taken by programs that are no part of this.
    pub(super) fn others(&self) -> f64 {
        let others = self.everybody.saturating_sub(self.server + self.generator);
        others.as_secs_f64() / self.time.as_secs_f64()
    }
}

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.time.as_secs_f64();
        let (server, generator) = (self.server.as_secs_f64(), self.generator.as_secs_f64());
        write!(f, "{seconds:.2} s; CPU: server {server:.2} s, generator {generator:.2} s, ")?;
        write!(f, "others {:.2} cores; threads:", self.others())?;
        for (name, time) in self.threads.iter().filter(|(_, time)| time.as_millis() >= 10) {
            write!(f, " {name} {:.2}", time.as_secs_f64())?;
        }
        Ok(())
    }
}
