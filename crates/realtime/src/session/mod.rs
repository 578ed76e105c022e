//! One device's session: takes messages, events and the passing of time, and says what to do.
//!
//! Knows no socket, no store and no clock, and never waits; everything that takes time is a [`Job`]
//! whose [`Reply`] comes back later.

mod early;
mod identity;
mod order;

use std::time::Duration;

use herald_application::InboxError;
use herald_domain::{Epoch, Rev, SessionId, Timestamp, UserKey, UserPrincipal};

use crate::driver::{Job, Reply};
use crate::format;
use crate::protocol::{BadMessage, ClientMessage, CloseCode, HEARTBEAT_SECONDS, parse, server};
use crate::{Format, Frame};
use early::Early;

/// Seconds that a transport has counted: time that no clock change disturbs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tick(pub u32);

impl Tick {
    fn since(self, earlier: Self) -> u32 {
        self.0.saturating_sub(earlier.0)
    }
}

/// What a transport must do for a session.
#[derive(Debug, PartialEq)]
pub enum Action {
    /// send a message
    Send(Frame),
    /// send a ping (RFC 6455 section 5.5.2), or what stands for it
    Ping,
    /// send nothing more but this, and end
    Close(CloseCode),
    /// do something that takes time, and call [`Session::reply`]
    Start(Job),
    /// now that the user is known, bring the user's events, before any other job starts
    Subscribe(UserKey),
    /// call [`Session::greeting_over`] after this while
    Greet(Duration),
}

/// A position that a client wants to resume from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// the database it was connected to
    pub epoch: String,
    /// the position it reached
    pub rev: Rev,
}

/// Where a session stands.
#[derive(Debug, PartialEq)]
enum Phase {
    /// the first message must say who it is
    Anonymous,
    /// a token is being checked
    Authenticating,
    /// the head is being read; the client may already have said where it wants to resume
    Starting(Option<Resume>),
    /// hello was said; until the client speaks or a moment has passed, nothing live goes out, so
    /// that nothing overtakes what it may yet want to resume from
    Greeted,
    /// events go out as they come
    Live,
    /// nothing goes out any more
    Closed,
}

/// Whether changes are read from the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    No,
    /// wanted, as soon as the device has taken what waits for it
    Wanted,
    Running,
    /// the store did not answer; the next tick tries again
    Failed,
}

/// One device's session.
#[derive(Debug)]
pub struct Session {
    format: Format,
    phase: Phase,
    reading: Reading,
    /// a command is being carried out; the next one waits
    busy: bool,
    /// a device that cannot speak: an SSE stream
    silent: bool,
    /// everything up to here was sent
    sent: Rev,
    /// the latest revision heard of, if since then no reading began
    heard_of: Rev,
    /// events were lost, of which nothing is known
    missed: bool,
    /// events that came before their turn
    early: Early,
    greeted_at: Rev,
    user: Option<UserKey>,
    login: Option<SessionId>,
    expires_at: Timestamp,
    warned: bool,
    born: Tick,
    heard: Tick,
    pinged: Tick,
    /// how many messages the client may send now
    allowance: u16,
    /// how many bad messages are still answered
    patience: u8,
}

impl Session {
    /// How long a client has to say who it is.
    const AUTH_SECONDS: u32 = 5;
    /// How long after a ping a client may be silent.
    const SILENCE_SECONDS: u32 = HEARTBEAT_SECONDS + 10;
    /// How long before its end a token is said to expire.
    const EXPIRY_NOTICE: Duration = Duration::from_secs(30);
    /// How long a client that wants to resume has after hello.
    const GREETING: Duration = Duration::from_millis(100);
    /// How many messages a client may send at once, and how many of them it regains a second.
    const BURST: u16 = 100;
    const PER_SECOND: u16 = 20;
    /// How many bad messages are answered before the socket is closed.
    const PATIENCE: u8 = 10;

