use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use tokio_postgres::NoTls;

use super::super::{eventually, signal};
use super::lasting_port;

/// A PostgreSQL server. It is killed when dropped.
pub(crate) struct PostgreSql {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
    process: Option<Child>,
}

impl PostgreSql {
    /// `None` if it is not installed.
    pub(crate) async fn start() -> Option<Self> {
        let programs = newest()?;
        let folder = tempfile::tempdir().unwrap();
        if let Some(user) = user() {
            chown(folder.path(), Some(user), None).unwrap();
        }
        let mut server = Self { programs, folder, port: lasting_port(), process: None };
        let mut init = server.command("initdb");
        init.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"]);
        assert!(init.arg("--no-sync").status().unwrap().success());
        server.start_again().await;
        Some(server)
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Where its one database is, for who comes by another address.
    pub(crate) fn url_at(address: &str) -> String {
        format!("postgres://postgres@{address}/postgres?sslmode=disable")
    }

    /// Ends it: every connection at once, and what was committed is on the disk.
    pub(crate) fn stop(&mut self) {
        self.end("-INT");
    }

    /// Ends it without a chance to tidy up: what was committed it finds in its log.
    pub(crate) fn crash(&mut self) {
        self.end("-QUIT");
    }

    fn end(&mut self, how: &str) {
        let mut process = self.process.take().expect("it runs");
        signal(process.id(), how);
        process.wait().unwrap();
    }

    /// Starts it on what it has kept, and waits until it answers.
    pub(crate) async fn start_again(&mut self) {
        let port = self.port.to_string();
        let mut command = self.command("postgres");
        command.args(["-p", &port, "-c", "listen_addresses=127.0.0.1"]);
        // enough for many processes that have 16 each
        command.args(["-c", "unix_socket_directories=", "-c", "max_connections=200"]);
        self.process = Some(command.spawn().unwrap());
        let url = Self::url_at(&self.address());
        eventually("PostgreSQL answers", async || {
            tokio_postgres::connect(&url, NoTls).await.is_ok()
        })
        .await;
    }

    /// One of its programs, as the user that it insists on.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.arg("-D").arg(self.folder.path().join("data")).current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some(user) = user() {
            command.uid(user);
        }
        command
    }
}

impl Drop for PostgreSql {
    fn drop(&mut self) {
        if self.process.is_some() {
            self.crash();
        }
    }
}

/// The programs of the newest version that Debian has installed.
fn newest() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let versions = versions.map(|version| version.unwrap().path().join("bin"));
    versions.filter(|programs| programs.join("postgres").exists()).max()
}

/// Whose it is to be: it does not run as root.
fn user() -> Option<u32> {
    let id = |arguments: &[&str]| -> u32 {
        let output = Command::new("id").args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
    };
    (id(&["-u"]) == 0).then(|| id(&["-u", "postgres"]))
}
