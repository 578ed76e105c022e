//! What a device sees of a session, without a socket, a store or a clock.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use bytes::Bytes;
use herald_application::{AuthError, InboxError};
use herald_domain::{
    Changes, Content, Epoch, Flags, Head, InboxItem, Notification, NotificationId, Rev, Role,
    SessionId, Timestamp, UserKey, UserPrincipal,
};
use herald_ports::{Delivered, Resync, StoreError};
use herald_realtime::{
    Action, CloseCode, Event, Format, Job, Message, Replayed, Reply, Resume, Session, Tick,
};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_micros(1_000_000_000);

fn user(key: i64) -> UserPrincipal {
    UserPrincipal {
        key: UserKey::new(key),
        id: format!("user-{key}").parse().unwrap(),
        role: Role::user(),
        company: None,
        session: Some(SessionId::new("login")),
        expires_at: NOW.plus(std::time::Duration::from_secs(900)),
    }
}

fn head(rev: i64) -> Head {
    Head { rev: Rev::new(rev), unread: 0, unseen: 0 }
}

fn notification(id: i64) -> Arc<Notification> {
    Arc::new(Notification {
        id: NotificationId::new(id),
        content: Content::of("hello".parse().unwrap()),
        sender: "bot".into(),
        created_at: NOW,
    })
}

fn outage() -> StoreError {
    StoreError::Unavailable("gone".into())
}

/// A session, and what it has said.
struct Device {
    session: Session,
    actions: Vec<Action>,
    /// whether the wire takes more
    room: bool,
}

impl Device {
    fn anonymous() -> Self {
        Self { session: Session::anonymous(Tick(0)), actions: Vec::new(), room: true }
    }

    /// A session whose head is being read.
    fn starting() -> Self {
        Self::starting_in(Format::Herald)
    }

    fn starting_in(format: Format) -> Self {
        let mut actions = Vec::new();
        let session = Session::of(&user(1), format, None, Tick(0), &mut actions);
        Self { session, actions, room: true }
    }

    /// A session that was told hello at this revision, and takes what comes.
    fn live(rev: i64) -> Self {
        let mut device = Self::starting();
        device.reply(Reply::Head(Ok(head(rev))));
        device.session.greeting_over();
        device.actions.clear();
        device
    }

    fn say(&mut self, message: &Value) {
        self.session.text(&message.to_string(), Tick(0), &mut self.actions);
    }

    fn reply(&mut self, reply: Reply) {
        self.session.reply(reply, &Epoch::new("epoch"), &mut self.actions);
        self.session.drained(&mut self.actions);
    }

    /// The wire has sent all that waited.
    fn drained(&mut self) {
        self.room = true;
        self.session.drained(&mut self.actions);
    }

    fn event(&mut self, rev: i64) {
        let tail = Bytes::from_static(b"\"items\":[],\"deleted\":[]}");
        self.hear(rev, Message::change("changed", tail));
    }

    /// A new item came.
    fn item(&mut self, rev: i64) {
        self.hear(rev, Message::new_item(notification(rev)));
    }

    fn hear(&mut self, rev: i64, message: Message) {
        let to = Delivered { user: UserKey::new(1), head: head(rev) };
        let room = if self.room { 1 } else { 0 };
        let event = Event { to, message: &Arc::new(message) };
        self.session.live(&[event], room, &mut self.actions);
        if self.room {
            self.session.drained(&mut self.actions);
        }
    }

    /// What the last events waited for has not come.
    fn overdue(&mut self) {
        assert!(self.session.is_waiting());
        self.session.overdue();
        self.session.drained(&mut self.actions);
    }

    fn tick(&mut self, seconds: u32, clock: Timestamp) {
        self.session.tick(clock, Tick(seconds), &mut self.actions);
        self.session.drained(&mut self.actions);
    }

    /// The store tells what changed between two revisions.
    fn changes(&mut self, since: i64, rev: i64) {
        let changes = Changes {
            epoch: Epoch::new("epoch"),
            rev: Rev::new(rev),
            head: head(rev),
            items: Vec::new(),
            deleted: vec![NotificationId::new(rev)],
            more: false,
        };
        self.reply(Reply::Changes(Ok(Replayed::Changes(Rev::new(since), changes))));
    }

    /// What was said since the last call: messages as `type@rev`, and everything else by name.
    fn said(&mut self) -> Vec<String> {
        self.actions.drain(..).map(describe).collect()
    }
}

