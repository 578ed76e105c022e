use std::net::SocketAddr;
use std::process::Command;

use super::Server;

/// Sends a signal to a process.
pub(crate) fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").args([name, &pid.to_string()]).status();
    assert!(status.unwrap().success(), "kill {name}");
}

impl Server {
    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        signal(self.pid(), name);
    }

    /// How much memory the process holds, in KiB.
    pub(crate) fn memory_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().strip_suffix("kB").unwrap().trim().parse().unwrap()
    }

    /// Whether the process still has a file open for its end of a client's connection.
    pub(crate) fn holds(&self, client: SocketAddr) -> bool {
        let port = |address: &str| {
            let (_, port) = address.rsplit_once(':')?;
            u16::from_str_radix(port, 16).ok()
        };
        let connections = std::fs::read_to_string("/proc/net/tcp").unwrap();
        connections.lines().skip(1).any(|line| {
            let columns: Vec<&str> = line.split_whitespace().collect();
            // what the kernel alone still works on has no inode any more
            let [_, ours, theirs, _, _, _, _, _, _, inode, ..] = columns[..] else { return false };
            port(ours) == Some(self.address.port())
                && port(theirs) == Some(client.port())
                && inode != "0"
        })
    }
}
