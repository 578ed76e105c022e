//! Topics: who sees them, and who subscribes.

use serde_json::{Value, json};

use crate::support::{Client, Server};

const TOPICS: &str = "/api/v1/topics";
const ADMIN: &str = "/api/v1/admin/topics";

fn subscription(topic: &str) -> String {
    format!("{TOPICS}/{topic}/subscription")
}

fn subscriber(topic: &str, user: &str) -> String {
    format!("{ADMIN}/{topic}/subscribers/{user}")
}

async fn create(admin: &Client, name: &str, open: bool) -> Value {
    admin.post(ADMIN, &json!({"name": name, "open": open})).await.expect(201).json
}

/// The topics that somebody sees, with whether they subscribe.
async fn seen(client: &Client) -> Vec<(String, bool)> {
    let list = client.get(TOPICS).await.expect(200).json;
    let topics = list["items"].as_array().unwrap().iter();
    let seen = topics.map(|topic| {
        (topic["name"].as_str().unwrap().to_owned(), topic["subscribed"].as_bool().unwrap())
    });
    seen.collect()
}

fn expected(topics: &[(&str, bool)]) -> Vec<(String, bool)> {
    topics.iter().map(|(name, subscribed)| ((*name).to_owned(), *subscribed)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_subscribes_to_an_open_topic() {
    let server = Server::start().await;
    let (admin, alice) = (server.admin().await, server.user("alice"));
    let body = json!({"name": "releases", "description": "New versions", "open": true});
    let created = admin.post(ADMIN, &body).await.expect(201).json;
    assert_eq!((&created["subscribed"], &created["subscribers"]), (&json!(false), &json!(0)));
    assert_eq!(seen(&alice).await, expected(&[("releases", false)]));
    for _ in 0..2 {
        alice.put(&subscription("releases")).await.expect(204);
    }
    let topic = alice.get(TOPICS).await.expect(200).json["items"][0].clone();
    let mine = json!({"name": "releases", "description": "New versions", "open": true,
        "subscribed": true, "subscribers": null, "created_at": created["created_at"]});
    assert_eq!(topic, mine);
    let all = admin.get(ADMIN).await.expect(200).json;
    assert_eq!(all["items"][0]["subscribers"], 1);
    assert_eq!(all["items"][0]["subscribed"], false);

    let server = server.kill_and_restart().await;
    let (admin, alice) = (server.admin().await, server.user("alice"));
    assert_eq!(seen(&alice).await, expected(&[("releases", true)]));
    for _ in 0..2 {
        alice.delete(&subscription("releases")).await.expect(204);
    }
    assert_eq!(seen(&alice).await, expected(&[("releases", false)]));
    admin.delete(&format!("{ADMIN}/releases")).await.expect(204);
    assert_eq!(seen(&alice).await, []);
    alice.put(&subscription("releases")).await.expect_problem(404, "not_found");
    admin.delete(&format!("{ADMIN}/releases")).await.expect_problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_by_invitation_is_answered_to_others_exactly_like_none() {
    let server = Server::start().await;
    let (admin, alice, bob) = (server.admin().await, server.user("alice"), server.user("bob"));
    alice.get("/api/v1/me").await.expect(200);
    create(&admin, "board", false).await;
    for topic in ["board", "none"] {
        bob.put(&subscription(topic)).await.expect_problem(404, "not_found");
        bob.delete(&subscription(topic)).await.expect_problem(404, "not_found");
    }
    for _ in 0..2 {
        admin.put(&subscriber("board", "alice")).await.expect(204);
    }
    assert_eq!(seen(&alice).await, expected(&[("board", true)]));
    alice.put(&subscription("board")).await.expect(204);
    assert_eq!(seen(&bob).await, []);
    let subscribers = admin.get(&format!("{ADMIN}/board/subscribers")).await.expect(200).json;
    assert_eq!(subscribers, json!({"items": [{"user": "alice"}], "next_cursor": null}));

    alice.delete(&subscription("board")).await.expect(204);
    alice.delete(&subscription("board")).await.expect_problem(404, "not_found");
    alice.put(&subscription("board")).await.expect_problem(404, "not_found");

    admin.put(&subscriber("board", "alice")).await.expect(204);
    for _ in 0..2 {
        admin.delete(&subscriber("board", "alice")).await.expect(204);
    }
    assert_eq!(seen(&alice).await, []);
    admin.put(&subscriber("board", "stranger")).await.expect_problem(404, "not_found");
    admin.put(&subscriber("none", "alice")).await.expect_problem(404, "not_found");
    admin.get(&format!("{ADMIN}/none/subscribers")).await.expect_problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_is_closed_keeps_its_subscribers() {
    let server = Server::start().await;
    let (admin, alice, bob) = (server.admin().await, server.user("alice"), server.user("bob"));
    create(&admin, "news", true).await;
    alice.put(&subscription("news")).await.expect(204);
    let path = format!("{ADMIN}/news");
    let closed = admin.patch(&path, &json!({"open": false})).await.expect(200).json;
    assert_eq!((&closed["open"], &closed["subscribers"]), (&json!(false), &json!(1)));
    assert_eq!(seen(&alice).await, expected(&[("news", true)]));
    assert_eq!(seen(&bob).await, []);
    let body = json!({"description": "What is new"});
    let described = admin.patch(&path, &body).await.expect(200).json;
    assert_eq!(
        (&described["open"], &described["description"]),
        (&json!(false), &body["description"])
    );
    let refused = admin.patch(&path, &json!({})).await.expect_problem(422, "validation").json;
    assert_eq!(refused["errors"][0]["field"], "body");
    admin.patch(&format!("{ADMIN}/none"), &body).await.expect_problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_has_a_name_of_its_own() {
    let server = Server::builder().set("HERALD_DATABASE_URL", "memory:").start().await;
    let admin = server.admin().await;
    create(&admin, "news", true).await;
    let again = json!({"name": "news", "open": false});
    admin.post(ADMIN, &again).await.expect_problem(409, "topic_exists");
    for (body, field, rule) in [
        (json!({"name": "a b", "open": true}), "name", "format"),
        (json!({"name": "", "open": true}), "name", "required"),
        (json!({"name": "n".repeat(129), "open": true}), "name", "too_long"),
        (json!({"name": "ok", "open": true, "description": ""}), "description", "required"),
        (json!({"name": "ok"}), "open", "required"),
        (json!({"name": "ok", "open": true, "private": true}), "private", "unknown"),
    ] {
        let refused = admin.post(ADMIN, &body).await.expect_problem(422, "validation").json;
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
        assert_eq!(refused["errors"][0]["rule"], rule, "{refused}");
    }
    let refused = admin.put(&subscription("a%20b")).await.expect_problem(422, "validation").json;
    assert_eq!(refused["errors"][0]["field"], "topic", "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_walked_by_their_cursor() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let names: Vec<_> = (0..5).map(|nth| format!("t{nth}")).collect();
    for name in &names {
        create(&admin, name, true).await;
        server.user(name).put(&subscription("t0")).await.expect(204);
    }
    for (list, member) in [(TOPICS.to_owned(), "name"), (format!("{ADMIN}/t0/subscribers"), "user")]
    {
        let (mut walked, mut path) = (Vec::new(), format!("{list}?limit=2"));
        loop {
            let answer = admin.get(&path).await.expect(200);
            let items = answer.json["items"].as_array().unwrap();
            walked.extend(items.iter().map(|item| item[member].as_str().unwrap().to_owned()));
            let Some(cursor) = answer.json["next_cursor"].as_str() else { break };
            path = format!("{list}?limit=2&cursor={cursor}");
            let next = format!("<{path}>; rel=\"next\"");
            assert!(answer.header("link").ends_with(&next), "{:?}", answer.headers);
        }
        assert_eq!(walked, names, "{list}");
        for bad in ["cursor=x", "limit=0", "limit=101", "page=1"] {
            admin.get(&format!("{list}?{bad}")).await.expect_problem(422, "validation");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_subscribes_to_a_thousand_topics() {
    let server = Server::builder().set("HERALD_DATABASE_URL", "memory:").start().await;
    let (admin, alice) = (server.admin().await, server.user("alice"));
    for nth in 0..=1_000 {
        create(&admin, &format!("t{nth}"), true).await;
    }
    for nth in 0..1_000 {
        alice.put(&subscription(&format!("t{nth}"))).await.expect(204);
    }
    alice.put(&subscription("t1000")).await.expect_problem(409, "too_many_subscriptions");
    admin.put(&subscriber("t1000", "alice")).await.expect_problem(409, "too_many_subscriptions");
    alice.put(&subscription("t7")).await.expect(204);
    alice.delete(&subscription("t7")).await.expect(204);
    alice.put(&subscription("t1000")).await.expect(204);
}