fn describe(action: Action) -> String {
    match action {
        Action::Send(frame) => {
            let message: Value = serde_json::from_str(&frame.text()).expect("a message is JSON");
            let kind = message["type"].as_str().expect("a message has a type").to_owned();
            assert_eq!(kind, frame.event);
            match (&message["rev"], &message["reason"], &message["code"]) {
                (Value::Number(rev), _, _) => format!("{kind}@{rev}"),
                (_, Value::String(text), _) | (_, _, Value::String(text)) => {
                    format!("{kind}:{text}")
                }
                _ => kind,
            }
        }
        Action::Ping => "ping".into(),
        Action::Close(code) => format!("close {}", code.number()),
        Action::Subscribe(user) => format!("subscribe {user}"),
        Action::Greet(_) => "greet".into(),
        Action::Start(Job::Changes { since, .. }) => format!("read changes since {since}"),
        Action::Start(Job::Head { .. }) => "read head".into(),
        Action::Start(Job::Authenticate { .. }) => "authenticate".into(),
        Action::Start(Job::Refresh { .. }) => "refresh".into(),
        Action::Start(Job::Command { .. }) => "command".into(),
    }
}

#[test]
fn a_known_user_is_greeted() {
    let mut device = Device::starting();
    assert_eq!(device.said(), ["subscribe 1", "read head"]);
    device.reply(Reply::Head(Ok(head(7))));
    assert_eq!(device.said(), ["hello@7", "greet"]);
}

#[test]
fn the_first_message_may_say_who_it_is() {
    let mut device = Device::anonymous();
    device.say(&json!({"type": "auth", "token": "t"}));
    assert_eq!(device.said(), ["authenticate"]);
    assert!(device.session.busy());
    device.reply(Reply::Authenticated(Ok(user(1))));
    assert_eq!(device.said(), ["subscribe 1", "read head"]);
}

#[test]
fn nobody_is_served_without_a_token() {
    for message in [json!({"type": "read_all"}), json!({"type": "heartbeat"}), json!([])] {
        let mut device = Device::anonymous();
        device.say(&message);
        assert_eq!(device.said(), ["close 4401"], "{message}");
    }
    for error in [AuthError::Expired, AuthError::Invalid] {
        let mut device = Device::anonymous();
        device.say(&json!({"type": "auth", "token": "t"}));
        device.said();
        device.reply(Reply::Authenticated(Err(error)));
        assert_eq!(device.said(), ["close 4401"]);
    }
}

#[test]
fn who_stays_silent_is_closed() {
    let mut device = Device::anonymous();
    device.tick(5, NOW);
    assert!(device.said().is_empty());
    device.tick(6, NOW);
    assert_eq!(device.said(), ["close 4408"]);

    let mut device = Device::live(0);
    device.tick(25, NOW);
    assert_eq!(device.said(), ["ping"]);
    device.tick(35, NOW);
    assert!(device.said().is_empty());
    device.tick(36, NOW);
    assert_eq!(device.said(), ["close 4408"]);
}

#[test]
fn the_next_revision_goes_out_and_an_old_one_does_not() {
    let mut device = Device::live(7);
    device.event(8);
    device.event(8);
    device.event(7);
    device.event(9);
    assert_eq!(device.said(), ["changed@8", "changed@9"]);
}

#[test]
fn an_event_that_comes_early_waits_for_its_turn() {
    let mut device = Device::live(7);
    for rev in [10, 9, 9] {
        device.event(rev);
    }
    assert!(device.said().is_empty());
    device.event(8);
    assert_eq!(device.said(), ["changed@8", "changed@9", "changed@10"]);
    assert!(!device.session.is_waiting());
    device.event(12);
    device.event(11);
    assert_eq!(device.said(), ["changed@11", "changed@12"]);
}

#[test]
fn what_waits_for_its_turn_is_bounded() {
    let mut device = Device::live(7);
    for rev in 9..9 + 64 {
        device.event(rev);
    }
    assert!(device.said().is_empty());
    device.event(9 + 64);
    assert_eq!(device.said(), ["read changes since 7"]);
    assert!(!device.session.is_waiting());
}

#[test]
fn a_hole_is_filled_from_the_store() {
    let mut device = Device::live(7);
    device.event(9);
    assert!(device.said().is_empty(), "the one before may be on its way");
    device.overdue();
    assert_eq!(device.said(), ["read changes since 7"]);
    device.event(8);
    device.event(10);
    assert!(device.said().is_empty(), "nothing overtakes what is being read");
    device.changes(7, 9);
    assert_eq!(device.said(), ["changed@9", "read changes since 9"]);
    device.changes(9, 10);
    device.event(11);
    assert_eq!(device.said(), ["changed@10", "changed@11"]);
}

