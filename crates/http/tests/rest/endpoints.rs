//! Where users want to be told: devices, browsers and servers.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{BROKEN, PRIVATE, Settings, api, api_with};

const PATH: &str = "/api/v1/endpoints";

fn webhook(url: &str) -> Value {
    json!({"channel": "webhook", "url": url})
}

fn subscription() -> Value {
    let keys = json!({"p256dh": format!("B{}", "A".repeat(86)), "auth": "a".repeat(22)});
    json!({"channel": "web_push", "endpoint": "https://push.example.com/send/abc", "keys": keys})
}

#[actix_web::test]
async fn a_device_a_browser_and_a_server_are_registered() {
    let api = api().await;
    let device = json!({"channel": "push", "token": "fcm-token-of-a-device", "label": "my phone"});
    let made = api.post(PATH, "u/alice", device).await;
    let location = made.header("location").to_owned();
    let made = made.expect(201);
    assert_eq!(location, format!("{PATH}/{}", made["id"]));
    let expected = json!({
        "id": made["id"], "channel": "push", "address": "fcm-toke…", "label": "my phone",
        "created_at": made["created_at"], "verified_at": made["verified_at"], "secret": null,
    });
    assert_eq!(made, expected);
    assert!(made["verified_at"].is_string(), "a device needs no test");
    assert_eq!(api.get(&location, "u/alice").await.expect(200), expected);

    let browser = api.post(PATH, "u/alice", subscription()).await.expect(201);
    assert_eq!(browser["address"], "https://push.example.com/send/abc");
    let hook = "https://hooks.example.com/herald";
    let server = api.post(PATH, "u/alice", webhook(hook)).await.expect(201);
    assert_eq!((&server["address"], &server["verified_at"]), (&json!(hook), &Value::Null));

    let listed = api.get(PATH, "u/alice").await.expect(200);
    let channels = listed["items"].as_array().unwrap().iter().map(|one| one["channel"].clone());
    assert_eq!(channels.collect::<Vec<_>>(), ["push", "web_push", "webhook"]);
    assert_eq!(api.get(PATH, "u/bob").await.expect(200), json!({"items": []}));
}

#[actix_web::test]
async fn a_secret_is_shown_when_it_is_new_and_never_again() {
    let api = api().await;
    let made = api.post(PATH, "u/alice", webhook("https://hooks.example.com/")).await.expect(201);
    let path = format!("{PATH}/{}", made["id"]);
    let first = made["secret"].as_str().unwrap();
    assert!(first.starts_with("whsec_"));

    let tested = api.call(Method::POST, &format!("{path}/test"), "u/alice").await.expect(200);
    assert!(tested["verified_at"].is_string() && tested["secret"].is_null());
    let rotated = api.call(Method::POST, &format!("{path}/rotate-secret"), "u/alice").await;
    let rotated = rotated.expect(200);
    let second = rotated["secret"].as_str().unwrap();
    assert!(second.starts_with("whsec_") && second != first);
    assert_eq!(rotated["id"], made["id"]);
    assert!(rotated["verified_at"].is_string(), "it is the same server");

    for path in [PATH, &path] {
        let shown = api.get(path, "u/alice").await;
        let text = String::from_utf8(shown.body.to_vec()).unwrap();
        assert!(!text.contains("whsec_"), "{text}");
    }
}

