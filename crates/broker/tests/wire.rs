//! Every event is read as it was written, and what is written does not change unnoticed.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use herald_broker::wire::{Unreadable, decode_event, encode_event};
use herald_domain::{
    Content, Data, Flags, Head, InboxItem, Notification, NotificationId, Priority, Rev, SessionId,
    Timestamp, UserKey,
};
use herald_ports::{Delivered, Gossip, LiveEvent, Online, Used};
use serde_json::value::RawValue;

const AT: Timestamp = Timestamp::from_micros(1_000_000);

fn plain() -> Notification {
    Notification {
        id: NotificationId::new(5),
        content: Content::of("main is green".parse().unwrap()),
        sender: "ci-bot".to_owned(),
        created_at: AT,
    }
}

fn full() -> Notification {
    let data = serde_json::json!({"run": 7, "of": ["a", null]});
    let content = Content {
        title: Some("Build \"finished\"".parse().unwrap()),
        message: "main\nis grün".parse().unwrap(),
        kind: herald_domain::Kind::Success,
        priority: Priority::Critical,
        category: Some("ci".parse().unwrap()),
        topic: Some("releases".parse().unwrap()),
        data: Data::from_object(data.as_object().unwrap()).unwrap(),
        action_url: Some("/runs/7".parse().unwrap()),
        expires_at: Some(AT),
        collapse_key: Some("build-7".parse().unwrap()),
    };
    Notification { content, ..plain() }
}

fn head(rev: i64) -> Head {
    Head { rev: Rev::new(rev), unread: 3, unseen: 1 }
}

fn gossip(gossip: Gossip) -> LiveEvent {
    LiveEvent::Gossip { node: "n1".into(), gossip }
}

fn events() -> Vec<(LiveEvent, &'static str)> {
    let user = UserKey::new(9);
    let delivered = |user, rev| Delivered { user: UserKey::new(user), head: head(rev) };
    let flags = Flags { seen_at: Some(AT), read_at: None, archived_at: Some(AT) };
    let item = InboxItem { notification: Arc::new(full()), rev: Rev::new(2), flags };
    vec![
        (
            LiveEvent::Appended {
                notification: Arc::new(plain()),
                recipients: vec![delivered(9, 12), delivered(10, 1)],
            },
            r#"{"appended":{"notification":{"id":5,"sender":"ci-bot","created_at":"1970-01-01T00:00:01.000000Z","message":"main is green","kind":"info","priority":"medium","data":{}},"recipients":[[9,12,3,1],[10,1,3,1]]}}"#,
        ),
        (
            LiveEvent::Expanding { notification: NotificationId::new(5) },
            r#"{"expanding":{"notification":5}}"#,
        ),
        (
            LiveEvent::Reached {
                notification: Arc::new(full()),
                after: UserKey::new(1),
                through: UserKey::new(900),
                told: Vec::new(),
            },
            r#"{"reached":{"notification":{"id":5,"sender":"ci-bot","created_at":"1970-01-01T00:00:01.000000Z","title":"Build \"finished\"","message":"main\nis grün","kind":"success","priority":"critical","category":"ci","topic":"releases","data":{"of":["a",null],"run":7},"action_url":"/runs/7","expires_at":"1970-01-01T00:00:01.000000Z","collapse_key":"build-7"},"after":1,"through":900}}"#,
        ),
        (
            LiveEvent::Changed {
                user,
                head: head(2),
                items: vec![item],
                deleted: vec![NotificationId::new(4)],
            },
            r#"{"changed":{"user":9,"head":{"rev":2,"unread":3,"unseen":1},"items":[{"notification":{"id":5,"sender":"ci-bot","created_at":"1970-01-01T00:00:01.000000Z","title":"Build \"finished\"","message":"main\nis grün","kind":"success","priority":"critical","category":"ci","topic":"releases","data":{"of":["a",null],"run":7},"action_url":"/runs/7","expires_at":"1970-01-01T00:00:01.000000Z","collapse_key":"build-7"},"rev":2,"seen_at":"1970-01-01T00:00:01.000000Z","archived_at":"1970-01-01T00:00:01.000000Z"}],"deleted":[4]}}"#,
        ),
        (
            LiveEvent::AllRead { user, head: head(3), at: AT },
            r#"{"all_read":{"user":9,"head":{"rev":3,"unread":3,"unseen":1},"at":"1970-01-01T00:00:01.000000Z"}}"#,
        ),
        (
            LiveEvent::AllSeen { user, head: head(4), at: AT },
            r#"{"all_seen":{"user":9,"head":{"rev":4,"unread":3,"unseen":1},"at":"1970-01-01T00:00:01.000000Z"}}"#,
        ),
        (
            LiveEvent::Revoked { user, session: Some(SessionId::new("s1")) },
            r#"{"revoked":{"user":9,"session":"s1"}}"#,
        ),
        (LiveEvent::Revoked { user, session: None }, r#"{"revoked":{"user":9,"session":null}}"#),
        (
            gossip(Gossip::Devices {
                all_of: Some((UserKey::new(0), UserKey::new(900))),
                users: vec![Online { user, devices: 2 }],
            }),
            r#"{"gossip":{"node":"n1","says":{"devices":{"all_of":[0,900],"users":[[9,2]]}}}}"#,
        ),
        (
            gossip(Gossip::Devices { all_of: None, users: vec![Online { user, devices: 0 }] }),
            r#"{"gossip":{"node":"n1","says":{"devices":{"users":[[9,0]]}}}}"#,
        ),
        (gossip(Gossip::Ask("n2".into())), r#"{"gossip":{"node":"n1","says":{"ask":"n2"}}}"#),
        (gossip(Gossip::Stopped), r#"{"gossip":{"node":"n1","says":"stopped"}}"#),
        (
            gossip(Gossip::Used(vec![Used { limit: "send:9".to_owned(), times: 3 }])),
            r#"{"gossip":{"node":"n1","says":{"used":[["send:9",3]]}}}"#,
        ),
    ]
}

#[test]
fn every_event_has_its_form() {
    for (event, text) in events() {
        assert_eq!(encode_event(&event).unwrap().get(), text);
    }
}

#[test]
fn every_event_is_read_as_it_was_written() {
    for (event, text) in events() {
        let read = decode_event(serde_json::from_str(text).unwrap()).unwrap();
        assert_eq!(format!("{read:?}"), format!("{event:?}"));
    }
}

#[test]
fn a_field_of_a_later_version_is_ignored() {
    let text = r#"{"revoked":{"user":9,"session":null,"reason":"spring cleaning"}}"#;
    let read = decode_event(serde_json::from_str(text).unwrap()).unwrap();
    assert!(matches!(read, LiveEvent::Revoked { session: None, .. }), "{read:?}");
}

#[test]
fn what_a_later_version_means_is_not_guessed() {
    let later = [
        r#"{"snoozed":{"user":9}}"#,
        r#"{"expanding":{"notification":"5"}}"#,
        r#"{"appended":{"notification":{"id":5,"sender":"s","created_at":"1970-01-01T00:00:01Z","message":"m","kind":"fatal","data":{}},"recipients":[]}}"#,
        "7",
    ];
    for text in later {
        let text: &RawValue = serde_json::from_str(text).unwrap();
        let error = decode_event(text).unwrap_err();
        assert!(matches!(error, Unreadable::Newer(_)), "{text}: {error}");
    }
}
