//! What a device is told.

use std::sync::Arc;

use herald_contract::fixtures::{NOW, later, notification};
use herald_domain::{Content, Data, Notification, NotificationId, Priority};
use herald_ports::{DeliveryChannel, Outgoing};
use serde_json::{Map, Value, json};

use crate::google::Google;
use crate::{DEVICE, message};

/// What FCM is told of the message.
async fn told(message: &Outgoing) -> Value {
    let google = Google::start().await;
    google.channel().deliver(message).await.unwrap();
    let mut asked = google.messages()[0].json();
    asked["message"].take()
}

fn of(notification: Notification) -> Outgoing {
    Outgoing { notifications: vec![Arc::new(notification)], ..message() }
}

fn with(content: impl FnOnce(&mut Content)) -> Outgoing {
    let mut notification = notification(5, "main is green");
    content(&mut notification.content);
    of(notification)
}

#[tokio::test]
async fn a_device_is_told_all_that_it_shows() {
    let mut message = with(|content| {
        content.action_url = Some("/runs/7".parse().unwrap());
        content.category = Some("ci".parse().unwrap());
    });
    message.traceparent = Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into());
    let google = Google::start().await;
    google.channel().deliver(&message).await.unwrap();
    let asked = &google.messages()[0];
    assert_eq!(asked.header("traceparent"), message.traceparent.as_deref());
    assert_eq!(asked.header("content-type"), Some("application/json"));
    let expected = json!({"message": {
        "token": DEVICE,
        "notification": {"title": "Build finished", "body": "main is green"},
        "data": {
            "type": "notification", "id": "5", "kind": "info", "priority": "medium",
            "category": "ci", "action_url": "/runs/7", "data": r#"{"run":7}"#,
        },
        "android": {"priority": "HIGH", "notification": {"tag": "herald-7"}},
        "apns": {"headers": {"apns-priority": "10", "apns-collapse-id": "herald-7"}},
    }});
    assert_eq!(asked.json(), expected);
}

#[tokio::test]
async fn a_digest_leads_to_none_of_its_notifications() {
    let two = [notification(5, "x"), notification(6, "y")];
    let told = told(&Outgoing { notifications: two.map(Arc::new).to_vec(), ..message() }).await;
    assert_eq!(told["data"], json!({"type": "digest", "priority": "medium"}));
}

#[tokio::test]
async fn what_can_wait_does() {
    for (priority, android, apns) in [
        (Priority::Low, "NORMAL", "5"),
        (Priority::Medium, "HIGH", "10"),
        (Priority::High, "HIGH", "10"),
        (Priority::Critical, "HIGH", "10"),
    ] {
        let told = told(&Outgoing { priority, ..message() }).await;
        assert_eq!(told["android"]["priority"], android);
        assert_eq!(told["apns"]["headers"]["apns-priority"], apns);
        assert_eq!(told["data"]["priority"], priority.as_str());
    }
}

#[tokio::test]
async fn what_expires_is_not_kept_longer() {
    for (expires_at, ttl) in [(later(90), "90s"), (NOW, "0s"), (later(40 * 24 * 3600), "2419200s")]
    {
        let told = told(&Outgoing { expires_at: Some(expires_at), ..message() }).await;
        assert_eq!(told["android"]["ttl"], ttl);
        let until = expires_at.as_secs().to_string();
        assert_eq!(told["apns"]["headers"]["apns-expiration"], until);
    }
}

#[tokio::test]
async fn what_has_the_same_key_is_replaced() {
    let told_with = async |key: &str| {
        told(&with(|content| content.collapse_key = Some(key.parse().unwrap()))).await
    };
    let one = told_with("build-7").await;
    assert_eq!(one["android"]["collapse_key"], "build-7");
    assert_eq!(one["android"]["notification"]["tag"], "build-7");
    assert_eq!(one["apns"]["headers"]["apns-collapse-id"], "build-7");
    // what fits no header
    for key in ["x".repeat(65), "größe".to_owned(), "two words".to_owned()] {
        let one = told_with(&key).await;
        assert_eq!(one["android"]["collapse_key"], key);
        let name = one["apns"]["headers"]["apns-collapse-id"].as_str().unwrap().to_owned();
        assert!(name.len() <= 64 && name.is_ascii() && !name.contains(' '), "{name}");
        assert_eq!(told_with(&key).await["apns"]["headers"]["apns-collapse-id"], name);
    }
}

#[tokio::test]
async fn whatever_is_allowed_fits() {
    const MAX: usize = 4_096;
    let attached = |length: usize| {
        let object = Map::from_iter([("a".to_owned(), json!("x".repeat(length)))]);
        Data::from_object(&object).unwrap()
    };
    for unit in ["x", "é", "日", "🎉", "\"", "\\", "\n", "a🎉\""] {
        for (length, kept) in [(0, true), (2_000, true), (16_000, false)] {
            let mut one = notification(1, "x");
            one.id = NotificationId::new(i64::MAX);
            one.content.category = Some("c".repeat(64).parse().unwrap());
            one.content.collapse_key = Some("日".repeat(128).parse().unwrap());
            one.content.data = attached(length);
            let text = unit.repeat(5_000);
            let large = Outgoing { text: text.clone(), expires_at: Some(later(90)), ..of(one) };
            let told = told(&large).await;
            let taken = serde_json::to_vec(&json!({"message": told})).unwrap().len() - DEVICE.len();
            assert!(taken <= MAX && taken + 20 > MAX, "{unit:?} {length}: {taken} bytes");
            let body = told["notification"]["body"].as_str().unwrap().strip_suffix('…').unwrap();
            assert!(text.starts_with(body) && !body.is_empty());
            assert_eq!(told["data"]["data"].is_string(), kept, "{unit:?} {length}");
        }
    }
    let address = format!("/{}", "x".repeat(2_000));
    let mut large = with(|content| {
        content.action_url = Some(address.parse().unwrap());
        content.data = attached(16_000);
    });
    large.subject = Some("🎉".repeat(5_000));
    large.text = "🎉".repeat(5_000);
    let told = told(&large).await;
    let taken = serde_json::to_vec(&json!({"message": told})).unwrap().len() - DEVICE.len();
    assert!(taken <= MAX, "{taken} bytes");
    assert_eq!(told["data"]["action_url"], address);
    assert!(told["notification"]["title"].as_str().unwrap().ends_with("🎉…"));
    assert!(told["notification"]["body"].as_str().unwrap().ends_with("🎉…"));
}
