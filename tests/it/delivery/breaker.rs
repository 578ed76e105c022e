//! A provider that does not answer is left alone, and nothing is lost or used up meanwhile.

use std::time::Duration;

use serde_json::{Value, json};

use super::sms::SmsProvider;
use super::{address, builder, deliveries, delivery, outcomes, send};
use crate::support::{Client, eventually};

const SENDS: usize = 100;

/// What `/readyz` says of short messages.
async fn sms(client: &Client) -> Value {
    let parts = client.get("/readyz").await.expect(200).json["components"].clone();
    parts.as_array().unwrap().iter().find(|part| part["name"] == "sms").unwrap().clone()
}

async fn is_open(admin: &Client, channel: &str) -> bool {
    let figures = String::from_utf8(admin.get("/metrics").await.expect(200).bytes).unwrap();
    let line = format!("herald_delivery_breaker_open{{channel=\"{channel}\"}} ");
    figures.lines().find_map(|known| known.strip_prefix(&line)).unwrap() == "1"
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_answer_is_left_alone_until_it_does() {
    let provider = SmsProvider::start(Duration::from_millis(5)).await;
    let server = provider.of(builder()).start().await;
    let admin = server.admin().await;
    address(&admin, "alice", &json!({"phone": "+4915123456789"})).await;
    assert_eq!(sms(&admin).await, json!({"name": "sms", "ok": true, "detail": null}));
    assert!(!is_open(&admin, "sms").await);

    provider.answers(503);
    let one = json!({"to": {"user": "alice"}, "message": "hello", "channels": ["sms"]});
    let batch = json!({"notifications": vec![one; SENDS]});
    admin.post("/api/v1/notifications/batch", &batch).await.expect(200);
    let rests = async || sms(&admin).await["ok"] == false;
    eventually("the provider is left alone", rests).await;
    let said = "the provider does not answer, and is asked again by and by";
    assert_eq!(sms(&admin).await["detail"], said);
    assert_eq!(admin.get("/readyz").await.expect(200).json["status"], "degraded");
    assert!(is_open(&admin, "sms").await);
    // the other channels go on
    let mail = send(&admin, "alice", &json!({"channels": ["email"]})).await;
    delivery(&admin, mail, "alice", "sent").await;
    assert!(!is_open(&admin, "email").await);

    // what was in its hands, and no more
    let last = std::cell::Cell::new(0);
    eventually("nothing is asked any more", async || {
        tokio::time::sleep(Duration::from_millis(300)).await;
        last.replace(provider.asked()) == last.get()
    })
    .await;
    assert!((10..=48).contains(&last.get()), "{} attempts", last.get());
    assert_eq!(deliveries(&admin, "failed").await, Vec::<Value>::new());

    provider.answers(201);
    let all = async || deliveries(&admin, "sent").await.len() == SENDS + 1;
    eventually("all are sent", all).await;
    assert!(!is_open(&admin, "sms").await);
    assert_eq!(sms(&admin).await["ok"], true);
    let sent = deliveries(&admin, "sent").await;
    let failed = |one: &Value| outcomes(one).iter().filter(|outcome| **outcome != "sent").count();
    assert!(sent.iter().map(failed).sum::<usize>() <= 48);
    assert_eq!(provider.texts().len(), 1);
}
