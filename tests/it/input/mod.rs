//! Bad input, as it comes by wire: each is named exactly, none is a 500, and nothing is written.

mod bodies;
mod framing;
mod requests;
mod slow;
mod upgrade;

use serde_json::{Value, json};

use crate::support::{Answer, Client, Server};

const SEND: &str = "/api/v1/notifications";

/// A user with one item, who makes mistakes.
struct Clumsy {
    client: Client,
    before: Value,
}

impl Clumsy {
    async fn new(server: &Server) -> Self {
        let client = server.user("alice");
        client.tell("alice", "to be left alone").await;
        let before = client.count().await;
        Self { client, before }
    }

    /// Sends a body as it is.
    async fn post(&self, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.client.request("POST", SEND).header("content-type", "application/json");
        self.client.send(request.body(body)).await
    }

    /// The inbox is what it was.
    async fn wrote_nothing(&self, case: &str) {
        assert_eq!(self.client.count().await, self.before, "{case} wrote something");
    }
}

/// A notification that could be sent.
fn good() -> String {
    json!({"to": {"user": "alice"}, "message": "hello"}).to_string()
}

/// Checks that an answer refuses a field by a rule.
#[track_caller]
fn assert_field(case: &str, answer: &Answer, field: &str, rule: &str) {
    let told = String::from_utf8_lossy(&answer.bytes);
    assert_eq!(
        (answer.status, &answer.json["code"]),
        (422, &json!("validation")),
        "{case}: {told}"
    );
    let errors = answer.json["errors"].as_array().unwrap();
    let named = errors.iter().any(|error| error["field"] == field && error["rule"] == rule);
    assert!(named, "{case}: {told}");
}