    /// The session of a socket whose handshake did not say who it is.
    pub fn anonymous(now: Tick) -> Self {
        Self {
            format: Format::default(),
            phase: Phase::Anonymous,
            reading: Reading::No,
            busy: false,
            silent: false,
            sent: Rev::default(),
            heard_of: Rev::default(),
            missed: false,
            early: Early::default(),
            greeted_at: Rev::default(),
            user: None,
            login: None,
            expires_at: Timestamp::from_micros(0),
            warned: false,
            born: now,
            heard: now,
            pinged: now,
            allowance: Self::BURST,
            patience: Self::PATIENCE,
        }
    }

    /// The session of a socket whose user is known, and which understands that format. It begins at
    /// that position, or else wherever the inbox stands in a moment.
    pub fn of(
        user: &UserPrincipal,
        format: Format,
        resume: Option<Resume>,
        now: Tick,
        out: &mut Vec<Action>,
    ) -> Self {
        let mut session = Self { format, ..Self::anonymous(now) };
        session.start(user, resume, out);
        session
    }

    /// The session of an SSE stream, which can say nothing after its request.
    pub fn silent(
        user: &UserPrincipal,
        resume: Option<Resume>,
        now: Tick,
        out: &mut Vec<Action>,
    ) -> Self {
        let mut session = Self { silent: true, ..Self::anonymous(now) };
        session.start(user, resume, out);
        session
    }

    /// Whether the next message must wait until a reply has come.
    pub fn busy(&self) -> bool {
        self.busy || self.phase == Phase::Authenticating
    }

    /// Whether the session has ended.
    pub fn is_closed(&self) -> bool {
        self.phase == Phase::Closed
    }

    /// The client sent a ping or a pong.
    pub fn control_frame(&mut self, now: Tick, out: &mut Vec<Action>) {
        if !self.is_closed() {
            self.spend(now, out);
        }
    }

    /// The client sent a text.
    pub fn text(&mut self, text: &str, now: Tick, out: &mut Vec<Action>) {
        if self.is_closed() {
            return;
        }
        if !self.spend(now, out) {
            return;
        }
        if self.format.is_dialect() {
            if let Some(message) = format::parse(text) {
                self.message(message, out);
            }
            return;
        }
        match parse(text) {
            Ok(message) if self.phase == Phase::Anonymous => self.first(message, out),
            Ok(message) => self.message(message, out),
            Err(_) if self.phase == Phase::Anonymous => self.close(CloseCode::Unauthorized, out),
            Err(BadMessage::NotJson) => {
                out.push(Action::Send(server::error(None, "bad_message", "must be a JSON object")));
                self.close(CloseCode::BadMessage, out);
            }
            Err(BadMessage::Malformed { reference, detail }) => {
                out.push(Action::Send(server::error(reference.as_deref(), "bad_message", &detail)));
                self.patience = self.patience.saturating_sub(1);
                if self.patience == 0 {
                    self.close(CloseCode::BadMessage, out);
                }
            }
        }
    }

    /// Rights ended: of one login or, with `None`, of the user.
    pub fn revoked(&mut self, login: Option<&SessionId>, out: &mut Vec<Action>) {
        if login.is_none() || login == self.login.as_ref() {
            self.close(CloseCode::Unauthorized, out);
        }
    }

    /// The server stops; the client should come back after a while.
    pub fn stop(&mut self, code: CloseCode, retry_after_ms: u32, out: &mut Vec<Action>) {
        if !self.is_closed() {
            self.say(|| server::going_away(retry_after_ms), out);
            self.close(code, out);
        }
    }

    /// Ends the session.
    pub fn close(&mut self, code: CloseCode, out: &mut Vec<Action>) {
        if !self.is_closed() {
            self.phase = Phase::Closed;
            out.push(Action::Close(code));
        }
    }

