//! Accounts, logins, minted tokens, API keys, rights: who is somebody, as seen from outside.

mod api_keys;
mod logins;
mod minted;
mod names;
mod passwords;
mod rights;
mod secrets;

use serde_json::{Value, json};

use crate::support::{Answer, Client, Server};

async fn register(server: &Server, username: &str, password: &str) -> Answer {
    let body = json!({"username": username, "password": password});
    server.anonymous().post("/api/v1/auth/register", &body).await
}

async fn login(server: &Server, username: &str, password: &str) -> Answer {
    let body = json!({"username": username, "password": password});
    server.anonymous().post("/api/v1/auth/login", &body).await
}

async fn refresh(server: &Server, token: &Value) -> Answer {
    server.anonymous().post("/api/v1/auth/refresh", &json!({"refresh_token": token})).await
}

/// Who uses the access token of a login.
fn holder(server: &Server, tokens: &Answer) -> Client {
    server.with_token(tokens.json["access_token"].as_str().unwrap())
}

async fn me(client: &Client) -> Value {
    client.get("/api/v1/me").await.expect(200).json
}
