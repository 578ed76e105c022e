//! What a server of a user's is told, and what becomes of its answers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use herald_contract::fixtures::{NOW, later, notification, outgoing};
use herald_contract::web::{WebReply, WebServer};
use herald_domain::{Address, SigningSecret, Webhook};
use herald_outbound::{Guarded, Reach, Settings};
use herald_ports::{DeliveryChannel, DeliveryError, Taken};
use herald_webhook::{WebhookChannel, new_secret};
use serde_json::json;

fn channel() -> WebhookChannel {
    let reach = Reach { http: true, networks: vec!["127.0.0.1/32".parse().unwrap()] };
    WebhookChannel::new(Guarded::new(&Settings::default(), reach).unwrap())
}

fn webhook(url: &str) -> Webhook {
    Webhook { url: url.parse().unwrap(), secrets: vec![new_secret([7; 32])] }
}

async fn deliver(url: &str) -> Result<Taken, DeliveryError> {
    channel().deliver(&outgoing(Address::Webhook(webhook(url)))).await
}

async fn answered(reply: WebReply) -> Result<Taken, DeliveryError> {
    let server = WebServer::start(move |_| reply.clone()).await;
    let outcome = deliver(&server.url("/hooks/s3cret")).await;
    assert_eq!(server.asked().len(), 1, "a message is handed over once");
    outcome
}

fn transient(detail: &str) -> DeliveryError {
    DeliveryError::Transient { detail: detail.to_owned(), retry_after: None }
}

fn permanent(detail: &str) -> DeliveryError {
    DeliveryError::Permanent { detail: detail.to_owned() }
}

#[tokio::test]
async fn a_request_tells_of_a_notification() {
    let server = WebServer::start(|_| WebReply::status(200)).await;
    let mut message = outgoing(Address::Webhook(webhook(&server.url("/hooks/1?a=b"))));
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    message.traceparent = Some(trace.to_owned());
    assert_eq!(channel().deliver(&message).await, Ok(Taken::default()));

    let asked = &server.asked()[0];
    assert_eq!((&*asked.method, &*asked.path), ("POST", "/hooks/1?a=b"));
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert_eq!(asked.header("traceparent"), Some(trace));
    let item = json!({
        "id": 5, "title": "Build finished", "message": "main is green", "kind": "info",
        "priority": "medium", "category": null, "topic": null, "data": {"run": 7},
        "action_url": null, "sender": "ci-bot", "created_at": message.notifications[0].created_at,
        "expires_at": null,
    });
    let data = json!({
        "user": "alice", "subject": "Build finished", "text": "main is green",
        "notifications": [item],
    });
    let body = json!({
        "type": "notification", "timestamp": message.notifications[0].created_at, "data": data,
    });
    assert_eq!(asked.json(), body);
}

#[tokio::test]
async fn a_headline_stays_one_line_and_a_text_as_it_is() {
    let server = WebServer::start(|_| WebReply::status(200)).await;
    let mut message = outgoing(Address::Webhook(webhook(&server.url("/"))));
    message.subject = Some("a\r\nwebhook-id: b".to_owned());
    message.text = "\"},{\"user\":\"eve\",\"x\":\"\r\n\u{1}🦀\u{2028}".to_owned();
    channel().deliver(&message).await.unwrap();
    let asked = &server.asked()[0];
    assert_eq!(asked.header("webhook-id"), Some("msg_7"));
    let data = &asked.json()["data"];
    assert_eq!(data["subject"], "a  webhook-id: b");
    assert_eq!(data["text"], message.text);
    assert_eq!(data["user"], "alice");
}

#[tokio::test]
async fn a_digest_tells_of_several() {
    let server = WebServer::start(|_| WebReply::status(204)).await;
    let mut message = outgoing(Address::Webhook(webhook(&server.url("/"))));
    message.notifications.push(Arc::new(notification(3, "main is red")));
    channel().deliver(&message).await.unwrap();
    let body = server.asked()[0].json();
    assert_eq!(body["type"], "digest");
    assert_eq!(body["timestamp"], json!(message.notifications[1].created_at), "that of the newest");
    let told = body["data"]["notifications"].as_array().unwrap();
    assert_eq!(told.iter().map(|one| one["id"].as_i64().unwrap()).collect::<Vec<_>>(), [5, 3]);
}

#[tokio::test]
async fn an_attempt_is_like_the_one_before_it_but_for_the_time() {
    let server = WebServer::start(|_| WebReply::status(503)).await;
    let mut message = outgoing(Address::Webhook(webhook(&server.url("/"))));
    for attempt in 1..=3 {
        message.attempt = attempt;
        message.now = later(u64::from(attempt) * 60);
        channel().deliver(&message).await.unwrap_err();
    }
    let asked = server.asked();
    let of = |name| asked.iter().map(|one| one.header(name).unwrap()).collect::<Vec<_>>();
    assert_eq!(of("webhook-id"), ["msg_7"; 3]);
    let first = NOW.as_micros() / 1_000_000;
    let times = [60, 120, 180].map(|after| (first + after).to_string());
    assert_eq!(of("webhook-timestamp"), times);
    let signatures = of("webhook-signature");
    assert!(signatures[0] != signatures[1] && signatures[1] != signatures[2]);
    assert!(asked.iter().all(|one| one.body == asked[0].body));
}

