use serde_json::json;

use crate::support::{Settings, api, api_with};

fn alice() -> serde_json::Value {
    json!({"username": "alice", "password": "correct horse", "email": "alice@example.com"})
}

#[actix_web::test]
async fn from_registering_to_logging_out() {
    let api = api().await;
    let user = api.post("/api/v1/auth/register", "", alice()).await.expect(201);
    assert_eq!(user["username"], "alice");
    assert_eq!(user["email"], "alice@example.com");
    assert_eq!(user["role"], "user");
    assert!(user["company"].is_null());
    assert!(user["created_at"].as_str().unwrap().ends_with('Z'));

    let login = json!({"username": "ALICE", "password": "correct horse"});
    let tokens = api.post("/api/v1/auth/login", "", login).await.expect(200);
    assert_eq!(tokens["token_type"], "bearer");
    assert_eq!(tokens["expires_in"], 900);

    let refresh = json!({"refresh_token": tokens["refresh_token"]});
    let tokens = api.post("/api/v1/auth/refresh", "", refresh).await.expect(200);
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(api.get("/api/v1/me", access).await.expect(200), user);

    api.post("/api/v1/auth/logout", access, json!(null)).await.expect(204);
    let refused = api.get("/api/v1/me", access).await.expect(401);
    assert_eq!(refused["code"], "token_invalid");
}

#[actix_web::test]
async fn a_refresh_token_is_good_for_one_use() {
    let api = api().await;
    api.post("/api/v1/auth/register", "", alice()).await.expect(201);
    let login = json!({"username": "alice", "password": "correct horse"});
    let tokens = api.post("/api/v1/auth/login", "", login).await.expect(200);
    let refresh = json!({"refresh_token": tokens["refresh_token"]});
    let next = api.post("/api/v1/auth/refresh", "", refresh.clone()).await.expect(200);

    let reused = api.post("/api/v1/auth/refresh", "", refresh).await.expect(401);
    assert_eq!(reused["code"], "token_invalid");
    // two parties hold the token, so that neither keeps the login
    api.get("/api/v1/me", next["access_token"].as_str().unwrap()).await.expect(401);
}

#[actix_web::test]
async fn nobody_is_told_which_of_name_and_password_is_wrong() {
    let api = api().await;
    api.post("/api/v1/auth/register", "", alice()).await.expect(201);
    let try_it = async |name: &str| {
        let body = json!({"username": name, "password": "another horse"});
        let reply = api.post("/api/v1/auth/login", "", body).await;
        assert_eq!(reply.header("www-authenticate"), "Bearer");
        let mut problem = reply.expect(401);
        problem.as_object_mut().unwrap().remove("request_id").unwrap();
        problem
    };
    assert_eq!(try_it("alice").await, try_it("nobody").await);
    assert_eq!(try_it("alice").await["code"], "wrong_credentials");
}

#[actix_web::test]
async fn a_name_is_taken_once() {
    let api = api().await;
    api.post("/api/v1/auth/register", "", alice()).await.expect(201);
    let again = json!({"username": "Alice", "password": "correct horse"});
    let refused = api.post("/api/v1/auth/register", "", again).await.expect(409);
    assert_eq!(refused["code"], "username_taken");
}

#[actix_web::test]
async fn registration_can_be_closed() {
    let api = api_with(Settings { open_registration: false, ..Settings::default() }).await;
    let refused = api.post("/api/v1/auth/register", "", alice()).await.expect(403);
    assert_eq!(refused["code"], "registration_closed");
}

#[actix_web::test]
async fn a_minted_token_has_nothing_to_log_out_of() {
    let api = api().await;
    let refused = api.post("/api/v1/auth/logout", "u/alice", json!(null)).await.expect(409);
    assert_eq!(refused["code"], "no_session");
}
