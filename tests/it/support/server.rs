use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::ChildStderr;

use super::{Client, PATIENCE, SECRET, eventually, mint};

/// How a server is to be started.
#[derive(Clone)]
pub(crate) struct Builder {
    variables: Vec<(String, String)>,
    folder: Arc<TempDir>,
}

impl Builder {
    /// Sets a variable of the environment.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves a variable out that is otherwise set.
    pub(crate) fn unset(mut self, name: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self
    }

    /// Lets inboxes grow further than they usually may.
    pub(crate) fn keep_everything(self) -> Self {
        self.set("HERALD_RETENTION_MAX_ITEMS", "1000000")
    }

    /// The folder of the server's data; it lives as long as any server or builder on it.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A command of the binary with this environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_herald"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HERALD_")) {
            command.env_remove(name);
        }
        command.args(arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.folder());
        command
    }

    /// Runs a command of the binary to its end; answers its success and all it said.
    pub(crate) fn run(&self, arguments: &[&str]) -> (bool, String) {
        let output = self.command(arguments).stdin(Stdio::null()).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    /// Starts a server and waits until it listens.
    pub(crate) async fn start(self) -> Server {
        let mut command = self.command(&["serve"]);
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = ChildStderr::from_std(child.stderr.take().unwrap()).unwrap();
        let mut lines = BufReader::new(stderr).lines();
        let log = Arc::new(Mutex::new(Vec::new()));
        let address = loop {
            let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap();
            let line = line.unwrap_or_else(|| panic!("ended: {:?}", log.lock().unwrap()));
            log.lock().unwrap().push(line.clone());
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            if entry["message"] == "listening" {
                break entry["address"].as_str().unwrap().parse().unwrap();
            }
        };
        let rest = log.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                rest.lock().unwrap().push(line);
            }
        });
        Server { child, address, log, builder: self }
    }
}

/// A running server on a folder of its own. It is killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
    builder: Builder,
}

impl Server {
    /// On SQLite, with `admin` as administrator and a secret that tests can mint tokens with.
    pub(crate) fn builder() -> Builder {
        Builder { variables: Vec::new(), folder: Arc::new(tempfile::tempdir().unwrap()) }
            .set("HERALD_LISTEN", "127.0.0.1:0")
            .set("HERALD_LOG_FORMAT", "json")
            .set("HERALD_JWT_SECRET", SECRET)
            .set("HERALD_ADMIN_USERNAME", "admin")
            .set("HERALD_ADMIN_PASSWORD", "admin-password")
    }

    /// A server as [`Server::builder`] describes it.
    pub(crate) async fn start() -> Self {
        Self::builder().start().await
    }

    /// How it was started, to start another on the same folder or to run a command there.
    pub(crate) fn builder_again(&self) -> Builder {
        self.builder.clone()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The file of its database.
    pub(crate) fn database(&self) -> PathBuf {
        self.builder.folder().join("herald-data/herald.db")
    }

    /// Every line that it has logged.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Somebody without a token.
    pub(crate) fn anonymous(&self) -> Client {
        Client::new(self.address, None)
    }

    /// Somebody with this token.
    pub(crate) fn with_token(&self, token: &str) -> Client {
        Client::new(self.address, Some(token))
    }

    /// A user whom the application's backend gave a token.
    pub(crate) fn user(&self, id: &str) -> Client {
        self.with_token(&mint(id))
    }

    /// Somebody who logs in.
    pub(crate) async fn login(&self, username: &str, password: &str) -> Client {
        let body = json!({"username": username, "password": password});
        let answer = self.anonymous().post("/api/v1/auth/login", &body).await.expect(200);
        self.with_token(answer.json["access_token"].as_str().unwrap())
    }

    /// The administrator.
    pub(crate) async fn admin(&self) -> Client {
        self.login("admin", "admin-password").await
    }

    /// A service with an API key that may send.
    pub(crate) async fn service(&self) -> Client {
        let body = json!({"name": "ci-bot", "scopes": ["send"]});
        let answer = self.admin().await.post("/api/v1/admin/api-keys", &body).await.expect(201);
        self.with_token(answer.json["key"].as_str().unwrap())
    }

    /// Ends it as a power cut would, without a chance to tidy up, and starts another on its folder.
    pub(crate) async fn kill_and_restart(mut self) -> Self {
        self.kill();
        self.builder.clone().start().await
    }

    /// Ends it without a chance to tidy up.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until the process has ended.
    pub(crate) async fn wait(&mut self) -> ExitStatus {
        let mut status = None;
        let child = &mut self.child;
        let ended = std::cell::RefCell::new(&mut status);
        let child = std::cell::RefCell::new(child);
        eventually("the process ends", || async {
            let ended_now = child.borrow_mut().try_wait().unwrap();
            **ended.borrow_mut() = ended_now;
            ended_now.is_some()
        })
        .await;
        status.unwrap()
    }
}

impl Drop for Server {
    #[expect(clippy::print_stderr, reason = "shown if the test fails")]
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the server's log:\n{}", self.log().join("\n"));
        }
    }
}
