//! What administrators do about channels: suppressions, templates, the sandbox.

use actix_web::http::Method;
use herald_domain::{Channel, DeliveryId, Timestamp};
use herald_ports::{SandboxMessage, SandboxStore};
use serde_json::{Value, json};

use crate::support::api;

const SUPPRESSIONS: &str = "/api/v1/admin/suppressions";
const TEMPLATES: &str = "/api/v1/admin/templates";
const SANDBOX: &str = "/api/v1/admin/sandbox";

#[actix_web::test]
async fn addresses_are_suppressed_and_lifted() {
    let api = api().await;
    let admin = &api.admin().await;
    let body = json!({"channel": "email", "address": "Alice@Example.com"});
    let added = api.post(SUPPRESSIONS, admin, body.clone()).await.expect(201);
    assert_eq!(
        added,
        json!({
            "id": added["id"], "channel": "email", "address": "alice@example.com",
            "reason": "suppressed by an administrator", "created_at": added["created_at"],
        })
    );
    assert_eq!(api.post(SUPPRESSIONS, admin, body).await.expect(201), added, "twice is once");
    let phone = json!({"channel": "sms", "address": "+4915123456789"});
    api.post(SUPPRESSIONS, admin, phone).await.expect(201);

    let part = api.get(&format!("{SUPPRESSIONS}?limit=1"), admin).await.expect(200);
    assert_eq!(part["items"], json!([added]));
    let next = format!("{SUPPRESSIONS}?cursor={}", part["next_cursor"].as_str().unwrap());
    let rest = api.get(&next, admin).await.expect(200);
    assert_eq!((&rest["items"][0]["channel"], &rest["next_cursor"]), (&json!("sms"), &Value::Null));

    let path = format!("{SUPPRESSIONS}/{}", added["id"]);
    api.call(Method::DELETE, &path, admin).await.expect(204);
    assert_eq!(api.call(Method::DELETE, &path, admin).await.expect(404)["code"], "not_found");
    for (body, field) in [
        (json!({"channel": "push", "address": "x"}), "channel"),
        (json!({"channel": "email", "address": "nowhere"}), "address"),
        (json!({"channel": "sms", "address": "015123"}), "address"),
        (json!({"channel": "sms"}), "address"),
    ] {
        let problem = api.post(SUPPRESSIONS, admin, body).await.expect(422);
        assert_eq!(problem["errors"][0]["field"], field);
    }
}

#[actix_web::test]
async fn templates_are_written_in_place_of_each_other() {
    let api = api().await;
    let admin = &api.admin().await;
    let put = async |body| api.send(Method::PUT, TEMPLATES, admin, body).await;
    let written =
        put(json!({"channel": "email", "category": "ci", "text": "MESSAGE"})).await.expect(200);
    assert_eq!(
        written,
        json!({
            "id": written["id"], "channel": "email", "category": "ci", "locale": null, "subject": null,
            "text": "MESSAGE", "html": null, "updated_at": written["updated_at"],
        })
    );
    let again = json!({"channel": "email", "category": "ci", "subject": "CI", "text": "MESSAGE!"});
    let again = put(again).await.expect(200);
    assert_eq!((&again["id"], &again["text"]), (&written["id"], &json!("MESSAGE!")));
    assert_eq!(api.get(TEMPLATES, admin).await.expect(200), json!({"items": [again]}));
    for (body, field) in [
        (json!({"channel": "in_app", "text": "x"}), "channel"),
        (json!({"channel": "email"}), "text"),
        (json!({"channel": "email", "text": "{% if %}"}), "text"),
        (json!({"channel": "email", "text": "x", "category": "a b"}), "category"),
        (json!({"channel": "email", "text": "x", "locale": "en_US"}), "locale"),
        (json!({"channel": "email", "text": "x", "html": "x".repeat(65_537)}), "html"),
    ] {
        let problem = put(body).await.expect(422);
        assert_eq!(problem["errors"][0]["field"], field);
    }
    let path = format!("{TEMPLATES}/{}", written["id"]);
    api.call(Method::DELETE, &path, admin).await.expect(204);
    api.call(Method::DELETE, &path, admin).await.expect(404);
}

