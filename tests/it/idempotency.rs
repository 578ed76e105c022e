//! G4: one item for each idempotency key.

use serde_json::{Value, json};

use crate::support::{Answer, Client, Server};

const SEND: &str = "/api/v1/notifications";
const BATCH: &str = "/api/v1/notifications/batch";

fn hello(user: &str) -> Value {
    json!({"to": {"user": user}, "message": "hello", "data": {"run": 7, "of": [1, 2]}})
}

async fn post(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    let request = client.request("POST", path).header("idempotency-key", key);
    client.send(request.json(body)).await
}

/// What a caller can see of an answer, but for the id of the request.
fn visible(answer: &Answer) -> (u16, &[u8], &str) {
    (answer.status, &answer.bytes, answer.header("location"))
}

/// Sends the same so many times at once, each over a connection of its own.
async fn at_once(times: usize, client: &Client, path: &'static str, body: &Value) -> Vec<Answer> {
    let tasks: Vec<_> = (0..times)
        .map(|_| {
            let client = Client::new(client.address, client.token.as_deref());
            let body = body.clone();
            tokio::spawn(async move { post(&client, path, "key", &body).await })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_fifty_times_at_once_is_one_item_and_one_answer() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    let mut socket = alice.socket().await;
    socket.next_of("hello").await;
    let answers = at_once(50, &service, SEND, &hello("alice")).await;
    for answer in &answers {
        assert_eq!(answer.status, 201);
        assert_eq!(visible(answer), visible(&answers[0]));
    }
    let items = alice.everything().await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["id"], answers[0].json["id"]);
    assert_eq!(alice.count().await, json!({"rev": 1, "unread": 1, "unseen": 1}));
    // and one message on the socket: the next is of the next item
    assert_eq!(socket.next().await["rev"], 1);
    service.tell("alice", "next").await;
    assert_eq!(socket.next().await["notification"]["message"], "next");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_stands_for_one_request_across_a_kill() {
    let server = Server::start().await;
    let service = server.service().await;
    let batch = json!({"notifications": [hello("bob"), {"to": {"user": "bob"}}, hello("bob")]});
    let first = post(&service, SEND, "key", &hello("alice")).await.expect(201);
    let first_batch = post(&service, BATCH, "key", &batch).await.expect(200);
    let results = &first_batch.json["results"];
    assert!(results[0]["id"].is_i64() && results[2]["id"].is_i64());
    assert_eq!(results[1]["error"]["code"], "validation");

    let server = server.kill_and_restart().await;
    let service = server.with_token(service.token.as_deref().unwrap());
    for answer in at_once(10, &service, SEND, &hello("alice")).await {
        assert_eq!(visible(&answer), visible(&first));
    }
    for answer in at_once(10, &service, BATCH, &batch).await {
        assert_eq!(visible(&answer), visible(&first_batch));
    }
    let mut other = hello("alice");
    other["message"] = json!("hello!");
    post(&service, SEND, "key", &other).await.expect_problem(422, "idempotency_key_reused");
    let shorter = json!({"notifications": [hello("bob")]});
    post(&service, BATCH, "key", &shorter).await.expect_problem(422, "idempotency_key_reused");
    assert_eq!(server.user("alice").everything().await.len(), 1);
    assert_eq!(server.user("bob").everything().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_may_be_written_otherwise() {
    let server = Server::start().await;
    let service = server.service().await;
    let first = post(&service, SEND, "key", &hello("alice")).await.expect(201);
    let spelled = r#" {"data": {"of":[1,2],"run":7}, "title": null,
        "message": "h\u0065llo", "to": {"user": "alice"}} "#;
    let request = service.request("POST", SEND).header("idempotency-key", "key");
    let request = request.header("content-type", "application/json").body(spelled);
    assert_eq!(visible(&service.send(request).await), visible(&first));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_of_somebody_else_is_another_key() {
    let server = Server::start().await;
    let [alice, bob] = ["alice", "bob"].map(|name| server.user(name));
    for (client, name) in [(&alice, "alice"), (&bob, "bob")] {
        for _ in 0..2 {
            post(client, SEND, "key", &hello(name)).await.expect(201);
        }
    }
    let (admin, service) = (server.admin().await, server.service().await);
    let ids = [
        post(&admin, SEND, "key", &hello("alice")).await.expect(201).json["id"].clone(),
        post(&service, SEND, "key", &hello("alice")).await.expect(201).json["id"].clone(),
        // another route, too, is another request
        post(&service, BATCH, "key", &json!({"notifications": [hello("alice")]}))
            .await
            .expect(200)
            .json["results"][0]["id"]
            .clone(),
    ];
    assert!(ids[0] != ids[1] && ids[1] != ids[2]);
    assert_eq!(alice.everything().await.len(), 4);
    assert_eq!(bob.everything().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_leaves_its_key_free_or_is_refused_again() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    let mut wrong = hello("alice");
    wrong["kind"] = json!("loud");
    for _ in 0..2 {
        post(&service, SEND, "key", &wrong).await.expect_problem(422, "validation");
    }
    post(&service, SEND, "key", &hello("alice")).await.expect(201);
    assert_eq!(alice.everything().await.len(), 1);
}
