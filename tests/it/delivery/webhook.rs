//! Servers of users: who is told, and how they know who says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use herald_contract::Python;
use herald_contract::web::{WebReply, WebRequest, WebServer};
use serde_json::{Map, Value, json};

use super::{builder, decided, delivery, outcomes, planned, send};
use crate::support::{Client, Server, skip};

const ENDPOINTS: &str = "/api/v1/endpoints";

/// Answers whether whoever has the secret believes the request.
const LIBRARY: &str = "
import json, sys
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
request = json.load(sys.stdin)
try:
    Webhook(request['secret']).verify(request['body'], request['headers'])
    print('true')
except WebhookVerificationError:
    print('false')
";

/// A server of a user's, which answers with a status.
struct Hook {
    web: WebServer,
    status: Arc<AtomicU16>,
}

impl Hook {
    async fn start() -> Self {
        let status = Arc::new(AtomicU16::new(204));
        let answered = status.clone();
        let answer = move |_: &WebRequest| WebReply::status(answered.load(Ordering::Relaxed));
        Self { web: WebServer::start(answer).await, status }
    }

    fn answers(&self, status: u16) {
        self.status.store(status, Ordering::Relaxed);
    }

    /// Registers it; answers its number and its secret.
    async fn register(&self, client: &Client) -> (String, String) {
        let body = json!({"channel": "webhook", "url": self.web.url("/hook"), "label": "chat"});
        let endpoint = client.post(ENDPOINTS, &body).await.expect(201).json;
        assert_eq!(endpoint["verified_at"], Value::Null);
        let secret = endpoint["secret"].as_str().unwrap().to_owned();
        (format!("{ENDPOINTS}/{}", endpoint["id"]), secret)
    }

    fn last(&self) -> WebRequest {
        self.web.asked().pop().unwrap()
    }
}

