//! What goes out, and in which order: live events, what is resumed, what is read from the store.

use herald_application::InboxError;
use herald_domain::{Epoch, Head, Rev};

use super::{Action, Phase, Reading, Resume, Session};
use crate::driver::{Job, Replayed};
use crate::hub::Event;
use crate::protocol::{CloseCode, server};
use crate::{Frame, replay};

impl Session {
    /// Events of the session's user, in order of their revisions. As many go out as there is room
    /// for, in bytes; what finds none is read from the store once there is.
    ///
    /// One that comes before its turn is kept for a moment, for publishers overtake each other;
    /// see [`Session::is_waiting`].
    pub fn live(&mut self, events: &[Event<'_>], mut room: usize, out: &mut Vec<Action>) {
        for event in events {
            let rev = event.to.head.rev;
            self.heard_of = self.heard_of.max(rev);
            if self.phase != Phase::Live || self.reading != Reading::No || rev <= self.sent {
                continue;
            }
            if room == 0 {
                self.read();
                continue;
            }
            let frame = event.message.frame(self.format, event.to.head);
            room = room.saturating_sub(frame.as_ref().map_or(0, Frame::len));
            if rev == self.sent.next() {
                self.send(rev, frame, out);
                while let Some(frame) = self.early.take(self.sent.next()) {
                    self.send(self.sent.next(), frame, out);
                }
            } else if !self.early.keep(rev, frame) {
                self.read();
            }
        }
    }

    /// Moves on; without a word, if there is none for it.
    fn send(&mut self, rev: Rev, frame: Option<Frame>, out: &mut Vec<Action>) {
        self.sent = rev;
        out.extend(frame.map(Action::Send));
    }

    /// Whether there is something that it was heard of and that has not come. If it does not come soon,
    /// call [`Session::overdue`].
    pub fn is_waiting(&self) -> bool {
        self.phase == Phase::Live && self.reading == Reading::No && self.heard_of > self.sent
    }

    /// What is waited for did not come: look into the store.
    pub fn overdue(&mut self) {
        if self.is_waiting() {
            self.read();
        }
    }

    /// Events were lost: look into the store.
    pub fn lagged(&mut self) {
        self.missed = true;
        if self.phase == Phase::Live && self.reading == Reading::No {
            self.read();
        }
    }

    /// The inbox stands at that revision, or beyond it. What leads there may be on its way: see
    /// [`Session::is_waiting`].
    pub fn stands(&mut self, rev: Rev) {
        self.heard_of = self.heard_of.max(rev);
    }

    /// Whether changes are to be read as soon as the device has taken what waits for it.
    pub fn wants_room(&self) -> bool {
        self.reading == Reading::Wanted && self.phase == Phase::Live
    }

    /// The device has taken everything that waited for it.
    pub fn drained(&mut self, out: &mut Vec<Action>) {
        if self.wants_room() {
            self.start_reading(self.sent, None, out);
        }
    }

    /// The client did not say in time that it wants to resume.
    pub fn greeting_over(&mut self) {
        if self.phase == Phase::Greeted {
            self.go_live();
        }
    }

    pub(super) fn started(
        &mut self,
        result: &Result<Head, InboxError>,
        epoch: &Epoch,
        out: &mut Vec<Action>,
    ) {
        let &Ok(head) = result else {
            return self.close(CloseCode::TryAgainLater, out);
        };
        self.sent = head.rev;
        self.greeted_at = head.rev;
        self.heard_of = self.heard_of.max(head.rev);
        self.say(|| server::hello(epoch, head), out);
        match std::mem::replace(&mut self.phase, Phase::Greeted) {
            Phase::Starting(Some(resume)) => self.resume(resume, out),
            _ if self.silent || self.format.is_dialect() => self.go_live(),
            _ => out.push(Action::Greet(Self::GREETING)),
        }
    }

    pub(super) fn resume(&mut self, resume: Resume, out: &mut Vec<Action>) {
        if let Phase::Starting(wanted) = &mut self.phase {
            *wanted = Some(resume);
            return;
        }
        if self.sent != self.greeted_at || self.reading != Reading::No {
            // what went out since hello has overtaken what was missed
            out.push(Action::Send(server::resync("late_resume")));
            return;
        }
        self.phase = Phase::Live;
        self.start_reading(resume.rev, Some(resume.epoch), out);
    }

    pub(super) fn go_live(&mut self) {
        self.phase = Phase::Live;
        if self.is_behind() && self.reading == Reading::No {
            self.read();
        }
    }

    fn is_behind(&self) -> bool {
        self.heard_of > self.sent || self.missed
    }

    /// Has changes read as soon as there is room for them.
    fn read(&mut self) {
        self.reading = Reading::Wanted;
    }

    fn start_reading(&mut self, since: Rev, epoch: Option<String>, out: &mut Vec<Action>) {
        self.reading = Reading::Running;
        // it will show whatever was heard of before it, but nothing of what is heard during it
        self.missed = false;
        self.heard_of = Rev::default();
        self.early.clear();
        self.job(|user| Job::Changes { user, since, epoch }, out);
    }

    pub(super) fn caught_up(
        &mut self,
        result: Result<Replayed, InboxError>,
        out: &mut Vec<Action>,
    ) {
        self.reading = Reading::No;
        let more = match result {
            Ok(Replayed::Changes(since, changes)) => {
                self.sent = changes.rev;
                let more = changes.more;
                if changes.rev > since {
                    let frames = replay::frames(self.format, changes);
                    out.extend(frames.into_iter().map(Action::Send));
                }
                more
            }
            Ok(Replayed::Lost(reason, head)) => {
                self.sent = head.rev;
                self.say(|| server::resync(server::resync_reason(reason)), out);
                false
            }
            Err(_) => {
                self.reading = Reading::Failed;
                return;
            }
        };
        if more || self.is_behind() {
            self.read();
        }
    }
}
