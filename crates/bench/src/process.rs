//! What the kernel says of a process: time on the processor, memory, and how many files it may open.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// A process of this machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process {
    pid: u32,
}

impl Process {
    /// The process with that id.
    pub(crate) fn new(pid: u32) -> Self {
        Self { pid }
    }

    /// This process.
    pub(crate) fn own() -> Self {
        Self::new(std::process::id())
    }

    /// Time on the processor since it began, in user and kernel mode, of threads that ended too.
    pub(crate) fn cpu(self) -> Result<Duration> {
        let [user, system, ..] = self.ticks()?;
        Ok(of_ticks(user + system))
    }

    /// The same by name of thread, of threads that live.
    pub(crate) fn cpu_by_thread(self) -> Result<BTreeMap<String, Duration>> {
        let mut threads = BTreeMap::<_, Duration>::new();
        for entry in fs::read_dir(format!("/proc/{}/task", self.pid))? {
            let folder = entry?.path();
            // a thread may end while we look
            let (Ok(name), Ok(times)) = (
                fs::read_to_string(folder.join("comm")),
                fs::read_to_string(folder.join("schedstat")),
            ) else {
                continue;
            };
            let nanos = times.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(0);
            *threads.entry(name.trim_end().to_owned()).or_default() += Duration::from_nanos(nanos);
        }
        Ok(threads)
    }

    /// Bytes of memory that are resident.
    pub(crate) fn resident(self) -> Result<u64> {
        let status = self.read("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()).context("VmRSS is there")?;
        Ok(kib.parse::<u64>()? * 1024)
    }

    /// In user and kernel mode; and the same of those of its children that have ended.
    fn ticks(self) -> Result<[u64; 4]> {
        let stat = self.read("stat")?;
        // the name, in parentheses, may hold anything
        let after_name = stat.rsplit_once(") ").context("stat has a name")?.1;
        let fields = after_name.split(' ').skip(11).take(4).map(str::parse);
        let ticks = fields.collect::<Result<Vec<u64>, _>>()?;
        <[u64; 4]>::try_from(ticks).ok().context("stat is short")
    }

    fn read(self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.pid);
        fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
    }
}

/// Time on the processor of all processes of this machine that run the program of that name, and of
/// those of their children that have ended.
pub(crate) fn cpu_of_program(name: &str) -> Result<Duration> {
    let mut ticks = 0;
    for entry in fs::read_dir("/proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        let process = Process::new(pid);
        // a process may end while we look
        if let Ok(program) = process.read("comm")
            && program.trim_end() == name
            && let Ok(spent) = process.ticks()
        {
            ticks += spent.iter().sum::<u64>();
        }
    }
    Ok(of_ticks(ticks))
}

/// Time on all processors that programs of this machine, or of others that share it, took since it
/// began. Without interrupts, which are nobody's.
pub(crate) fn everybodys_cpu() -> Result<Duration> {
    const USER_NICE_SYSTEM_AND_STEAL: [usize; 4] = [1, 2, 3, 8];
    let stat = fs::read_to_string("/proc/stat").context("cannot read /proc/stat")?;
    let fields: Vec<_> = stat.lines().next().unwrap_or("").split_whitespace().collect();
    let ticks = USER_NICE_SYSTEM_AND_STEAL
        .iter()
        .map(|index| fields.get(*index)?.parse::<u64>().ok())
        .sum::<Option<u64>>();
    Ok(of_ticks(ticks.context("/proc/stat is short")?))
}

fn of_ticks(ticks: u64) -> Duration {
    Duration::from_nanos(ticks * (1_000_000_000 / rustix::param::clock_ticks_per_second()))
}

/// Lets this process, and those it starts, open as many files as the system allows; answers how
/// many that is.
pub(crate) fn raise_file_limit() -> Result<u64> {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(u64::from(u32::MAX));
    setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum: limit.maximum })
        .context("cannot raise the limit of open files")?;
    Ok(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_is_busier_than_this_process() {
        assert!(everybodys_cpu().unwrap() >= Process::own().cpu().unwrap());
    }

    #[test]
    fn this_process_uses_memory_and_time() {
        assert!(Process::own().resident().unwrap() > 100_000);
        assert!(Process::own().cpu().is_ok());
        assert!(!Process::own().cpu_by_thread().unwrap().is_empty());
    }

    #[test]
    fn a_program_used_as_much_time_as_its_process() {
        let (name, own) = (Process::own().read("comm").unwrap(), Process::own().cpu().unwrap());
        assert!(cpu_of_program(name.trim_end()).unwrap() >= own);
    }
}
