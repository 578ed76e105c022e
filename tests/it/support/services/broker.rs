use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use super::super::PATIENCE;
use super::lasting_port;
use crate::broker::Kind;

/// The file with what it said since it was started.
const SAID: &str = "said";

/// A broker with a folder of its own. It is killed when dropped.
pub(crate) struct PrivateBroker {
    kind: Kind,
    folder: TempDir,
    port: u16,
    process: Child,
}

impl PrivateBroker {
    /// `None` if it is not installed.
    pub(crate) async fn start(kind: Kind) -> Option<Self> {
        let (folder, port) = (tempfile::tempdir().unwrap(), lasting_port());
        let process = spawn(kind, folder.path(), port)?;
        let mut broker = Self { kind, folder, port, process };
        broker.listens().await;
        Some(broker)
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Kills it, and starts it anew on what it has kept.
    pub(crate) async fn restart(&mut self) {
        self.kill();
        self.process = spawn(self.kind, self.folder.path(), self.port).unwrap();
        self.listens().await;
    }

    /// Waits until it does: starting RabbitMQ is work for seconds, on a busy machine for many.
    async fn listens(&mut self) {
        let deadline = Instant::now() + 4 * PATIENCE;
        while TcpStream::connect(self.address()).await.is_err() {
            assert!(Instant::now() < deadline, "the broker does not listen");
            if let Some(status) = self.process.try_wait().unwrap() {
                let said = std::fs::read_to_string(self.folder.path().join(SAID)).unwrap();
                panic!("the broker has ended: {status}\n{said}");
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for PrivateBroker {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(kind: Kind, folder: &Path, port: u16) -> Option<Child> {
    let mut command = match kind {
        Kind::RabbitMq => rabbitmq(folder, port),
        Kind::Nats => nats(folder, port),
    };
    let said = File::create(folder.join(SAID)).unwrap();
    command.stderr(said.try_clone().unwrap()).stdout(said).stdin(Stdio::null()).spawn().ok()
}

fn nats(folder: &Path, port: u16) -> Command {
    let mut command = Command::new("nats-server");
    command.args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"]).arg(folder);
    command
}

/// Without the wrapper of Debian, which knows one node only.
fn rabbitmq(folder: &Path, port: u16) -> Command {
    let mut command = Command::new("/usr/lib/rabbitmq/bin/rabbitmq-server");
    for (name, value) in [
        ("NODENAME", format!("herald-test-{port}@localhost")),
        ("NODE_IP_ADDRESS", "127.0.0.1".to_owned()),
        ("NODE_PORT", port.to_string()),
        ("DIST_PORT", lasting_port().to_string()),
        // the process that is started is the broker itself, not a shell that waits for it
        ("ALLOW_INPUT", "1".to_owned()),
        ("SERVER_ADDITIONAL_ERL_ARGS", "-noinput".to_owned()),
    ] {
        command.env(format!("RABBITMQ_{name}"), value);
    }
    for name in ["MNESIA_BASE", "LOG_BASE", "CONF_ENV_FILE", "CONFIG_FILE", "ADVANCED_CONFIG_FILE"]
    {
        command.env(format!("RABBITMQ_{name}"), folder.join(name));
    }
    command.env("RABBITMQ_ENABLED_PLUGINS_FILE", folder.join("plugins"));
    command.env("HOME", folder);
    command
}
