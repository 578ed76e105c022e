//! "Real-Time Notification System": seeds/000.

use serde_json::{Value, json};

use crate::dialects::{address_of, listen, newcomer, printed, refusal};
use crate::support::Server;

#[tokio::test(flavor = "multi_thread")]
async fn the_flow_of_the_page() {
    let server = Server::start().await;
    let guest = server.anonymous();
    let user = json!({"username": "alice", "password": "correct horse", "email": "a@example.com"});
    let registered = guest.post("/register", &user).await.expect(200).json;
    let id = registered["id"].as_i64().unwrap();
    assert_eq!(registered, json!({"id": id, "username": "alice"}));
    let credentials = json!({"username": "alice", "password": "correct horse"});
    let login = guest.post("/login", &credentials).await.expect(200).json;
    let token = login["access_token"].as_str().unwrap();
    assert_eq!(login, json!({"access_token": token}));
    let alice = server.with_token(token);
    let mut socket = listen(&alice, "/ws").await;

    let event = json!({"user_id": id, "message": "Task created"});
    let mut item = printed(r#"{ "id": 5, "message": "Task created", "read": false }"#);
    let created = alice.post("/notify", &event).await.expect(200).json;
    assert!(created["id"].is_i64(), "{created}");
    item["id"] = created["id"].clone();
    assert_eq!(created, item);
    assert_eq!(socket.next().await, item);

    let list = format!("/notifications?user_id={id}&page=1&limit=10");
    assert_eq!(alice.get(&list).await.expect(200).json, json!([item]));
    let read = format!("/notifications/{}/read", item["id"]);
    item["read"] = json!(true);
    for _ in 0..2 {
        assert_eq!(alice.put(&read).await.expect(200).json, item);
    }
    assert_eq!(alice.get(&list).await.expect(200).json, json!([item]));

    let server = server.kill_and_restart().await;
    let alice = server.login("alice", "correct horse").await;
    assert_eq!(alice.get(&list).await.expect(200).json, json!([item]));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_go_from_the_newest_to_the_oldest() {
    let server = Server::builder().set("HERALD_DATABASE_URL", "memory:").start().await;
    let (alice, id) = newcomer(&server, "alice").await;
    for nth in 0..12 {
        let event = json!({"user_id": id.to_string(), "message": format!("event {nth}")});
        alice.post("/notify", &event).await.expect(200);
    }
    let page = async |query: &str| -> Vec<Value> {
        let page = alice.get(&format!("/notifications{query}")).await.expect(200).json;
        page.as_array().unwrap().iter().map(|item| item["message"].clone()).collect()
    };
    let all: Vec<_> = (0..12).rev().map(|nth| json!(format!("event {nth}"))).collect();
    assert_eq!(page("").await, all[..10]);
    assert_eq!(page(&format!("?user_id={id}&page=2&limit=10")).await, all[10..]);
    assert_eq!(page("?page=3&limit=5").await, all[10..]);
    assert_eq!(page("?page=9").await, [] as [Value; 0]);
    assert_eq!(page("?limit=1000").await, all);
    for (query, field) in [("page=0", "page"), ("limit=1001", "limit"), ("size=7", "size")] {
        let answer = alice.get(&format!("/notifications?{query}")).await;
        assert_eq!(answer.expect_problem(422, "validation").json["errors"][0]["field"], field);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_is_its_owners() {
    let server = Server::start().await;
    let (admin, (alice, id)) = (server.admin().await, newcomer(&server, "alice").await);
    let (bob, _) = newcomer(&server, "bob").await;
    let event = json!({"user_id": id, "message": "for alice"});
    let note = admin.post("/notify", &event).await.expect(200).json["id"].clone();
    for stranger in [&bob, &admin] {
        let list = format!("/notifications?user_id={id}");
        stranger.get(&list).await.expect_problem(404, "not_found");
        let read = format!("/notifications/{note}/read");
        stranger.put(&read).await.expect_problem(404, "not_found");
    }
    let refused = bob.post("/notify", &event).await.expect_problem(403, "forbidden");
    assert_eq!(refused.json["errors"][0]["field"], "user_id");
    assert_eq!(alice.count().await["unread"], 1);
    for (body, field) in [
        (json!({"user_id": id, "message": ""}), "message"),
        (json!({"user_id": 4711, "message": "hello"}), "user_id"),
        (json!({"user_id": "a b", "message": "hello"}), "user_id"),
        (json!({"user_id": 1.5, "message": "hello"}), "user_id"),
        (json!({"message": "hello"}), "user_id"),
        (json!({"user_id": id, "message": "hello", "title": "x"}), "title"),
    ] {
        let refused = admin.post("/notify", &body).await.expect_problem(422, "validation").json;
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_takes_a_token_that_holds() {
    let server = Server::start().await;
    let (alice, id) = newcomer(&server, "alice").await;
    assert_eq!(refusal(&alice, "/ws").await, 401);
    assert_eq!(refusal(&alice, "/ws?token=YOUR_JWT_TOKEN").await, 401);
    assert_eq!(refusal(&alice, &(address_of(&alice, "/ws") + "&user_id=1")).await, 422);
    assert_eq!(
        refusal(&server.service().await, &address_of(&server.service().await, "/ws")).await,
        403
    );
    let mut socket = listen(&alice, "/ws").await;
    // nothing but new items and the answer to a heartbeat
    alice.post("/api/v1/notifications/read-all", &json!({})).await.expect(200);
    socket.say(json!({"anything": "else"})).await;
    socket.say(json!({"type": "heartbeat"})).await;
    assert_eq!(socket.next().await, json!({"type": "heartbeat_ack"}));
    let event = json!({"user_id": id, "message": "one more"});
    let item = alice.post("/notify", &event).await.expect(200).json;
    assert_eq!(socket.next().await, item);
    alice.post("/api/v1/auth/logout", &json!({})).await.expect(204);
    assert_eq!(socket.close_code().await, 4401);
}