#[tokio::test]
async fn every_success_is_one() {
    for status in [200, 201, 202, 204, 299] {
        assert_eq!(answered(WebReply::status(status)).await, Ok(Taken::default()), "{status}");
    }
}

#[tokio::test]
async fn a_gone_server_is_forgotten() {
    let gone = answered(WebReply::status(410).body("bye")).await;
    assert_eq!(gone, Err(DeliveryError::EndpointGone { detail: "410 bye".to_owned() }));
}

#[tokio::test]
async fn any_other_failure_may_pass() {
    for status in [400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503, 504, 599] {
        let reply = WebReply::status(status).body("no").header("retry-after", "77");
        let detail = format!("{status} no");
        let retry_after = Some(Duration::from_secs(77));
        let failed = DeliveryError::Transient { detail, retry_after };
        assert_eq!(answered(reply).await, Err(failed), "{status}");
    }
    let error = answered(WebReply::status(500)).await;
    assert_eq!(error, Err(transient("500 internal server error")));
    let DeliveryError::Transient { .. } = answered(WebReply::Drop).await.unwrap_err() else {
        panic!("a connection that breaks is no end")
    };
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let other = WebServer::start(|_| WebReply::status(200)).await;
    for status in [301, 302, 303, 307, 308] {
        let refused = answered(WebReply::status(status).header("location", &other.url("/"))).await;
        let detail = format!("{status}: redirects are not followed");
        assert_eq!(refused, Err(permanent(&detail)));
    }
    assert_eq!(other.asked().len(), 0);
}

#[tokio::test]
async fn what_the_address_tells_is_not_told_on() {
    let echo = WebReply::status(404).body("cannot POST\r\n/hooks/s3cret");
    assert_eq!(answered(echo).await, Err(transient("404 cannot POST …")));
}

#[tokio::test]
async fn private_networks_are_not_asked() {
    let server = WebServer::start(|_| WebReply::status(200)).await;
    let strict = WebhookChannel::new(Guarded::new(&Settings::default(), Reach::default()).unwrap());
    let port = server.address().port();
    for (url, detail) in [
        (format!("https://127.0.0.1:{port}/"), "address is not public"),
        (format!("https://localhost:{port}/"), "address is not public"),
        (format!("http://127.0.0.1:{port}/"), "address is not https"),
    ] {
        let to = webhook(&url);
        let refused = strict.verify(&to, "test_1", NOW).await;
        assert_eq!(refused, Err(permanent(detail)), "{url}");
        let refused = strict.deliver(&outgoing(Address::Webhook(to))).await;
        assert_eq!(refused, Err(permanent(detail)), "{url}");
    }
    assert_eq!(server.asked().len(), 0);
}

#[tokio::test]
async fn nothing_goes_out_unsigned() {
    let server = WebServer::start(|_| WebReply::status(200)).await;
    for secrets in [vec![], vec![SigningSecret::new("no secret")]] {
        let webhook = Webhook { secrets, ..webhook(&server.url("/")) };
        let refused = channel().deliver(&outgoing(Address::Webhook(webhook))).await;
        assert_eq!(refused, Err(permanent("there is no secret to sign with")));
    }
    assert_eq!(server.asked().len(), 0);
}

#[tokio::test]
async fn an_address_of_another_channel_is_refused() {
    let to = Address::Email("alice@example.com".parse().unwrap());
    assert_eq!(channel().deliver(&outgoing(to)).await, Err(permanent("address is no webhook")));
}

#[tokio::test]
async fn a_test_call_asks_whether_somebody_is_there() {
    let server = WebServer::start(|asked| match &*asked.path {
        "/gone" => WebReply::status(410),
        _ => WebReply::status(200),
    })
    .await;
    assert_eq!(channel().verify(&webhook(&server.url("/")), "test_1", NOW).await, Ok(()));
    let asked = &server.asked()[0];
    assert_eq!(asked.header("webhook-id"), Some("test_1"));
    assert_eq!(asked.json(), json!({"type": "test", "timestamp": NOW, "data": {}}));
    let gone = channel().verify(&webhook(&server.url("/gone")), "test_2", NOW).await;
    assert_eq!(gone, Err(DeliveryError::EndpointGone { detail: "410 gone".to_owned() }));
}

#[tokio::test]
async fn a_call_that_is_given_up_leaves_the_channel_as_it_was() {
    let server = WebServer::start(|asked| match &*asked.path {
        "/hang" => WebReply::Hang,
        _ => WebReply::status(200),
    })
    .await;
    let channel = channel();
    let hanging = outgoing(Address::Webhook(webhook(&server.url("/hang"))));
    let given_up =
        tokio::time::timeout(Duration::from_millis(100), channel.deliver(&hanging)).await;
    assert!(given_up.is_err());
    let message = outgoing(Address::Webhook(webhook(&server.url("/"))));
    assert_eq!(channel.deliver(&message).await, Ok(Taken::default()));
}
