use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::process::Process;
use crate::subject::{Paths, Subject};

/// A floor server that lives as long as this.
pub(crate) struct Floor {
    child: Child,
    /// how to reach it
    pub(crate) subject: Subject,
}

impl Floor {
    /// Starts this very binary as a floor.
    pub(crate) fn start() -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("floor")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the floor")?;
        let stdout = child.stdout.take().context("the child has a standard output")?;
        let mut address = String::new();
        BufReader::new(stdout).read_line(&mut address)?;
        let subject = Subject {
            address: address.trim().parse().context("the floor says where it listens")?,
            process: Process::new(child.id()),
            programs: Vec::new(),
            key: "hk_0123456789012345678901234567890123456789".to_owned(),
            secret: "nobody checks".to_owned(),
            paths: Paths {
                send: "/one".to_owned(),
                send_to_all: "/all".to_owned(),
                socket: "/ws".to_owned(),
                page: "/page".to_owned(),
                greeting: &[],
            },
        };
        Ok(Self { child, subject })
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
