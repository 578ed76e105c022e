use actix_web::http::Method;
use serde_json::json;

use crate::support::api;

#[actix_web::test]
async fn an_api_key_sends_until_it_is_revoked() {
    let api = api().await;
    let admin = api.admin().await;
    let body = json!({"name": "ci-bot", "scopes": ["send"]});
    let key = api.post("/api/v1/admin/api-keys", &admin, body).await.expect(201);
    let secret = key["key"].as_str().unwrap();

    let listed = api.get("/api/v1/admin/api-keys", &admin).await;
    assert!(!String::from_utf8_lossy(&listed.body).contains(secret));
    let listed = listed.expect(200);
    assert_eq!(listed["items"][0]["name"], "ci-bot");
    assert_eq!(listed["items"][0]["scopes"], json!(["send"]));

    let message = json!({"to": {"user": "alice"}, "message": "hello"});
    api.post("/api/v1/notifications", secret, message.clone()).await.expect(201);
    let inbox = api.get("/api/v1/notifications", "u/alice").await.expect(200);
    assert_eq!(inbox["items"][0]["sender"], "ci-bot");

    let path = format!("/api/v1/admin/api-keys/{}", key["id"]);
    api.call(Method::DELETE, &path, &admin).await.expect(204);
    api.post("/api/v1/notifications", secret, message).await.expect(401);
    let gone = api.call(Method::DELETE, &path, &admin).await.expect(404);
    assert_eq!(gone["code"], "not_found");
}

#[actix_web::test]
async fn a_role_holds_at_once() {
    let api = api().await;
    let admin = api.admin().await;
    api.get("/api/v1/me", "u/alice").await.expect(200);
    api.get("/api/v1/admin/api-keys", "u/alice").await.expect(403);

    let change =
        async |body| api.send(Method::PATCH, "/api/v1/admin/users/alice", &admin, body).await;
    let user = change(json!({"role": "admin", "company": "acme"})).await.expect(200);
    assert_eq!(
        (&user["id"], &user["role"], &user["company"]),
        (&json!("alice"), &json!("admin"), &json!("acme"))
    );
    assert!(user["username"].is_null());
    api.get("/api/v1/admin/api-keys", "u/alice").await.expect(200);

    let user = change(json!({"role": "user"})).await.expect(200);
    assert_eq!(user["company"], "acme");
    let refused = api.get("/api/v1/admin/api-keys", "u/alice").await.expect(403);
    assert_eq!(refused["code"], "forbidden");
}

#[actix_web::test]
async fn an_api_key_has_no_inbox_and_no_rights_of_an_admin() {
    let api = api().await;
    let admin = api.admin().await;
    let body = json!({"name": "ci-bot", "scopes": ["send"]});
    let key = api.post("/api/v1/admin/api-keys", &admin, body).await.expect(201);
    let secret = key["key"].as_str().unwrap();
    for path in ["/api/v1/notifications", "/api/v1/me", "/api/v1/admin/api-keys"] {
        let refused = api.get(path, secret).await.expect(403);
        assert_eq!(refused["code"], "forbidden", "{path}");
    }
}