    /// A second has passed.
    pub fn tick(&mut self, clock: Timestamp, now: Tick, out: &mut Vec<Action>) {
        match self.phase {
            Phase::Closed => return,
            Phase::Anonymous | Phase::Authenticating => {
                if now.since(self.born) > Self::AUTH_SECONDS {
                    self.close(CloseCode::Timeout, out);
                }
                return;
            }
            _ => {}
        }
        self.allowance = (self.allowance + Self::PER_SECOND).min(Self::BURST);
        if clock >= self.expires_at {
            return self.close(CloseCode::Unauthorized, out);
        }
        if !self.warned && clock.plus(Self::EXPIRY_NOTICE) >= self.expires_at {
            self.warned = true;
            self.say(|| server::expiring(self.expires_at), out);
        }
        if self.busy {
            self.heard = now;
        }
        if !self.silent && now.since(self.heard) > Self::SILENCE_SECONDS {
            return self.close(CloseCode::Timeout, out);
        }
        if now.since(self.pinged) >= HEARTBEAT_SECONDS {
            self.pinged = now;
            out.push(Action::Ping);
        }
        if self.reading == Reading::Failed {
            self.reading = Reading::Wanted;
        }
    }

    /// A job is done.
    pub fn reply(&mut self, reply: Reply, epoch: &Epoch, out: &mut Vec<Action>) {
        if self.is_closed() {
            return;
        }
        match reply {
            Reply::Authenticated(result) => self.authenticated(result, out),
            Reply::Refreshed(reference, result) => {
                self.busy = false;
                self.refreshed(reference.as_deref(), result, out);
            }
            Reply::Head(result) => self.started(&result, epoch, out),
            Reply::Changes(result) => self.caught_up(result, out),
            Reply::Done(reference, result) => {
                self.busy = false;
                let reference = reference.as_deref();
                let outcome = || match result {
                    Ok(()) => server::ok(reference),
                    Err(error) => {
                        let (code, detail) = describe(&error);
                        server::error(reference, code, &detail)
                    }
                };
                self.say(outcome, out);
            }
        }
    }

    /// The client was heard of, and used up one of the messages it may send.
    fn spend(&mut self, now: Tick, out: &mut Vec<Action>) -> bool {
        self.heard = now;
        match self.allowance.checked_sub(1) {
            Some(left) => self.allowance = left,
            None => self.close(CloseCode::Limit, out),
        }
        !self.is_closed()
    }

    fn message(&mut self, message: ClientMessage, out: &mut Vec<Action>) {
        match message {
            ClientMessage::Auth { .. } => {
                let detail = "already authenticated; send refresh to change the token";
                out.push(Action::Send(server::error(None, "bad_message", detail)));
            }
            ClientMessage::Resume { epoch, rev } => self.resume(Resume { epoch, rev }, out),
            ClientMessage::Heartbeat => out.push(Action::Send(server::heartbeat_ack())),
            ClientMessage::Refresh { token, reference } => {
                self.busy = true;
                out.push(Action::Start(Job::Refresh { token, reference }));
            }
            ClientMessage::Command { command, reference } => {
                self.busy = true;
                self.job(|user| Job::Command { user, command, reference }, out);
            }
        }
        // whoever speaks of anything else does not want to resume
        self.greeting_over();
    }

    /// Says what only `herald.v1` has words for.
    fn say(&self, message: impl FnOnce() -> Frame, out: &mut Vec<Action>) {
        if !self.format.is_dialect() {
            out.push(Action::Send(message()));
        }
    }

    fn job(&self, job: impl FnOnce(UserKey) -> Job, out: &mut Vec<Action>) {
        if let Some(user) = self.user {
            out.push(Action::Start(job(user)));
        }
    }
}

fn describe(error: &InboxError) -> (&'static str, String) {
    match error {
        InboxError::Invalid(violation) => ("validation", violation.to_string()),
        InboxError::Unknown => ("not_found", error.to_string()),
        InboxError::Resync(_) => ("resync", error.to_string()),
        InboxError::Store(_) => ("unavailable", "store does not answer; try again".to_owned()),
    }
}