#[test]
fn a_store_that_does_not_answer_is_asked_again_every_second() {
    let mut device = Device::live(7);
    device.event(9);
    device.overdue();
    device.reply(Reply::Changes(Err(outage().into())));
    device.event(10);
    assert_eq!(device.said(), ["read changes since 7"]);
    device.tick(1, NOW);
    assert_eq!(device.said(), ["read changes since 7"]);
    device.changes(7, 10);
    assert_eq!(device.said(), ["changed@10"]);
}

#[test]
fn a_slow_device_is_brought_up_to_date_when_it_has_taken_what_waited() {
    let mut device = Device::live(7);
    device.room = false;
    device.event(8);
    device.event(9);
    assert!(device.said().is_empty(), "nothing is added to what waits");
    device.drained();
    assert_eq!(device.said(), ["read changes since 7"]);
    device.changes(7, 9);
    device.event(10);
    assert_eq!(device.said(), ["changed@9", "changed@10"]);
}

#[test]
fn lost_events_are_looked_for() {
    let mut device = Device::live(7);
    device.session.lagged();
    device.session.drained(&mut device.actions);
    assert_eq!(device.said(), ["read changes since 7"]);
    device.session.lagged();
    device.changes(7, 8);
    assert_eq!(device.said(), ["changed@8", "read changes since 8"], "lost while reading");
    device.changes(8, 8);
    assert!(device.said().is_empty(), "nothing was lost");
}

#[test]
fn what_was_not_heard_of_is_looked_for() {
    let mut device = Device::live(7);
    device.session.stands(Rev::new(7));
    device.drained();
    assert!(device.said().is_empty(), "it has everything");
    device.session.stands(Rev::new(8));
    device.drained();
    assert!(device.said().is_empty(), "it may be on its way");
    device.overdue();
    assert_eq!(device.said(), ["read changes since 7"]);
    device.changes(7, 8);
    assert_eq!(device.said(), ["changed@8"]);
    device.session.stands(Rev::new(7));
    assert!(!device.session.is_waiting(), "that was a moment ago");
    device.session.stands(Rev::new(9));
    device.event(9);
    assert_eq!(device.said(), ["changed@9"]);
    assert!(!device.session.is_waiting(), "it was on its way");
}

#[test]
fn what_comes_while_the_store_is_read_is_not_forgotten() {
    let mut device = Device::live(5);
    device.session.lagged();
    device.drained();
    assert_eq!(device.said(), ["read changes since 5"]);
    device.event(6);
    // the store was read just before that
    device.changes(5, 5);
    assert_eq!(device.said(), ["read changes since 5"]);
    device.changes(5, 6);
    assert_eq!(device.said(), ["changed@6"]);
}

#[test]
fn nothing_overtakes_what_is_resumed() {
    let mut device = Device::starting();
    device.reply(Reply::Head(Ok(head(7))));
    device.event(8);
    assert_eq!(device.said(), ["subscribe 1", "read head", "hello@7", "greet"]);
    device.say(&json!({"type": "resume", "epoch": "epoch", "rev": 3}));
    assert_eq!(device.said(), ["read changes since 3"]);
    device.changes(3, 8);
    device.event(9);
    assert_eq!(device.said(), ["changed@8", "changed@9"]);
}

#[test]
fn resume_may_come_before_hello() {
    let mut device = Device::starting();
    device.said();
    device.say(&json!({"type": "resume", "epoch": "epoch", "rev": 3}));
    device.reply(Reply::Head(Ok(head(7))));
    assert_eq!(device.said(), ["hello@7", "read changes since 3"]);
}

#[test]
fn who_does_not_resume_hears_what_came_after_hello() {
    let mut device = Device::starting();
    device.reply(Reply::Head(Ok(head(7))));
    device.event(8);
    device.said();
    device.session.greeting_over();
    device.session.drained(&mut device.actions);
    assert_eq!(device.said(), ["read changes since 7"]);
}

#[test]
fn a_late_resume_is_told_to_start_over() {
    let mut device = Device::live(7);
    device.event(8);
    device.say(&json!({"type": "resume", "epoch": "epoch", "rev": 3}));
    assert_eq!(device.said(), ["changed@8", "resync:late_resume"]);
}