#[actix_web::test]
async fn a_preview_fills_a_template_in_and_keeps_nothing() {
    let api = api().await;
    let admin = &api.admin().await;
    let preview = async |body| api.post(&format!("{TEMPLATES}/preview"), admin, body).await;
    let body = json!({
        "channel": "email", "subject": "for USER", "text": "MESSAGE",
        "notification": {"message": "main is green"}, "user": "alice",
    });
    let filled = preview(body).await.expect(200);
    assert_eq!(filled, json!({"subject": "for alice", "text": "main is green", "html": null}));
    let own = json!({"channel": "sms", "text": "USER", "notification": {"message": "x"}});
    assert_eq!(preview(own).await.expect(200)["text"], admin.trim_start_matches("u/"));
    assert_eq!(api.get(TEMPLATES, admin).await.expect(200), json!({"items": []}));
    for (body, field) in [
        (json!({"channel": "sms", "text": "x"}), "notification"),
        (json!({"channel": "sms", "text": "x", "notification": ["x"]}), "notification"),
        (
            json!({"channel": "sms", "text": "x", "notification": {"message": ""}}),
            "notification.message",
        ),
        (json!({"channel": "sms", "text": "{%", "notification": {"message": "x"}}), "text"),
        (
            json!({"channel": "sms", "text": "x", "notification": {"message": "x"}, "user": "a b"}),
            "user",
        ),
        (
            json!({"channel": "sms", "text": "x", "notification": {"message": "x", "to": "y"}}),
            "notification.to",
        ),
    ] {
        let problem = preview(body).await.expect(422);
        assert_eq!(problem["errors"][0]["field"], field);
    }
}

#[actix_web::test]
async fn the_sandbox_is_told_how_to_behave() {
    let api = api().await;
    let admin = &api.admin().await;
    let email = json!({"channel": "email", "sandbox": true, "mode": "ok"});
    let before = api.get(SANDBOX, admin).await.expect(200);
    assert_eq!((&before["items"][0], before["items"].as_array().unwrap().len()), (&email, 5));
    let put = async |channel: &str, body| {
        api.send(Method::PUT, &format!("{SANDBOX}/{channel}"), admin, body).await
    };
    let flapping = json!({"channel": "email", "sandbox": true, "mode": "flap"});
    assert_eq!(put("email", json!({"mode": "flap"})).await.expect(200), flapping);
    assert_eq!(api.get(SANDBOX, admin).await.expect(200)["items"][0], flapping);
    for (channel, body, field) in [
        ("in_app", json!({"mode": "ok"}), "channel"),
        ("pigeon", json!({"mode": "ok"}), "channel"),
        ("email", json!({"mode": "sulk"}), "mode"),
        ("email", json!({}), "mode"),
    ] {
        assert_eq!(put(channel, body).await.expect(422)["errors"][0]["field"], field);
    }
}

#[actix_web::test]
async fn what_the_sandbox_was_given_is_listed_and_forgotten() {
    let api = api().await;
    let admin = &api.admin().await;
    for (nth, channel) in [(1, Channel::Email), (2, Channel::Sms), (3, Channel::Email)] {
        let message = SandboxMessage {
            id: 0,
            channel,
            delivery: DeliveryId::new(nth),
            attempt: 1,
            taken: true,
            body: json!({"text": nth}).to_string(),
            at: Timestamp::from_micros(0),
        };
        api.store.give(message).await.unwrap();
    }
    let path = format!("{SANDBOX}/messages");
    let part = api.get(&format!("{path}?channel=email&limit=1"), admin).await;
    assert!(part.header("link").contains("&channel=email&cursor="));
    let part = part.expect(200);
    let latest = &part["items"][0];
    assert_eq!(
        *latest,
        json!({
            "id": latest["id"], "channel": "email", "delivery": 3, "attempt": 1, "taken": true,
            "at": "1970-01-01T00:00:00.000000Z", "message": {"text": 3},
        })
    );
    assert_eq!(api.get(&path, admin).await.expect(200)["items"].as_array().unwrap().len(), 3);
    api.call(Method::DELETE, &path, admin).await.expect(204);
    assert_eq!(api.get(&path, admin).await.expect(200)["items"], json!([]));
}
