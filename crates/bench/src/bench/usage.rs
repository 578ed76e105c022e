use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::clock::now;
use crate::process::{Process, cpu_of_program, everybodys_cpu};
use crate::subject::Subject;

/// Time on the processor: of servers and their threads, of the programs that work for them, of the
/// generator, and of everybody.
pub(super) struct Usage {
    at: Instant,
    servers: Duration,
    programs: BTreeMap<&'static str, Duration>,
    threads: BTreeMap<String, Duration>,
    generator: Duration,
    everybody: Duration,
}

/// What was used between two moments.
pub(super) struct Spent {
    time: Duration,
    servers: Duration,
    programs: BTreeMap<&'static str, Duration>,
    threads: BTreeMap<String, Duration>,
    generator: Duration,
    everybody: Duration,
}

impl Usage {
    /// Up to now.
    pub(super) fn of(subjects: &[&Subject]) -> Result<Self> {
        let mut servers = Duration::ZERO;
        let (mut programs, mut threads) = (BTreeMap::new(), BTreeMap::<_, Duration>::new());
        for subject in subjects {
            servers += subject.process.cpu()?;
            for (name, time) in subject.process.cpu_by_thread()? {
                *threads.entry(name).or_default() += time;
            }
            for &program in &subject.programs {
                programs.insert(program, cpu_of_program(program)?);
            }
        }
        Ok(Self {
            at: now(),
            servers,
            programs,
            threads,
            generator: Process::own().cpu()?,
            everybody: everybodys_cpu()?,
        })
    }

    /// Since that moment.
    pub(super) fn since(&self, earlier: &Self) -> Spent {
        Spent {
            time: self.at - earlier.at,
            servers: self.servers.saturating_sub(earlier.servers),
            programs: since(&self.programs, &earlier.programs),
            threads: since(&self.threads, &earlier.threads),
            generator: self.generator.saturating_sub(earlier.generator),
            everybody: self.everybody.saturating_sub(earlier.everybody),
        }
    }
}

fn since<N: Ord + Clone>(
    now: &BTreeMap<N, Duration>,
    earlier: &BTreeMap<N, Duration>,
) -> BTreeMap<N, Duration> {
    let spent = |(name, total): (&N, &Duration)| {
        let before = earlier.get(name).copied().unwrap_or_default();
        (name.clone(), total.saturating_sub(before))
    };
    now.iter().map(spent).collect()
}

impl Spent {
    /// What is measured took so much: the servers, and the programs that work for them.
    pub(super) fn measured(&self) -> Duration {
        self.servers + self.programs.values().sum::<Duration>()
    }

    /// How many cores were taken by programs that are no part of this.
    pub(super) fn others(&self) -> f64 {
        let others = self.everybody.saturating_sub(self.measured() + self.generator);
        others.as_secs_f64() / self.time.as_secs_f64()
    }
}

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.time.as_secs_f64();
        let (servers, generator) = (self.servers.as_secs_f64(), self.generator.as_secs_f64());
        write!(f, "{seconds:.2} s; CPU: server {servers:.2} s, ")?;
        for (name, time) in &self.programs {
            write!(f, "{name} {:.2} s, ", time.as_secs_f64())?;
        }
        write!(f, "generator {generator:.2} s, ")?;
        write!(f, "others {:.2} cores; threads:", self.others())?;
        for (name, time) in self.threads.iter().filter(|(_, time)| time.as_millis() >= 10) {
            write!(f, " {name} {:.2}", time.as_secs_f64())?;
        }
        Ok(())
    }
}
