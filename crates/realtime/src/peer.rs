use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use herald_domain::{Rev, SessionId, UserKey, UserPrincipal};
use herald_ports::Clock;

use crate::hub::{Event, Membership, Shard, Subscriber};
use crate::session::{Action, Resume, Session, Tick};
use crate::{CloseCode, Driver, Format, Frame, Job};

/// What carries messages to one device. Its methods never wait.
pub trait Wire: 'static {
    /// Puts a message behind what waits for the device.
    fn send(&self, frame: &Frame);
    /// Puts a ping, or what stands for it, behind what waits.
    fn ping(&self);
    /// Puts this as the last behind what waits, and ends.
    fn close(&self, code: CloseCode);
    /// Sends as much of what waits as the device takes.
    fn flush(&self);
    /// Whether something waits for the device.
    fn has_backlog(&self) -> bool;
    /// How many bytes of live messages may be added to what waits. What finds no room is read from
    /// the store when nothing waits any more, so that a slow device costs a bounded amount of memory.
    fn room(&self) -> usize;
    /// A second has passed; `false` if the device has taken nothing for too long.
    #[must_use]
    fn tick(&self) -> bool;
    /// The session can take the next message from the device.
    fn read_on(&self);
}

/// What all peers of a worker share.
pub struct Context {
    /// where they get their events
    pub shard: Rc<Shard>,
    /// who does their jobs
    pub driver: Arc<Driver>,
    /// the time of day
    pub clock: Arc<dyn Clock>,
}

/// A session with its wire and its place in the shard: one device.
///
/// Lives on one worker. The transport keeps it and calls [`Peer::close_wire`] when the connection is
/// gone.
pub struct Peer<W> {
    wire: W,
    session: RefCell<Session>,
    membership: RefCell<Option<Membership>>,
    context: Rc<Context>,
}

impl<W: Wire> Peer<W> {
    /// A device that has not said who it is.
    pub fn anonymous(context: &Rc<Context>, wire: W) -> Rc<Self> {
        Self::join(context, wire, |now, _| Session::anonymous(now))
    }

    /// A device of a known user, which understands that format, and has heard of everything up to that
    /// position.
    pub fn of(
        context: &Rc<Context>,
        wire: W,
        user: &UserPrincipal,
        format: Format,
        resume: Option<Resume>,
    ) -> Rc<Self> {
        Self::join(context, wire, |now, out| Session::of(user, format, resume, now, out))
    }

    /// A device of a known user that only listens.
    pub fn silent(
        context: &Rc<Context>,
        wire: W,
        user: &UserPrincipal,
        resume: Option<Resume>,
    ) -> Rc<Self> {
        Self::join(context, wire, |now, out| Session::silent(user, resume, now, out))
    }

    fn join(
        context: &Rc<Context>,
        wire: W,
        session: impl FnOnce(Tick, &mut Vec<Action>) -> Session,
    ) -> Rc<Self> {
        let mut out = Vec::new();
        let session = session(context.shard.now(), &mut out);
        let peer = Rc::new(Self {
            wire,
            session: RefCell::new(session),
            membership: RefCell::new(None),
            context: context.clone(),
        });
        let membership = context.shard.join(Rc::clone(&peer) as Rc<dyn Subscriber>);
        *peer.membership.borrow_mut() = Some(membership);
        peer.act(&mut out);
        peer
    }

    /// The wire, for the transport.
    pub fn wire(&self) -> &W {
        &self.wire
    }

    /// Whether the transport should stop reading until this is over.
    pub fn is_busy(&self) -> bool {
        self.session.borrow().busy()
    }

    /// Whether the session has ended.
    pub fn is_closed(&self) -> bool {
        self.session.borrow().is_closed()
    }

    /// The device sent a text.
    pub fn on_text(self: &Rc<Self>, text: &str) {
        self.with(|session, out| session.text(text, self.context.shard.now(), out));
    }

    /// The device sent a ping or a pong.
    pub fn on_control_frame(self: &Rc<Self>) {
        self.with(|session, out| session.control_frame(self.context.shard.now(), out));
    }