#[actix_web::test]
async fn what_cannot_be_an_endpoint_is_refused() {
    let api = api().await;
    let keys = subscription()["keys"].clone();
    for (body, field, rule) in [
        (json!({"token": "x"}), "channel", "required"),
        (json!({"channel": "email"}), "channel", "unknown"),
        (json!({"channel": "push"}), "token", "required"),
        (json!({"channel": "push", "token": ""}), "token", "required"),
        (json!({"channel": "push", "token": "x", "url": "https://a.example/"}), "url", "unknown"),
        (json!({"channel": "push", "token": "x", "label": ""}), "label", "format"),
        (json!({"channel": "web_push", "keys": keys}), "endpoint", "required"),
        (json!({"channel": "web_push", "endpoint": "https://a.example/"}), "keys", "required"),
        (
            json!({"channel": "web_push", "endpoint": "https://a.example/", "keys": {"auth": "x"}}),
            "keys.p256dh",
            "required",
        ),
        (
            json!({"channel": "web_push", "endpoint": "https://a.example/", "keys": {"p256dh": "x", "auth": "y"}}),
            "keys.p256dh",
            "format",
        ),
        (webhook("ftp://a.example/"), "url", "format"),
        (
            json!({"channel": "webhook", "url": "https://a.example/", "secret": "x"}),
            "secret",
            "unknown",
        ),
    ] {
        let problem = api.post(PATH, "u/alice", body.clone()).await.expect(422);
        let error = &problem["errors"][0];
        assert_eq!((&error["field"], &error["rule"]), (&json!(field), &json!(rule)), "{body}");
    }
    let refused = api.post(PATH, "u/alice", webhook(PRIVATE)).await.expect(403);
    assert_eq!(refused["errors"][0]["field"], "url");
    assert_eq!(api.get(PATH, "u/alice").await.expect(200), json!({"items": []}));
}

#[actix_web::test]
async fn a_user_has_20_endpoints_at_most() {
    let api = api().await;
    let device = |nth: usize| json!({"channel": "push", "token": format!("device-{nth}")});
    for nth in 0..20 {
        api.post(PATH, "u/alice", device(nth)).await.expect(201);
    }
    let refused = api.post(PATH, "u/alice", device(20)).await.expect(409);
    assert_eq!(refused["code"], "too_many_endpoints");
    // one that is known is no other
    api.post(PATH, "u/alice", device(7)).await.expect(201);
}

#[actix_web::test]
async fn only_a_webhook_that_answers_passes_its_test() {
    let api = api().await;
    let device = json!({"channel": "push", "token": "device"});
    let device = api.post(PATH, "u/alice", device).await.expect(201);
    for what in ["test", "rotate-secret"] {
        let path = format!("{PATH}/{}/{what}", device["id"]);
        let refused = api.call(Method::POST, &path, "u/alice").await.expect(409);
        assert_eq!(refused["code"], "not_a_webhook");
    }
    let broken = api.post(PATH, "u/alice", webhook(BROKEN)).await.expect(201);
    let path = format!("{PATH}/{}", broken["id"]);
    let failed = api.call(Method::POST, &format!("{path}/test"), "u/alice").await.expect(422);
    assert_eq!(
        (&failed["code"], &failed["detail"]),
        (&json!("endpoint_test_failed"), &json!("answered 500"))
    );
    assert_eq!(api.get(&path, "u/alice").await.expect(200)["verified_at"], Value::Null);
}

#[actix_web::test]
async fn anothers_endpoint_is_as_unknown_as_none() {
    let api = api().await;
    let admin = api.admin().await;
    let made = api.post(PATH, "u/alice", webhook("https://hooks.example.com/")).await.expect(201);
    for id in [made["id"].clone(), json!(4711)] {
        for token in ["u/bob", &admin] {
            for (method, path) in [
                (Method::GET, format!("{PATH}/{id}")),
                (Method::DELETE, format!("{PATH}/{id}")),
                (Method::POST, format!("{PATH}/{id}/test")),
                (Method::POST, format!("{PATH}/{id}/rotate-secret")),
            ] {
                let refused = api.call(method, &path, token).await.expect(404);
                assert_eq!(refused["code"], "not_found", "{path}");
            }
        }
    }
    let path = format!("{PATH}/{}", made["id"]);
    api.call(Method::DELETE, &path, "u/alice").await.expect(204);
    api.get(&path, "u/alice").await.expect(404);
}

#[actix_web::test]
async fn a_browser_learns_the_key_if_there_is_one() {
    let path = "/api/v1/web-push/key";
    let none = api().await.get(path, "u/alice").await.expect(404);
    assert_eq!(none["code"], "no_web_push");
    let settings = Settings { web_push_key: Some("BKey"), ..Settings::default() };
    let key = api_with(settings).await.get(path, "u/alice").await.expect(200);
    assert_eq!(key, json!({"public_key": "BKey"}));
}
