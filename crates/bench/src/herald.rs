//! Starting a Herald to measure, on an empty folder and a port of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::broker::Broker;
use crate::client::{Broadcast, Get, Http, Source, audience, body, request, user};
use crate::postgres::{self, Database};
use crate::process::Process;
use crate::report;
use crate::subject::{Paths, Subject};

const SECRET: &str = "a secret that only the benchmark and its server know";
const ADMIN: &str = "bench";
const PASSWORD: &str = "correct horse battery";
/// How long a server may take until it has all that it works with.
const PATIENCE: Duration = Duration::from_secs(30);

/// What servers share; without it, one has a file and is alone.
#[derive(Clone, Copy, Default)]
pub(crate) struct Shared<'a> {
    /// where they keep everything
    pub(crate) database: Option<&'a Database>,
    /// what they hear each other by
    pub(crate) broker: Option<&'a Broker>,
    /// what else is set, by variable
    pub(crate) settings: &'a [(&'static str, String)],
}

impl Shared<'_> {
    fn variables(&self) -> impl Iterator<Item = (&'static str, String)> {
        let database = self.database.map(|one| ("HERALD_DATABASE_URL", one.url.clone()));
        let broker = self.broker.map(|one| {
            [
                ("HERALD_QUEUE_URL", one.url.clone()),
                ("HERALD_QUEUE_PREFIX", Broker::PREFIX.to_owned()),
            ]
        });
        let settings = self.settings.iter().cloned();
        database.into_iter().chain(broker.into_iter().flatten()).chain(settings)
    }

    fn programs(self) -> Vec<&'static str> {
        let database = self.database.map(|_| postgres::Server::PROGRAM);
        database.into_iter().chain(self.broker.map(Broker::program)).collect()
    }
}

/// A server that lives as long as this.
pub(crate) struct Herald {
    child: Child,
    /// how to reach it
    pub(crate) subject: Subject,
    /// the administrator's token, for a while
    pub(crate) admin: String,
    _folder: TempDir,
}

impl Herald {
    /// Starts the binary on a new folder in `parent`.
    pub(crate) async fn start(binary: &Path, parent: &Path, shared: Shared<'_>) -> Result<Self> {
        let folder = TempDir::with_prefix_in("herald-bench-", parent)?;
        let mut command = Command::new(binary);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("HERALD_")) {
                command.env_remove(name);
            }
        }
        let mut child = command
            .arg("serve")
            .env("HERALD_LISTEN", "127.0.0.1:0")
            .env("HERALD_DATA_DIR", folder.path())
            .env("HERALD_JWT_SECRET", SECRET)
            .env("HERALD_ADMIN_USERNAME", ADMIN)
            .env("HERALD_ADMIN_PASSWORD", PASSWORD)
            .env("HERALD_LOG_FORMAT", "json")
            // no access log, which nobody would keep at this rate
            .env("HERALD_LOG", "warn,herald=info,herald::http=warn")
            // more than can be asked: one user does here what hundreds do elsewhere, and is counted
            .env("HERALD_RATE_LIMIT_READ", "1000000/s")
            .env("HERALD_RATE_LIMIT_WRITE", "1000000/s")
            .envs(shared.variables())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let log = child.stderr.take().context("the child has a standard error")?;
        let subject = Subject {
            address: follow(log)?,
            process: Process::new(child.id()),
            programs: shared.programs(),
            key: String::new(),
            secret: SECRET.to_owned(),
            paths: Paths::of_herald(),
        };
        let mut herald = Self { child, subject, admin: String::new(), _folder: folder };
        herald.admin = log_in(herald.subject.address).await?;
        herald.subject.key = api_key(herald.subject.address, &herald.admin).await?;
        tokio::time::timeout(PATIENCE, ready(&herald.subject)).await.context("is not ready")??;
        Ok(herald)
    }
}

impl Drop for Herald {
    fn drop(&mut self) {
        // its folder goes, too, so nothing needs an orderly end
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Finds in the log where the server listens, and goes on reading it; warnings are passed on.
fn follow(log: ChildStderr) -> Result<SocketAddr> {
    let mut lines = BufReader::new(log).lines();
    let mut told = Vec::new();
    let address = loop {
        let Some(line) = lines.next() else { bail!("the server ended: {}", told.join("\n")) };
        let line = line?;
        let event: Value = serde_json::from_str(&line).unwrap_or_default();
        if event["message"] == "listening" {
            break event["address"].as_str().context("the address is a string")?.parse()?;
        }
        told.push(line);
    };
    thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            if event["level"] != "INFO" {
                report::note(&format!("server: {line}"));
            }
        }
    });
    Ok(address)
}

