//! The sandbox takes what would have gone out, and fails as it is told to.

use serde_json::{Value, json};

use super::{builder, decided, deliveries, delivery, outcomes, send, trace};
use crate::support::{Client, Server, eventually};

const SANDBOX: &str = "/api/v1/admin/sandbox";
const DEAD: &str = "/api/v1/admin/dead-letters";

async fn mode(admin: &Client, mode: &str) {
    let path = format!("{SANDBOX}/email");
    let body = admin.put_json(&path, &json!({"mode": mode})).await.expect(200).json;
    assert_eq!(body, json!({"channel": "email", "sandbox": true, "mode": mode}));
}

/// What the sandbox was given, the latest first.
async fn messages(admin: &Client) -> Vec<Value> {
    let path = format!("{SANDBOX}/messages?channel=email&limit=100");
    admin.get(&path).await.expect(200).json["items"].as_array().unwrap().clone()
}

async fn dead(admin: &Client) -> Vec<i64> {
    let list = admin.get(DEAD).await.expect(200).json;
    let items = list["items"].as_array().unwrap().iter();
    items.map(|letter| letter["id"].as_i64().unwrap()).collect()
}

fn email() -> Value {
    json!({"channels": ["email"]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_arrives_in_the_sandbox_and_the_trace_says_so() {
    let server = Server::start().await;
    let (admin, alice) = (server.admin().await, server.user("alice"));
    let id =
        send(&admin, "alice", &json!({"channels": ["email"], "title": "Build finished"})).await;
    let sent = delivery(&alice, id, "alice", "sent").await;
    assert_eq!(outcomes(&sent), ["sent"]);
    assert_eq!((&sent["reason"], &sent["due_at"]), (&Value::Null, &Value::Null));

    let messages = messages(&admin).await;
    assert_eq!(messages.len(), 1);
    let (envelope, message) = (&messages[0], &messages[0]["message"]);
    assert_eq!(envelope["delivery"], sent["id"]);
    assert_eq!((&envelope["attempt"], &envelope["taken"]), (&json!(1), &json!(true)));
    assert_eq!(message["to"], "alice@sandbox.invalid");
    assert_eq!(message["subject"], "Build finished");
    assert_eq!(message["notifications"], json!([id]));
    for part in ["text", "html"] {
        assert!(message[part].as_str().unwrap().contains("hello"), "{message}");
    }

    let trace = trace(&alice, id, "alice").await;
    let asked = ("send".to_owned(), "the sender asked for this channel".to_owned());
    assert_eq!(decided(&trace, "email"), asked);
    let others = ("suppress".to_owned(), "the sender asked for other channels".to_owned());
    assert_eq!(decided(&trace, "in_app"), others);
    assert_eq!(alice.everything().await, Vec::<Value>::new());

    admin.delete(&format!("{SANDBOX}/messages")).await.expect(204);
    assert_eq!(self::messages(&admin).await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_three_times_is_a_dead_letter_until_it_is_begun_anew_or_given_up() {
    let server = builder().start().await;
    let admin = server.admin().await;
    mode(&admin, "fail").await;
    let mut letters = Vec::new();
    // of more failures than these nine the provider would be left alone
    for user in ["alice", "bob", "carol"] {
        letters.push((user, send(&admin, user, &email()).await));
    }
    let mut numbers = Vec::new();
    for (user, id) in &letters {
        let failed = delivery(&admin, *id, user, "failed").await;
        assert_eq!(outcomes(&failed), ["transient"; 3]);
        assert_eq!(failed["reason"], "attempt 3 failed: the sandbox fails for now");
        numbers.push(failed["id"].as_i64().unwrap());
    }
    let mut latest_first = numbers.clone();
    latest_first.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(dead(&admin).await, latest_first);
    let letter = admin.get(&format!("{DEAD}/{}", numbers[0])).await.expect(200).json;
    assert_eq!((&letter["user"], &letter["digest"]), (&json!("alice"), &json!(false)));
    assert_eq!(outcomes(&letter), ["transient"; 3]);
    assert_eq!(messages(&admin).await.len(), 9);

    mode(&admin, "ok").await;
    let one = format!("{DEAD}/{}", numbers[0]);
    let redriven = admin.post(&format!("{one}/redrive"), &Value::Null).await.expect(200).json;
    assert_eq!(redriven["status"], "pending");
    let sent = delivery(&admin, letters[0].1, "alice", "sent").await;
    assert_eq!(outcomes(&sent), ["transient", "transient", "transient", "sent"]);
    admin.get(&one).await.expect_problem(404, "not_found");
    admin.post(&format!("{one}/redrive"), &Value::Null).await.expect_problem(404, "not_found");

    let redrive = format!("{DEAD}/redrive");
    for (filter, expected) in [
        (json!({"channel": "sms"}), 0),
        (json!({"user": "nobody"}), 0),
        (json!({"notification": letters[0].1}), 0),
        (json!({"channel": "email", "user": "bob", "notification": letters[1].1}), 1),
    ] {
        let answer = admin.post(&redrive, &filter).await.expect(200).json;
        assert_eq!(answer, json!({"redriven": expected}), "{filter}");
    }
    delivery(&admin, letters[1].1, "bob", "sent").await;

    let last = format!("{DEAD}/{}", numbers[2]);
    admin.delete(&last).await.expect(204);
    admin.delete(&last).await.expect_problem(404, "not_found");
    assert_eq!(dead(&admin).await, Vec::<i64>::new());
    let kept = delivery(&admin, letters[2].1, "carol", "suppressed").await;
    assert_eq!(kept["reason"], "given up by an administrator");
    assert_eq!(admin.post(&redrive, &json!({})).await.expect(200).json, json!({"redriven": 0}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_for_good_is_not_tried_again_and_what_fails_at_times_is() {
    let server = builder().start().await;
    let admin = server.admin().await;
    mode(&admin, "permanent").await;
    let id = send(&admin, "alice", &email()).await;
    let failed = delivery(&admin, id, "alice", "failed").await;
    assert_eq!(outcomes(&failed), ["permanent"]);
    assert_eq!(failed["reason"], "the sandbox fails for good");

    mode(&admin, "flap").await;
    let mut attempts = Vec::new();
    for _ in 0..2 {
        let id = send(&admin, "alice", &email()).await;
        let sent = delivery(&admin, id, "alice", "sent").await;
        attempts.extend(outcomes(&sent).into_iter().map(str::to_owned));
    }
    assert_eq!(attempts.iter().filter(|outcome| *outcome == "sent").count(), 2);
    assert!(attempts.iter().any(|outcome| outcome == "transient"), "{attempts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_between_loses_nothing() {
    let slow = builder().set("HERALD_DELIVERY_ATTEMPTS", "20");
    let server = slow.start().await;
    let admin = server.admin().await;
    mode(&admin, "fail").await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(send(&admin, "alice", &email()).await);
    }
    eventually("one is tried again", async || !deliveries(&admin, "retrying").await.is_empty())
        .await;
    let mut stopped = server;
    crate::support::signal(stopped.pid(), "-TERM");
    assert!(stopped.wait().await.success());
    let server = stopped.builder_again().start().await;
    let admin = server.admin().await;
    // it fails still: how the sandbox behaves is kept, too
    assert_eq!(admin.get(SANDBOX).await.expect(200).json["items"][0]["mode"], "fail");
    mode(&admin, "ok").await;
    for id in ids {
        let sent = delivery(&admin, id, "alice", "sent").await;
        assert_eq!(outcomes(&sent).last(), Some(&"sent"));
    }
    assert_eq!(messages(&admin).await.iter().filter(|one| one["taken"] == true).count(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn sandbox_and_dead_letters_are_for_administrators() {
    let server = Server::builder().set("HERALD_DATABASE_URL", "memory:").start().await;
    let (alice, service) = (server.user("alice"), server.service().await);
    let nobody = server.anonymous();
    for (method, path) in [
        ("GET", SANDBOX.to_owned()),
        ("PUT", format!("{SANDBOX}/email")),
        ("GET", format!("{SANDBOX}/messages")),
        ("DELETE", format!("{SANDBOX}/messages")),
        ("GET", "/api/v1/admin/deliveries".to_owned()),
        ("GET", DEAD.to_owned()),
        ("GET", format!("{DEAD}/1")),
        ("DELETE", format!("{DEAD}/1")),
        ("POST", format!("{DEAD}/1/redrive")),
        ("POST", format!("{DEAD}/redrive")),
        ("GET", "/api/v1/admin/suppressions".to_owned()),
        ("GET", "/api/v1/admin/preference-defaults".to_owned()),
    ] {
        for (client, status, code) in [
            (&nobody, 401, "token_required"),
            (&alice, 403, "forbidden"),
            (&service, 403, "forbidden"),
        ] {
            let request = client.request(method, &path).json(&json!({"mode": "fail"}));
            client.send(request).await.expect_problem(status, code);
        }
    }
}
