//! What users choose decides whether, how and when they are told.

use std::time::Duration;

use serde_json::{Value, json};

use super::sms::SmsProvider;
use super::{address, builder, decided, delivery, planned, send};
use crate::support::{Client, Server};

const PREFERENCES: &str = "/api/v1/preferences";

fn suppressed(reason: &str) -> (String, String) {
    ("suppress".to_owned(), reason.to_owned())
}

fn sent(reason: &str) -> (String, String) {
    ("send".to_owned(), reason.to_owned())
}

/// What went out, the latest first.
async fn sandbox(admin: &Client) -> Vec<Value> {
    let list = admin.get("/api/v1/admin/sandbox/messages").await.expect(200).json;
    list["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_hold_what_is_not_critical() {
    let server = Server::start().await;
    let (admin, alice) = (server.admin().await, server.user("alice"));
    address(&admin, "alice", &json!({"email": "alice@example.com"})).await;
    let sent_at = alice.everything().await[0]["created_at"].as_str().unwrap().to_owned();
    // from the hour before this one to the end of the next
    let hour: u32 = sent_at[11..13].parse().unwrap();
    let [start, end] = [hour + 23, hour + 2].map(|hour| format!("{:02}:00", hour % 24));
    let quiet = json!({"start": start, "end": end, "time_zone": "UTC"});
    let wants = json!({"default": {"email": true}, "quiet_hours": quiet});
    alice.put_json(PREFERENCES, &wants).await.expect(200);

    let held = send(&admin, "alice", &json!({})).await;
    let trace = planned(&alice, held, "alice").await;
    assert_eq!(decided(&trace, "email"), ("hold".to_owned(), "the user's quiet hours".to_owned()));
    let lines = trace["decisions"].as_array().unwrap();
    let email = lines.iter().find(|line| line["channel"] == "email").unwrap();
    let until = email["until"].as_str().unwrap();
    assert!(until > sent_at.as_str() && until.contains(&format!("T{end}:00")), "{email}");
    // the inbox disturbs nobody
    assert_eq!(decided(&trace, "in_app").0, "send");
    assert_eq!(alice.everything().await.len(), 2);

    let urgent = json!({"priority": "critical", "channels": ["email"]});
    let urgent = send(&admin, "alice", &urgent).await;
    delivery(&alice, urgent, "alice", "sent").await;
    let trace = super::trace(&alice, urgent, "alice").await;
    assert_eq!(decided(&trace, "email"), sent("critical goes out by every channel"));
    assert_eq!(sandbox(&admin).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mute_keeps_every_channel_silent_unless_it_is_critical() {
    let server = Server::start().await;
    let (admin, alice) = (server.admin().await, server.user("alice"));
    address(&admin, "alice", &json!({"email": "alice@example.com"})).await;
    let wants = json!({"mutes": [{"category": "ci"}], "categories": {"ci": {"email": true}}});
    alice.put_json(PREFERENCES, &wants).await.expect(200);
    let muted = send(&admin, "alice", &json!({"category": "ci"})).await;
    let trace = planned(&admin, muted, "alice").await;
    for channel in ["in_app", "email", "sms"] {
        assert_eq!(decided(&trace, channel), suppressed("ci is muted"));
    }
    assert_eq!(alice.count().await["rev"], 1);

    let urgent = json!({"category": "ci", "priority": "critical", "channels": ["in_app", "email"]});
    let urgent = send(&admin, "alice", &urgent).await;
    delivery(&alice, urgent, "alice", "sent").await;
    let trace = super::trace(&alice, urgent, "alice").await;
    for channel in ["in_app", "email"] {
        assert_eq!(decided(&trace, channel), sent("critical goes out by every channel"));
    }
    let chosen = send(&admin, "alice", &json!({"category": "news"})).await;
    let trace = planned(&alice, chosen, "alice").await;
    assert_eq!(decided(&trace, "email"), suppressed("the default"));
    assert_eq!(sandbox(&admin).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_what_a_change_would_have_meant() {
    let server = Server::builder().set("HERALD_DATABASE_URL", "memory:").start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    let mut muted = Vec::new();
    for nth in 0..60 {
        let category = if nth % 5 == 3 { "ci" } else { "news" };
        let id = send(&service, "alice", &json!({"category": category})).await;
        muted.extend((category == "ci" && nth >= 10).then_some(id));
    }
    let change = json!({"mutes": [{"category": "ci"}]});
    let preview = format!("{PREFERENCES}/preview");
    let found = alice.post(&preview, &change).await.expect(200).json;
    muted.reverse();
    assert_eq!(found["summary"], "this change would have muted 10 of your last 50");
    assert_eq!((&found["looked_at"], &found["muted"]), (&json!(50), &json!(10)));
    assert_eq!(found["notifications"], json!(muted));
    assert_eq!(found["channels"]["in_app"], json!({"before": 50, "after": 40}));
    // nothing has changed
    assert_eq!(alice.get(PREFERENCES).await.expect(200).json["mutes"], json!([]));

    let none = alice.post(&preview, &json!({})).await.expect(200).json;
    assert_eq!(none["muted"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_administrators_turn_on_comes_to_everybody_with_an_address() {
    let provider = SmsProvider::start(Duration::ZERO).await;
    let server = provider.of(builder()).start().await;
    let admin = server.admin().await;
    for (user, phone) in [("alice", "+4915123456781"), ("carol", "+4915123456782")] {
        address(&admin, user, &json!({"phone": phone})).await;
    }
    let refuses = json!({"default": {"sms": false}});
    server.user("carol").put_json(PREFERENCES, &refuses).await.expect(200);
    let defaults = "/api/v1/admin/preference-defaults";
    let on = json!({"default": {"sms": true}, "categories": {"ci": {"sms": false}}});
    assert_eq!(admin.put_json(defaults, &on).await.expect(200).json, on);

    let alice = send(&admin, "alice", &json!({"message": "m1"})).await;
    delivery(&admin, alice, "alice", "sent").await;
    for (user, more, expected) in [
        ("alice", json!({}), sent("an administrator's default")),
        ("alice", json!({"category": "ci"}), suppressed("an administrator's default")),
        ("bob", json!({}), suppressed("the user has no address for this channel")),
        ("carol", json!({}), suppressed("the user's choice for everything")),
    ] {
        let id = send(&admin, user, &more).await;
        let trace = planned(&admin, id, user).await;
        assert_eq!(decided(&trace, "sms"), expected, "{user} {more}");
    }
    let off = json!({"default": {"in_app": false}});
    admin.put_json(defaults, &off).await.expect_problem(403, "forbidden");
    assert_eq!(admin.get(defaults).await.expect(200).json, on);
    assert!(provider.texts().contains_key("m1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_read_in_time_goes_out_otherwise() {
    let server = Server::start().await;
    let (admin, alice, bob) = (server.admin().await, server.user("alice"), server.user("bob"));
    let later = json!({"channels": ["in_app", "email"], "escalate_after": 1});
    let (read, unread) = (send(&admin, "alice", &later).await, send(&admin, "bob", &later).await);
    alice.put(&format!("/api/v1/notifications/{read}/read")).await.expect(200);
    let held = planned(&bob, unread, "bob").await;
    let waits = ("hold".to_owned(), "it goes out if nobody has read it by then".to_owned());
    assert_eq!(decided(&held, "email"), waits);

    delivery(&bob, unread, "bob", "sent").await;
    crate::support::eventually("it is decided", async || {
        let trace = super::trace(&alice, read, "alice").await;
        decided(&trace, "email") == suppressed("it has been read")
    })
    .await;
    let messages = sandbox(&admin).await;
    let users: Vec<_> = messages.iter().map(|one| &one["message"]["user"]).collect();
    assert_eq!(users, ["bob"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_who_would_be_told_and_tells_nobody() {
    let server = Server::start().await;
    let (admin, alice) = (server.admin().await, server.user("alice"));
    address(&admin, "alice", &json!({"email": "alice@example.com"})).await;
    alice.put_json(PREFERENCES, &json!({"default": {"email": true}})).await.expect(200);
    let body = json!({"to": {"users": ["alice", "stranger"]}, "message": "hello"});
    let run = admin.post("/api/v1/notifications?dry_run=true", &body).await.expect(200).json;
    assert_eq!(run["more"], false);
    let lines = run["decisions"].as_array().unwrap();
    let of = |user: &str| {
        let lines: Vec<_> = lines.iter().filter(|line| line["user"] == user).cloned().collect();
        decided(&json!({"decisions": lines}), "email")
    };
    assert_eq!(of("alice"), sent("the user's choice for everything"));
    assert_eq!(of("stranger"), suppressed("the default"));

    assert_eq!(alice.count().await["rev"], 1);
    admin.get("/api/v1/admin/users/stranger").await.expect_problem(404, "not_found");
    let real = send(&admin, "alice", &json!({})).await;
    delivery(&alice, real, "alice", "sent").await;
    assert_eq!(sandbox(&admin).await.len(), 1);
    let all = admin.get("/api/v1/admin/deliveries").await.expect(200).json;
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
}
