//! socket.io, where node and npm are there to run it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::process::Process;
use crate::subject::{Paths, Subject};

const SERVER: &str = include_str!("../socket.io/server.mjs");
const PACKAGE: &str = include_str!("../socket.io/package.json");
/// What a client of Engine.IO 4 says to be connected: the text `40`, masked by zeros.
const CONNECT: &[u8] = &[0x81, 0x82, 0, 0, 0, 0, b'4', b'0'];

/// A socket.io server that lives as long as this.
pub(crate) struct SocketIo {
    child: Child,
    /// how to reach it
    pub(crate) subject: Subject,
}

impl SocketIo {
    /// Whether it can be run here.
    pub(crate) fn is_there() -> bool {
        ["node", "npm"].iter().all(|program| {
            let version = Command::new(program).arg("--version").stdout(Stdio::null()).status();
            version.is_ok_and(|status| status.success())
        })
    }

    /// Installs it into a folder in `parent`, unless it is there already, and starts it.
    pub(crate) fn start(parent: &Path) -> Result<Self> {
        let folder = parent.join("socket.io");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("package.json"), PACKAGE)?;
        fs::write(folder.join("server.mjs"), SERVER)?;
        if !folder.join("node_modules/socket.io").exists() {
            let mut npm = Command::new("npm");
            npm.args(["install", "--silent", "--no-audit", "--no-fund"]).current_dir(&folder);
            ensure!(npm.status()?.success(), "npm cannot install socket.io");
        }
        let mut child = Command::new("node")
            .arg("server.mjs")
            .current_dir(&folder)
            .env("NODE_ENV", "production")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start node")?;
        let stdout = child.stdout.take().context("the child has a standard output")?;
        let mut address = String::new();
        BufReader::new(stdout).read_line(&mut address)?;
        let subject = Subject {
            address: address.trim().parse().context("the rival says where it listens")?,
            process: Process::new(child.id()),
            programs: Vec::new(),
            key: "nobody checks".to_owned(),
            secret: "nobody checks".to_owned(),
            paths: Paths {
                send: "/".to_owned(),
                send_to_all: "/".to_owned(),
                socket: "/socket.io/?EIO=4&transport=websocket".to_owned(),
                page: "/".to_owned(),
                greeting: CONNECT,
            },
        };
        Ok(Self { child, subject })
    }
}

impl Drop for SocketIo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
