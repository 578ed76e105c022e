//! What an operator and an embedder work with: figures, the commands that talk to a server, the demo,
//! the examples.

mod backup;
mod demo;
mod embed;
mod logs;
mod metrics;
mod restart;
mod send;
mod tail;
mod terminal;
mod tls;

use std::collections::VecDeque;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{ChildStderr, ChildStdout};
use tokio::time::Instant;

use crate::support::{Builder, PATIENCE, Server, eventually};

/// Lines of a program's output, as they come.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<VecDeque<String>>>);

impl Lines {
    fn of(output: impl AsyncRead + Unpin + Send + 'static) -> Self {
        let lines = Self::default();
        let filled = lines.clone();
        tokio::spawn(async move {
            let mut output = BufReader::new(output).lines();
            while let Ok(Some(line)) = output.next_line().await {
                filled.0.lock().unwrap().push_back(line);
            }
        });
        lines
    }

    /// The next line.
    async fn next(&self) -> String {
        eventually("another line", || async { !self.0.lock().unwrap().is_empty() }).await;
        self.0.lock().unwrap().pop_front().unwrap()
    }

    /// The next line with this in it, passing over others.
    async fn next_with(&self, part: &str) -> String {
        let mut passed = Vec::new();
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let line = self.next().await;
            if line.contains(part) {
                return line;
            }
            passed.push(line);
        }
        panic!("no line with {part:?}, but {passed:?}")
    }

    /// What has come and was not asked for.
    fn rest(&self) -> Vec<String> {
        self.0.lock().unwrap().drain(..).collect()
    }
}

/// `herald tail` with its output in pipes.
struct Tail {
    child: Child,
    /// notifications
    out: Lines,
    /// what is said of the connection
    notices: Lines,
}

impl Tail {
    /// Follows the inbox of whom the token belongs to, on a server that may be down.
    fn start(builder: &Builder, url: &str, token: &str, arguments: &[&str]) -> Self {
        let arguments = [&["tail", "--url", url, "--token", token], arguments].concat();
        Self::run(builder, &arguments)
    }

    fn run(builder: &Builder, arguments: &[&str]) -> Self {
        let mut command = builder.command(arguments);
        command.env("TZ", "UTC").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = Lines::of(ChildStdout::from_std(child.stdout.take().unwrap()).unwrap());
        let notices = Lines::of(ChildStderr::from_std(child.stderr.take().unwrap()).unwrap());
        Self { child, out, notices }
    }

    async fn end(&mut self) -> ExitStatus {
        let child = std::cell::RefCell::new(&mut self.child);
        let ended = || async { child.borrow_mut().try_wait().unwrap().is_some() };
        eventually("tail ends", ended).await;
        self.child.wait().unwrap()
    }

    /// Presses Ctrl-C.
    fn interrupt(&self) {
        let pid = self.child.id().to_string();
        assert!(
            std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success()
        );
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server for which a test needs no disk.
async fn in_memory() -> Server {
    Server::builder().set("HERALD_DATABASE_URL", "memory:").start().await
}
