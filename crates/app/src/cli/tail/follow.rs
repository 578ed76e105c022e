use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use herald_ports::SystemRandom;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::time::{Instant, interval, sleep, timeout_at};

use super::backoff::Backoff;
use super::screen::Screen;
use super::socket::{Heard, Socket};
use crate::cli::NotNow;
use crate::cli::remote::Client;

/// How often the server is told that somebody listens.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// How long the server may be silent: a heartbeat is answered, and one may be late.
const SILENCE: Duration = Duration::from_secs(40);

/// Where an inbox was followed to.
#[derive(Clone)]
struct Position {
    epoch: String,
    rev: i64,
}

/// Follows an inbox over any number of connections, as docs/protocol.md tells a client to.
pub(super) struct Follower {
    client: Client,
    screen: Screen,
    backoff: Backoff,
    position: Option<Position>,
    /// how long the server asks to be left alone
    leave_alone: Option<Duration>,
}

impl Follower {
    pub(super) fn new(client: Client, screen: Screen) -> Self {
        let backoff = Backoff::default();
        Self { client, screen, backoff, position: None, leave_alone: None }
    }

    /// Follows from a revision on, or from now; ends only when going on would be of no use.
    pub(super) async fn follow(&mut self, since: Option<i64>) -> Result<()> {
        loop {
            let ended = self.connect(since).await;
            let why = match ended {
                Ok(why) => why,
                Err(error) if error.is::<NotNow>() => format!("{error:#}"),
                Err(error) => return Err(error),
            };
            let wait = self.leave_alone.take();
            let wait = wait.unwrap_or_else(|| self.backoff.next(&SystemRandom));
            let seconds = wait.as_secs_f64();
            self.screen.notice(&format!("{why}; trying again in {seconds:.1} s"))?;
            sleep(wait).await;
        }
    }

    /// One connection; answers why it ended, if another may follow.
    async fn connect(&mut self, since: Option<i64>) -> Result<String> {
        if let (None, Some(rev)) = (&self.position, since) {
            let epoch = self.epoch(rev).await?;
            self.position = Some(Position { epoch, rev });
        }
        let token = self.client.token()?;
        let mut socket = Socket::open(&self.client).await?;
        if let Some(Position { epoch, rev }) = &self.position {
            // at once: what is asked after something live went out comes too late
            socket.say(&json!({"type": "resume", "epoch": epoch, "rev": rev})).await;
        }
        self.listen(socket, token).await
    }

    /// Which database the server has, for a position that has to name it.
    async fn epoch(&self, rev: i64) -> Result<String> {
        let path = format!("/api/v1/notifications/changes?since={rev}&limit=1");
        let answer = self.client.send(self.client.request(Method::GET, &path)?).await?;
        let changes: Value = answer.json().await?;
        let epoch = changes["epoch"].as_str();
        epoch.map(str::to_owned).ok_or_else(|| anyhow!("the server does not say its epoch"))
    }

    async fn listen(&mut self, mut socket: Socket, mut token: SecretString) -> Result<String> {
        let mut heartbeat = interval(HEARTBEAT);
        heartbeat.tick().await;
        let mut deadline = Instant::now() + SILENCE;
        // where the server stood when the connection was made
        let mut hello = None;
        loop {
            let heard = tokio::select! {
                heard = timeout_at(deadline, socket.hear()) => heard,
                _ = heartbeat.tick() => {
                    socket.say(&json!({"type": "heartbeat"})).await;
                    continue;
                }
            };
            let Ok(heard) = heard else { return Ok("nothing heard for too long".to_owned()) };
            deadline = Instant::now() + SILENCE;
            let (text, message) = match heard {
                Heard::Message(text, message) => (text, message),
                Heard::Closed(told) => return self.closed(told, &token),
            };
            let said = |name: &str| message[name].as_str().unwrap_or_default();
            match said("type") {
                "hello" => hello = self.greeted(&message)?,
                "resync" => {
                    self.position = hello.clone();
                    if self.screen.is_json() {
                        self.screen.show(&text, &message)?;
                    }
                    self.screen.notice(&format!(
                        "what was missed cannot be told ({}); going on from now",
                        said("reason")
                    ))?;
                }
                "expiring" => token = self.expiring(&mut socket, token).await?,
                "going_away" => {
                    self.leave_alone =
                        message["retry_after_ms"].as_u64().map(Duration::from_millis);
                    self.screen.notice("the server is going away")?;
                }
                "error" => self.screen.notice(&format!("refused: {}", said("detail")))?,
                _ => self.show(&text, &message)?,
            }
        }
    }

    fn greeted(&mut self, hello: &Value) -> Result<Option<Position>> {
        let (Some(epoch), Some(rev)) = (hello["epoch"].as_str(), hello["rev"].as_i64()) else {
            bail!("the server does not say where the inbox stands");
        };
        self.backoff.reset();
        let here = Position { epoch: epoch.to_owned(), rev };
        let what = match &self.position {
            Some(Position { rev, .. }) => format!("connected, going on after revision {rev}"),
            None => format!("connected at revision {rev}, {} unread", hello["unread"]),
        };
        self.screen.notice(&what)?;
        if self.position.is_none() {
            self.position = Some(here.clone());
        }
        Ok(Some(here))
    }

    /// Shows what has a revision that was not shown yet.
    fn show(&mut self, text: &str, message: &Value) -> Result<()> {
        let (Some(rev), Some(position)) = (message["rev"].as_i64(), &mut self.position) else {
            return Ok(());
        };
        if rev > position.rev {
            self.screen.show(text, message)?;
            position.rev = rev;
        }
        Ok(())
    }

    /// Hands over a newer token, if the file has one.
    async fn expiring(&self, socket: &mut Socket, token: SecretString) -> Result<SecretString> {
        let now = self.client.token()?;
        if now.expose_secret() == token.expose_secret() {
            self.screen.notice("the token ends within 30 s")?;
        } else {
            socket.say(&json!({"type": "refresh", "token": now.expose_secret()})).await;
        }
        Ok(now)
    }

    /// Why the server hung up; an error if it would do so again (docs/protocol.md, close codes).
    fn closed(&self, told: Option<(u16, String)>, token: &SecretString) -> Result<String> {
        let Some((code, reason)) = told else { return Ok("the connection is lost".to_owned()) };
        let ended = format!("the server closed: {reason} ({code})");
        let same_token = || {
            let now = self.client.token();
            now.is_ok_and(|now| now.expose_secret() == token.expose_secret())
        };
        match code {
            4500.. => bail!("{ended}"),
            4401 if same_token() => bail!("{ended}"),
            _ => Ok(ended),
        }
    }
}
