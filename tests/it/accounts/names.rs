//! Ids and login names: who a notification is for (docs/adr/0004).

use serde_json::json;

use crate::accounts::{holder, login, me, register};
use crate::support::Server;

#[tokio::test(flavor = "multi_thread")]
async fn whom_an_admin_or_a_service_names_is_there_from_then_on() {
    let server = Server::start().await;
    for (sender, name) in [(server.admin().await, "by-admin"), (server.service().await, "by-key")] {
        sender.tell(name, "welcome").await;
        let items = server.user(name).everything().await;
        assert_eq!((items.len(), &items[0]["message"]), (1, &json!("welcome")));
        // without a password there is no login
        login(&server, name, "any password").await.expect_problem(401, "wrong_credentials");
    }
    // others create nobody
    let body = json!({"to": {"user": "nobody-yet"}, "message": "hello"});
    let refused = server.user("eve").post("/api/v1/notifications", &body).await;
    refused.expect_problem(403, "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_name_is_not_taken_for_an_id() {
    let server = Server::start().await;
    let alice = register(&server, "alice", "correct horse").await.expect(201).json;
    let id = alice["id"].as_str().unwrap();
    let tokens = login(&server, "alice", "correct horse").await.expect(200);
    let inbox = holder(&server, &tokens);
    for sender in [server.admin().await, server.service().await] {
        let before = inbox.count().await;
        for name in ["alice", "Alice"] {
            let body = json!({"to": {"users": ["carol", name]}, "message": "hello"});
            let answer = sender.post("/api/v1/notifications", &body).await.expect(422);
            let error = &answer.json["errors"][0];
            assert_eq!(error["field"], "to", "{}", answer.json);
            let hint = format!("the user who logs in as {name} has the id {id}");
            assert!(error["detail"].as_str().unwrap().contains(&hint), "{}", answer.json);
        }
        assert_eq!(inbox.count().await, before);
        sender.tell(id, "by the id").await;
        assert_eq!(inbox.everything().await[0]["message"], "by the id");
    }
    assert_eq!(server.user("carol").count().await["rev"], 0, "all or nobody");

    // an application's own alice was there first: hers is the id, whatever names are registered
    server.user("bob").tell("bob", "mine").await;
    register(&server, "bob", "correct horse").await.expect(201);
    server.admin().await.tell("bob", "for the application's bob").await;
    assert_eq!(server.user("bob").count().await["unread"], 2);
    let other = holder(&server, &login(&server, "bob", "correct horse").await.expect(200));
    assert_eq!(other.count().await["unread"], 0);
    assert_ne!(me(&other).await["id"], "bob");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_herald_gives_numbers_for_ids() {
    let server = Server::start().await;
    let body = json!({"to": {"user": "424242"}, "message": "hello"});
    let answer = server.admin().await.post("/api/v1/notifications", &body).await.expect(422);
    assert_eq!(answer.json["errors"][0]["field"], "to", "{}", answer.json);
}