/// A server that goes as far as this machine.
async fn near() -> Server {
    let builder = builder().set("HERALD_WEBHOOKS", "on").set("HERALD_OUTBOUND_HTTP", "true");
    builder.set("HERALD_OUTBOUND_NETWORKS", r#"["127.0.0.0/8"]"#).start().await
}

fn believes(python: &Python, secret: &str, request: &WebRequest) -> bool {
    let headers: Map<String, Value> =
        request.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let body = String::from_utf8(request.body.clone()).unwrap();
    python.run(LIBRARY, &json!({"secret": secret, "headers": headers, "body": body})) == true
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_told_when_it_has_passed_its_test() {
    let (server, hook) = (near().await, Hook::start().await);
    let (service, alice) = (server.service().await, server.user("alice"));
    let (endpoint, _) = hook.register(&alice).await;
    let id = send(&service, "alice", &json!({})).await;
    let trace = planned(&alice, id, "alice").await;
    let none = ("suppress".to_owned(), "the user has no address for this channel".to_owned());
    assert_eq!(decided(&trace, "webhook"), none);
    assert_eq!(hook.web.asked().len(), 0);

    hook.answers(500);
    let test = format!("{endpoint}/test");
    alice.post(&test, &Value::Null).await.expect_problem(422, "endpoint_test_failed");
    assert_eq!(alice.get(&endpoint).await.expect(200).json["verified_at"], Value::Null);
    hook.answers(204);
    let verified = alice.post(&test, &Value::Null).await.expect(200).json;
    assert!(verified["verified_at"].is_string(), "{verified}");
    assert_eq!(verified["secret"], Value::Null, "it is shown once");
    assert_eq!(hook.last().json()["type"], "test");

    let id = send(&service, "alice", &json!({"title": "Build finished", "data": {"run": 7}})).await;
    delivery(&alice, id, "alice", "sent").await;
    let request = hook.last();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/hook"));
    let body = request.json();
    assert_eq!((&body["type"], &body["data"]["user"]), (&json!("notification"), &json!("alice")));
    let item = &body["data"]["notifications"][0];
    assert_eq!((&item["id"], &item["data"]), (&json!(id), &json!({"run": 7})));
    assert_eq!(hook.web.asked().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_signed_by_the_secret_and_while_it_changes_by_both() {
    let Some(python) = Python::with("standardwebhooks-1.1.0", &["standardwebhooks==1.1.0"]) else {
        let test = "requests_are_signed_by_the_secret_and_while_it_changes_by_both";
        return skip(test, "standardwebhooks is not installed");
    };
    let (server, hook) = (near().await, Hook::start().await);
    let (service, alice) = (server.service().await, server.user("alice"));
    let (endpoint, first) = hook.register(&alice).await;
    alice.post(&format!("{endpoint}/test"), &Value::Null).await.expect(200);
    assert!(believes(&python, &first, &hook.last()));
    let signed = async || {
        let id = send(&service, "alice", &json!({})).await;
        delivery(&alice, id, "alice", "sent").await;
        hook.last()
    };
    let rotated = async || {
        let path = format!("{endpoint}/rotate-secret");
        let endpoint = alice.post(&path, &Value::Null).await.expect(200).json;
        endpoint["secret"].as_str().unwrap().to_owned()
    };
    assert!(believes(&python, &first, &signed().await));
    let second = rotated().await;
    assert_ne!(first, second);
    let request = signed().await;
    assert!(believes(&python, &first, &request) && believes(&python, &second, &request));
    let third = rotated().await;
    let request = signed().await;
    assert!(!believes(&python, &first, &request));
    assert!(believes(&python, &second, &request) && believes(&python, &third, &request));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_says_it_is_gone_is_forgotten() {
    let (server, hook) = (near().await, Hook::start().await);
    let (service, alice) = (server.service().await, server.user("alice"));
    let (endpoint, _) = hook.register(&alice).await;
    alice.post(&format!("{endpoint}/test"), &Value::Null).await.expect(200);
    hook.answers(410);
    let id = send(&service, "alice", &json!({})).await;
    let failed = delivery(&alice, id, "alice", "failed").await;
    assert_eq!(outcomes(&failed), ["endpoint_gone"]);
    alice.get(&endpoint).await.expect_problem(404, "not_found");
    assert_eq!(alice.get(ENDPOINTS).await.expect(200).json, json!({"items": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_says_what_it_belongs_to() {
    let (server, hook) = (near().await, Hook::start().await);
    let (service, alice) = (server.service().await, server.user("alice"));
    let (endpoint, _) = hook.register(&alice).await;
    alice.post(&format!("{endpoint}/test"), &Value::Null).await.expect(200);
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let body = json!({"to": {"user": "alice"}, "message": "hello"});
    let request = service.request("POST", "/api/v1/notifications").header("traceparent", parent);
    let sent = service.send(request.json(&body)).await.expect(201).json;
    delivery(&alice, sent["id"].as_i64().unwrap(), "alice", "sent").await;
    let request = hook.last();
    let traceparent = request.header("traceparent").unwrap();
    assert_eq!(traceparent.split('-').nth(1), parent.split('-').nth(1), "{traceparent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_to_private_addresses_unless_the_operator_says_so() {
    let (hook, server) = (Hook::start().await, builder().set("HERALD_WEBHOOKS", "on"));
    let server = server.set("HERALD_OUTBOUND_HTTP", "true").start().await;
    let alice = server.user("alice");
    for url in [hook.web.url("/hook"), "http://10.0.0.1/".into(), "http://169.254.169.254/".into()]
    {
        let body = json!({"channel": "webhook", "url": url});
        let refused = alice.post(ENDPOINTS, &body).await;
        assert!([403, 422].contains(&refused.status), "{url}: {}", refused.json);
        assert_eq!(refused.json["errors"][0]["field"], "url", "{url}: {}", refused.json);
        assert_eq!(refused.json["errors"][0]["rule"], "forbidden", "{url}");
    }
    // a name may lead anywhere: it is looked at when it is asked
    let port = hook.web.address().port();
    let body = json!({"channel": "webhook", "url": format!("http://localhost:{port}/hook")});
    let named = alice.post(ENDPOINTS, &body).await;
    if named.status == 201 {
        let test = format!("{ENDPOINTS}/{}/test", named.json["id"]);
        alice.post(&test, &Value::Null).await.expect_problem(422, "endpoint_test_failed");
    }
    assert_eq!(hook.web.asked().len(), 0);
}