#[test]
fn a_lost_position_is_told_and_live_goes_on() {
    let mut device = Device::starting();
    device.reply(Reply::Head(Ok(head(7))));
    device.say(&json!({"type": "resume", "epoch": "other", "rev": 3}));
    device.said();
    device.reply(Reply::Changes(Ok(Replayed::Lost(Resync::Epoch, head(8)))));
    device.event(8);
    device.event(9);
    assert_eq!(device.said(), ["resync:epoch", "changed@9"]);
}

#[test]
fn commands_are_answered_one_by_one() {
    let mut device = Device::live(7);
    device.say(&json!({"type": "read", "ids": [1], "ref": "a"}));
    assert_eq!(device.said(), ["command"]);
    assert!(device.session.busy());
    device.reply(Reply::Done(Some("a".into()), Ok(())));
    assert!(!device.session.busy());
    assert_eq!(device.said(), ["ok"]);
    device.say(&json!({"type": "read", "ids": [1]}));
    device.reply(Reply::Done(None, Err(InboxError::Store(outage()))));
    assert_eq!(device.said(), ["command", "error:unavailable"]);
}

#[test]
fn bad_messages_are_explained_until_patience_ends() {
    let mut device = Device::live(7);
    for _ in 0..9 {
        device.say(&json!({"type": "reed"}));
        assert_eq!(device.said(), ["error:bad_message"]);
    }
    device.say(&json!({"type": "reed"}));
    assert_eq!(device.said(), ["error:bad_message", "close 4500"]);
}

#[test]
fn what_is_not_json_ends_the_session() {
    let mut device = Device::live(7);
    device.session.text("{", Tick(0), &mut device.actions);
    assert_eq!(device.said(), ["error:bad_message", "close 4500"]);
}

#[test]
fn too_many_messages_end_the_session() {
    let mut device = Device::live(7);
    for _ in 0..100 {
        device.say(&json!({"type": "heartbeat"}));
    }
    assert_eq!(device.said().len(), 100);
    device.tick(1, NOW);
    for _ in 0..20 {
        device.say(&json!({"type": "heartbeat"}));
    }
    assert_eq!(device.said().len(), 20, "some are regained every second");
    device.say(&json!({"type": "heartbeat"}));
    assert_eq!(device.said(), ["close 4429"]);
}

#[test]
fn a_token_that_ends_can_be_replaced() {
    let mut device = Device::live(7);
    let soon = user(1).expires_at;
    device.tick(1, Timestamp::from_micros(soon.as_micros() - 30_000_000));
    device.tick(2, Timestamp::from_micros(soon.as_micros() - 29_000_000));
    assert_eq!(device.said(), ["expiring"], "once");
    device.say(&json!({"type": "refresh", "token": "t", "ref": "r"}));
    let later = soon.plus(std::time::Duration::from_secs(900));
    device.reply(Reply::Refreshed(None, Ok(UserPrincipal { expires_at: later, ..user(1) })));
    device.tick(3, soon);
    assert_eq!(device.said(), ["refresh", "ok"]);
    device.tick(4, later);
    assert_eq!(device.said(), ["close 4401"]);
}

#[test]
fn a_token_of_another_user_ends_the_session() {
    let mut device = Device::live(7);
    device.say(&json!({"type": "refresh", "token": "t"}));
    device.said();
    device.reply(Reply::Refreshed(None, Ok(user(2))));
    assert_eq!(device.said(), ["close 4503"]);
}

#[test]
fn revoked_rights_end_the_sessions_they_concern() {
    let mut device = Device::live(7);
    device.session.revoked(Some(&SessionId::new("another")), &mut device.actions);
    assert!(device.said().is_empty());
    device.session.revoked(Some(&SessionId::new("login")), &mut device.actions);
    assert_eq!(device.said(), ["close 4401"]);

    let mut device = Device::live(7);
    device.session.revoked(None, &mut device.actions);
    assert_eq!(device.said(), ["close 4401"]);
}

#[test]
fn a_stopping_server_says_when_to_return_and_then_nothing() {
    let mut device = Device::live(7);
    device.session.stop(CloseCode::Restarting, 700, &mut device.actions);
    device.event(8);
    device.say(&json!({"type": "heartbeat"}));
    assert_eq!(device.said(), ["going_away", "close 1012"]);
}

/// A device that understands a dialect, and is told what its frames are.
struct Foreigner(Device);

