use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Api, Reply, api, by};

const PATH: &str = "/api/v1/notifications/batch";

async fn send(api: &Api, body: &str) -> Reply {
    let request = by(Method::POST, PATH, "u/alice")
        .insert_header(("Idempotency-Key", "b"))
        .insert_header(("Content-Type", "application/json"))
        .set_payload(body.to_owned());
    api.request(request).await
}

const MIXED: &str = r#"{"notifications": [
    {"to": {"user": "alice"}, "message": "one"},
    {"to": {"user": "alice"}, "message": 2},
    {"to": {"user": "alice"}, "message": ""},
    {"to": {"user": "bob"}, "message": "not mine to send"},
    {"to": {"user": "alice"}, "message": "\ud800"},
    7,
    {"to": {"user": "alice"}, "message": "two"}
]}"#;

#[actix_web::test]
async fn one_that_is_refused_does_not_stop_the_others() {
    let api = api().await;
    let answer = send(&api, MIXED).await.expect(200);
    let results = answer["results"].as_array().unwrap();
    let outcome = |result: &Value| match &result["error"] {
        Value::Null => result["state"].as_str().unwrap().to_owned(),
        error => format!("{} {}", error["code"].as_str().unwrap(), error["errors"][0]["field"]),
    };
    let outcomes: Vec<_> = results.iter().map(outcome).collect();
    let expected = [
        "delivered",
        "validation \"message\"",
        "validation \"message\"",
        "forbidden \"to.user\"",
        "validation \"body\"",
        "validation \"body\"",
        "delivered",
    ];
    assert_eq!(outcomes, expected);
    let error = results[1]["error"].as_object().unwrap();
    assert_eq!(error["type"], "/docs/problems#validation");
    assert_eq!(error["status"], 422);
    assert!(!error.contains_key("instance") && !error.contains_key("request_id"));

    let inbox = api.get("/api/v1/notifications", "u/alice").await.expect(200);
    let messages: Vec<_> =
        inbox["items"].as_array().unwrap().iter().map(|i| &i["message"]).collect();
    assert_eq!(messages, ["two", "one"]);
}

#[actix_web::test]
async fn a_repeated_batch_is_answered_byte_for_byte() {
    let api = api().await;
    let answer = send(&api, MIXED).await;
    let replay = send(&api, &MIXED.replace("\n    ", " ")).await;
    assert_eq!((replay.status.as_u16(), &replay.body), (200, &answer.body));
    assert_eq!(api.get("/api/v1/notifications/count", "u/alice").await.json()["unread"], 2);
    let refused = send(&api, &MIXED.replace("two", "three")).await.expect(422);
    assert_eq!(refused["code"], "idempotency_key_reused");
}

#[actix_web::test]
async fn a_batch_holds_1_to_1000() {
    let api = api().await;
    let batch = |n: usize| {
        let one = json!({"to": {"user": "alice"}, "message": "hello"});
        json!({"notifications": vec![one; n]})
    };
    for n in [0, 1_001] {
        let refused = api.post(PATH, "u/alice", batch(n)).await.expect(422);
        assert_eq!(refused["errors"][0]["field"], "notifications", "{n}");
    }
    let answer = api.post(PATH, "u/alice", batch(1_000)).await.expect(200);
    assert_eq!(answer["results"].as_array().unwrap().len(), 1_000);
}
