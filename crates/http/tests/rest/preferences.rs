//! What users want to hear of, how, and when.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Api, Reply, api};

const PATH: &str = "/api/v1/preferences";
const PREVIEW: &str = "/api/v1/preferences/preview";
const DEFAULTS: &str = "/api/v1/admin/preference-defaults";

async fn put(api: &Api, body: Value) -> Reply {
    api.send(Method::PUT, PATH, "u/alice", body).await
}

#[actix_web::test]
async fn who_has_said_nothing_has_every_member_all_the_same() {
    let api = api().await;
    let nothing = json!({
        "default": {}, "categories": {}, "quiet_hours": null, "mutes": [], "digest": {}, "locale": null,
    });
    assert_eq!(api.get(PATH, "u/alice").await.expect(200), nothing);
    assert_eq!(put(&api, json!({})).await.expect(200), nothing);
    let nulls = json!({
        "default": null, "categories": null, "quiet_hours": null, "mutes": null, "digest": null, "locale": null,
    });
    assert_eq!(put(&api, nulls).await.expect(200), nothing);
}

#[actix_web::test]
async fn what_was_put_is_got_and_replaced_as_a_whole() {
    let api = api().await;
    let body = json!({
        "default": {"email": true, "sms": null}, "categories": {"ci": {"email": false, "in_app": true}},
        "quiet_hours": {"start": "22:00", "end": "07:00", "time_zone": "europe/berlin", "days": ["tue", "mon"]},
        "mutes": [{"category": "ads", "until": "2999-01-01T00:00:00Z"}, {"category": "a"}],
        "digest": {"news": "daily", "stats": "hourly"}, "locale": "pt-BR",
    });
    let kept = json!({
        "default": {"email": true}, "categories": {"ci": {"email": false, "in_app": true}},
        "quiet_hours": {"start": "22:00", "end": "07:00", "time_zone": "Europe/Berlin", "days": ["mon", "tue"]},
        "mutes": [{"category": "a", "until": null}, {"category": "ads", "until": "2999-01-01T00:00:00.000000Z"}],
        "digest": {"news": "daily", "stats": "hourly"}, "locale": "pt-BR",
    });
    assert_eq!(put(&api, body).await.expect(200), kept);
    assert_eq!(api.get(PATH, "u/alice").await.expect(200), kept);
    // what was answered can be put
    assert_eq!(put(&api, kept.clone()).await.expect(200), kept);
    let replaced = put(&api, json!({"locale": "en"})).await.expect(200);
    assert_eq!((&replaced["default"], &replaced["quiet_hours"]), (&json!({}), &Value::Null));
    assert_eq!(api.get(PATH, "u/bob").await.expect(200)["locale"], Value::Null);
}

#[actix_web::test]
async fn what_breaks_rules_is_refused_and_changes_nothing() {
    let api = api().await;
    put(&api, json!({"locale": "en"})).await.expect(200);
    let hours = |change: Value| {
        let mut hours = json!({"start": "22:00", "end": "07:00", "time_zone": "UTC"});
        hours.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        json!({"quiet_hours": hours})
    };
    for (body, field, rule) in [
        (json!({"default": {"pigeon": true}}), "default.pigeon", "unknown"),
        (json!({"default": {"email": "yes"}}), "default.email", "format"),
        (json!({"default": [true]}), "default", "format"),
        (json!({"categories": {"ci": [true]}}), "categories.ci", "format"),
        (json!({"categories": {"not ok": {}}}), "categories", "format"),
        (hours(json!({"start": "24:00"})), "quiet_hours.start", "format"),
        (hours(json!({"time_zone": "Mars/Base"})), "quiet_hours.time_zone", "unknown"),
        (hours(json!({"days": ["monday"]})), "quiet_hours.days[0]", "unknown"),
        (hours(json!({"end": "22:00"})), "quiet_hours.end", "contradiction"),
        (hours(json!({"zone": "UTC"})), "quiet_hours.zone", "unknown"),
        (json!({"quiet_hours": {"start": "22:00"}}), "quiet_hours.end", "required"),
        (json!({"mutes": [{"until": null}]}), "mutes[0].category", "required"),
        (json!({"mutes": [["ci"]]}), "mutes[0]", "format"),
        (json!({"digest": {"ci": "weekly"}}), "digest.ci", "unknown"),
        (json!({"locale": "en_US"}), "locale", "format"),
        (json!({"language": "en"}), "language", "unknown"),
    ] {
        for (method, path) in [(Method::PUT, PATH), (Method::POST, PREVIEW)] {
            let problem = api.send(method, path, "u/alice", body.clone()).await.expect(422);
            let error = &problem["errors"][0];
            assert_eq!((&error["field"], &error["rule"]), (&json!(field), &json!(rule)), "{body}");
        }
    }
    assert_eq!(api.get(PATH, "u/alice").await.expect(200)["locale"], "en");
}

#[actix_web::test]
async fn a_preview_says_what_would_have_been_muted_and_changes_nothing() {
    let api = api().await;
    let mut ids = Vec::new();
    for category in ["ci", "ci", "news"] {
        let body = json!({"to": {"user": "alice"}, "message": "hello", "category": category});
        let sent = api.post("/api/v1/notifications", "u/alice", body).await.expect(201);
        ids.push(sent["id"].clone());
    }
    let body = json!({"mutes": [{"category": "ci"}]});
    let preview = api.post(PREVIEW, "u/alice", body).await.expect(200);
    assert_eq!(
        preview,
        json!({
            "summary": "this change would have muted 2 of your last 3", "looked_at": 3, "muted": 2,
            "notifications": [ids[1], ids[0]], "channels": {"in_app": {"before": 3, "after": 1}},
        })
    );
    assert_eq!(api.get(PATH, "u/alice").await.expect(200)["mutes"], json!([]));
}

#[actix_web::test]
async fn an_administrator_says_what_holds_for_whoever_has_not_chosen() {
    let api = api().await;
    let admin = api.admin().await;
    assert_eq!(
        api.get(DEFAULTS, &admin).await.expect(200),
        json!({"default": {}, "categories": {}})
    );
    let set = json!({"default": {"email": true}, "categories": {"ci": {"email": false}}});
    let put = async |body| api.send(Method::PUT, DEFAULTS, &admin, body).await;
    assert_eq!(put(set.clone()).await.expect(200), set);
    assert_eq!(api.get(DEFAULTS, &admin).await.expect(200), set);

    // it shows in what a send would come to
    let change = json!({"email": "bob@example.com"});
    api.get("/api/v1/me", "u/bob").await.expect(200);
    api.send(Method::PATCH, "/api/v1/admin/users/bob", &admin, change).await.expect(200);
    let dry = "/api/v1/notifications?dry_run=true";
    let email = async |category| {
        let body = json!({"to": {"user": "bob"}, "message": "hello", "category": category});
        let lines = api.post(dry, &admin, body).await.expect(200)["decisions"].clone();
        let lines = lines.as_array().unwrap().clone();
        lines.into_iter().find(|line| line["channel"] == "email").unwrap()["decision"].clone()
    };
    assert_eq!((email("news").await, email("ci").await), (json!("send"), json!("suppress")));

    let refused = put(json!({"default": {"in_app": false}})).await.expect(403);
    assert_eq!(refused["code"], "forbidden");
    let refused = put(json!({"categories": {"not ok": {}}})).await.expect(422);
    assert_eq!(refused["errors"][0]["field"], "categories");
    assert_eq!(api.get(DEFAULTS, &admin).await.expect(200), set);
}
