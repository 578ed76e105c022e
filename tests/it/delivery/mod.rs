//! What leaves Herald: what arrives where, what the trace says of it, and that nothing is lost on the way.

mod breaker;
mod email;
mod killed;
mod preferences;
mod sandbox;
mod sms;
mod webhook;

use serde_json::{Value, json};

use crate::support::{Builder, Client, Server, eventually};

/// A server that tries again as soon as a test can wait for.
fn builder() -> Builder {
    Server::builder().set("HERALD_DELIVERY_RETRY_BASE", "0.05")
}

/// Sends with more than a message; answers the notification's number.
async fn send(from: &Client, to: &str, more: &Value) -> i64 {
    let mut body = json!({"to": {"user": to}, "message": "hello"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    from.post("/api/v1/notifications", &body).await.expect(201).json["id"].as_i64().unwrap()
}

/// How a user was told.
async fn trace(client: &Client, id: i64, user: &str) -> Value {
    client.get(&format!("/api/v1/notifications/{id}/trace?user={user}")).await.expect(200).json
}

/// How a user was told, as soon as that is decided.
async fn planned(client: &Client, id: i64, user: &str) -> Value {
    let is_decided = async || trace(client, id, user).await["decisions"] != json!([]);
    eventually("it is decided", is_decided).await;
    trace(client, id, user).await
}

/// What a trace says of a channel: the decision and its reason.
fn decided(trace: &Value, channel: &str) -> (String, String) {
    let lines = trace["decisions"].as_array().unwrap();
    let line = lines.iter().find(|line| line["channel"] == channel).unwrap();
    let text = |name: &str| line[name].as_str().unwrap().to_owned();
    (text("decision"), text("reason"))
}

/// Waits until the first delivery of a notification has this status; answers it.
async fn delivery(client: &Client, id: i64, user: &str, status: &str) -> Value {
    let has_come = async || trace(client, id, user).await["deliveries"][0]["status"] == status;
    eventually(&format!("the delivery is {status}"), has_come).await;
    trace(client, id, user).await["deliveries"][0].clone()
}

/// The outcomes of a delivery's attempts.
fn outcomes(delivery: &Value) -> Vec<&str> {
    let attempts = delivery["attempts"].as_array().unwrap().iter();
    attempts.map(|attempt| attempt["outcome"].as_str().unwrap()).collect()
}

/// Gives a user addresses.
async fn address(admin: &Client, user: &str, addresses: &Value) {
    // whoever asks is known
    admin.post("/api/v1/notifications", &json!({"to": {"user": user}, "message": "welcome"})).await;
    admin.patch(&format!("/api/v1/admin/users/{user}"), addresses).await.expect(200);
}

/// All the deliveries of that status.
async fn deliveries(admin: &Client, status: &str) -> Vec<Value> {
    let (mut items, mut path) = (Vec::new(), String::new());
    loop {
        let list = format!("/api/v1/admin/deliveries?status={status}&limit=100{path}");
        let page = admin.get(&list).await.expect(200).json;
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next_cursor"].as_str() else { return items };
        path = format!("&cursor={next}");
    }
}