impl Foreigner {
    /// Whose inbox is at this revision.
    fn at(rev: i64) -> Self {
        let mut device = Device::starting_in(Format::NotificationSystem);
        device.reply(Reply::Head(Ok(head(rev))));
        assert_eq!(device.said(), ["subscribe 1", "read head"], "no hello");
        Self(device)
    }

    /// What was said since the last call; messages as they are.
    fn said(&mut self) -> Vec<String> {
        let say = |action| match action {
            Action::Send(frame) => frame.text(),
            other => describe(other),
        };
        self.0.actions.drain(..).map(say).collect()
    }
}

fn note(id: i64) -> String {
    json!({"id": id, "message": "hello", "read": false}).to_string()
}

#[test]
fn a_dialect_hears_of_new_items_and_of_nothing_else() {
    let mut foreigner = Foreigner::at(4);
    foreigner.0.event(5);
    foreigner.0.item(6);
    foreigner.0.item(6);
    assert_eq!(foreigner.said(), [note(6)]);
    foreigner.0.item(8);
    foreigner.0.event(7);
    assert_eq!(foreigner.said(), [note(8)], "in order");
    foreigner.0.tick(1, NOW.plus(std::time::Duration::from_secs(890)));
    assert!(foreigner.said().is_empty(), "the token is about to end");
    foreigner.0.session.stop(CloseCode::Restarting, 500, &mut foreigner.0.actions);
    assert_eq!(foreigner.said(), ["close 1012"]);
}

#[test]
fn a_dialect_hears_of_what_came_after_its_handshake() {
    let mut actions = Vec::new();
    let since = Some(Resume { epoch: "epoch".to_owned(), rev: Rev::new(4) });
    let format = Format::NotificationSystem;
    let session = Session::of(&user(1), format, since, Tick(0), &mut actions);
    let mut foreigner = Foreigner(Device { session, actions, room: true });
    foreigner.0.reply(Reply::Head(Ok(head(5))));
    assert_eq!(foreigner.said(), ["subscribe 1", "read head", "read changes since 4"]);
}

#[test]
fn what_a_dialect_missed_is_read_from_the_store() {
    let mut foreigner = Foreigner::at(4);
    foreigner.0.item(7);
    foreigner.0.overdue();
    assert_eq!(foreigner.said(), ["read changes since 4"]);
    let item =
        |rev: i64, flags| InboxItem { notification: notification(rev), rev: Rev::new(rev), flags };
    let changes = Changes {
        epoch: Epoch::new("epoch"),
        rev: Rev::new(7),
        head: head(7),
        items: vec![
            item(5, Flags::default()),
            item(6, Flags { seen_at: Some(NOW), ..Flags::default() }),
            item(7, Flags::default()),
        ],
        deleted: vec![NotificationId::new(1)],
        more: false,
    };
    foreigner.0.reply(Reply::Changes(Ok(Replayed::Changes(Rev::new(4), changes))));
    assert_eq!(foreigner.said(), [note(5), note(7)]);
    foreigner.0.item(8);
    assert_eq!(foreigner.said(), [note(8)]);
    foreigner.0.session.lagged();
    foreigner.0.session.drained(&mut foreigner.0.actions);
    foreigner.0.reply(Reply::Changes(Ok(Replayed::Lost(Resync::Pruned, head(20)))));
    assert_eq!(foreigner.said(), ["read changes since 8"], "a lost position is no news");
    foreigner.0.item(21);
    assert_eq!(foreigner.said(), [note(21)]);
}

#[test]
fn a_dialect_acknowledges_without_an_answer() {
    let mut foreigner = Foreigner::at(4);
    foreigner.0.say(&json!({"type": "heartbeat"}));
    assert_eq!(foreigner.said(), [r#"{"type":"heartbeat_ack"}"#]);
    foreigner.0.say(&json!({"type": "ack", "id": 5}));
    assert_eq!(foreigner.said(), ["command"]);
    foreigner.0.reply(Reply::Done(None, Ok(())));
    foreigner.0.say(&json!({"type": "read", "id": "notif_1"}));
    foreigner.0.reply(Reply::Done(None, Err(InboxError::Unknown)));
    assert_eq!(foreigner.said(), ["command"]);
    for strange in [json!("ping"), json!({"type": "resume"}), json!(7)] {
        foreigner.0.say(&strange);
    }
    assert!(foreigner.said().is_empty(), "what is not understood is passed over");
}