/// Waits until a server has all that it works with, its broker too.
async fn ready(subject: &Subject) -> Result<()> {
    let mut http = Http::connect(subject.address).await?;
    let mut look = Get::new("/readyz", &subject.key);
    loop {
        let readiness: Value = serde_json::from_slice(http.call(look.request(0), 200).await?)?;
        if readiness["status"] == "ready" {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Logs in as the administrator; answers the token.
async fn log_in(address: SocketAddr) -> Result<String> {
    let mut http = Http::connect(address).await?;
    let login = json!({"username": ADMIN, "password": PASSWORD}).to_string();
    let login = request("POST", "/api/v1/auth/login", "none", &login);
    text(http.call(login.as_bytes(), 200).await?, "access_token")
}

/// Makes a key that may send.
async fn api_key(address: SocketAddr, admin: &str) -> Result<String> {
    let mut http = Http::connect(address).await?;
    let key = json!({"name": "bench", "scopes": ["send"]}).to_string();
    let key = request("POST", "/api/v1/admin/api-keys", admin, &key);
    text(http.call(key.as_bytes(), 201).await?, "key")
}

fn text(body: &[u8], key: &str) -> Result<String> {
    let body: Value = serde_json::from_slice(body)?;
    Ok(body[key].as_str().with_context(|| format!("{key} is a string"))?.to_owned())
}

/// Makes sure that the first so many users exist, by something in each inbox.
pub(crate) async fn populate(subject: &Subject, users: usize) -> Result<()> {
    const AUDIENCE: usize = 100;
    let audiences = (0..users.div_ceil(AUDIENCE))
        .map(|nth| body(&audience(nth * AUDIENCE..users.min((nth + 1) * AUDIENCE))));
    batches(subject, audiences, 10).await
}

/// Makes sure that these users exist, by something in each inbox: many at a time.
pub(crate) async fn crowd(subject: &Subject, users: Range<usize>) -> Result<()> {
    const AUDIENCE: usize = 10_000;
    for from in users.clone().step_by(AUDIENCE) {
        let audience = audience(from..users.end.min(from + AUDIENCE));
        let mut told = Broadcast::to(subject, &audience).await?;
        while !told.is_done().await? {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    Ok(())
}

/// Gives the first so many users, who exist, a telephone.
pub(crate) async fn give_phones(herald: &Herald, users: usize) -> Result<()> {
    let mut http = Http::connect(herald.subject.address).await?;
    for nth in 0..users {
        let path = format!("/api/v1/admin/users/{}", user(nth));
        let phone = json!({ "phone": format!("+4915{nth:09}") }).to_string();
        http.call(request("PATCH", &path, &herald.admin, &phone).as_bytes(), 200).await?;
    }
    Ok(())
}

/// Puts so many items into the inbox of one user.
pub(crate) async fn fill(subject: &Subject, user: &str, items: usize) -> Result<()> {
    let to = json!({ "user": user }).to_string();
    batches(subject, std::iter::repeat_n(body(&to), items), 100).await
}

/// Sends these, so many with each request.
pub(crate) async fn batches(
    subject: &Subject,
    notifications: impl Iterator<Item = String>,
    size: usize,
) -> Result<()> {
    let mut http = Http::connect(subject.address).await?;
    let notifications: Vec<_> = notifications.collect();
    for batch in notifications.chunks(size) {
        let batch = format!(r#"{{"notifications":[{}]}}"#, batch.join(","));
        let batch = request("POST", "/api/v1/notifications/batch", &subject.key, &batch);
        let answer: Value = serde_json::from_slice(http.call(batch.as_bytes(), 200).await?)?;
        let refused =
            answer["results"].as_array().and_then(|all| all.iter().find(|one| one["id"].is_null()));
        if let Some(refused) = refused {
            bail!("refused: {refused}");
        }
    }
    Ok(())
}