    /// The device broke the protocol, or said goodbye.
    pub fn on_close(&self, code: CloseCode) {
        self.end(code);
    }

    /// The wire has sent everything that waited.
    pub fn on_drained(self: &Rc<Self>) {
        self.with(|_, _| ());
    }

    /// The connection is gone: leave the shard.
    pub fn close_wire(&self) {
        let mut out = Vec::new();
        self.session.borrow_mut().close(CloseCode::Normal, &mut out);
        if !out.is_empty() {
            self.context.shard.figures.lost();
        }
        let membership = self.membership.borrow_mut().take();
        drop(membership);
    }

    fn with(self: &Rc<Self>, call: impl FnOnce(&mut Session, &mut Vec<Action>)) {
        let mut out = self.context.shard.spare.take();
        call(&mut self.session.borrow_mut(), &mut out);
        self.act(&mut out);
        self.context.shard.spare.set(out);
    }

    /// Does what the session says, and lets it read on if there is room.
    fn act(self: &Rc<Self>, out: &mut Vec<Action>) {
        loop {
            for action in out.drain(..) {
                self.act_one(action);
            }
            self.wire.flush();
            let mut session = self.session.borrow_mut();
            if !session.wants_room() || self.wire.has_backlog() {
                return;
            }
            session.drained(out);
        }
    }

    fn act_one(self: &Rc<Self>, action: Action) {
        match action {
            Action::Send(frame) => {
                self.context.shard.figures.sent(&frame);
                self.wire.send(&frame);
            }
            Action::Ping => self.wire.ping(),
            Action::Close(code) => self.hang_up(code),
            Action::Start(job) => self.start(job),
            Action::Subscribe(user) => self.subscribe(user),
            Action::Greet(wait) => {
                let peer = Rc::downgrade(self);
                tokio::task::spawn_local(async move {
                    tokio::time::sleep(wait).await;
                    if let Some(peer) = peer.upgrade() {
                        peer.with(|session, _| session.greeting_over());
                    }
                });
            }
        }
    }

    fn start(self: &Rc<Self>, job: Job) {
        let peer = self.clone();
        tokio::task::spawn_local(async move {
            let driver = peer.context.driver.clone();
            let reply = driver.perform(job).await;
            peer.with(|session, out| session.reply(reply, driver.epoch(), out));
            peer.wire.read_on();
        });
    }

    fn subscribe(self: &Rc<Self>, user: UserKey) {
        let fits = self.membership.borrow().as_ref().is_some_and(|m| m.subscribe(user));
        if !fits {
            self.end(CloseCode::Limit);
        }
    }

    fn hang_up(&self, code: CloseCode) {
        self.context.shard.figures.closed(code);
        self.wire.close(code);
        self.wire.flush();
    }

    fn end(&self, code: CloseCode) {
        let mut out = Vec::new();
        self.session.borrow_mut().close(code, &mut out);
        if !out.is_empty() {
            self.hang_up(code);
        }
    }
}

impl<W: Wire> Subscriber for Peer<W> {
    fn live(self: Rc<Self>, events: &[Event<'_>]) -> bool {
        let room = self.wire.room();
        self.with(|session, out| session.live(events, room, out));
        self.session.borrow().is_waiting()
    }

    fn overdue(self: Rc<Self>) {
        self.with(|session, _| session.overdue());
    }

    fn lagged(self: Rc<Self>) {
        self.with(|session, _| session.lagged());
    }

    fn stands(self: Rc<Self>, rev: Rev) -> bool {
        let mut session = self.session.borrow_mut();
        session.stands(rev);
        session.is_waiting()
    }

    fn revoked(self: Rc<Self>, login: Option<&SessionId>) {
        self.with(|session, out| session.revoked(login, out));
    }

    fn stop(self: Rc<Self>, code: CloseCode, retry_after_ms: u32) {
        self.with(|session, out| session.stop(code, retry_after_ms, out));
    }

    fn tick(self: Rc<Self>, now: Tick) {
        if !self.wire.tick() {
            return self.end(CloseCode::Slow);
        }
        let clock = self.context.clock.now();
        self.with(|session, out| session.tick(clock, now, out));
    }
}
