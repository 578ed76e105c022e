//! Requests as the library of Standard Webhooks sees them, which its users have.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use herald_contract::fixtures::{later, outgoing};
use herald_contract::web::{WebReply, WebRequest, WebServer};
use herald_contract::{Python, skip};
use herald_domain::{Address, SigningSecret, Timestamp, Webhook};
use herald_outbound::{Guarded, Reach, Settings};
use herald_ports::{Clock, DeliveryChannel, IdGenerator, SystemClock, SystemRandom};
use herald_webhook::{WebhookChannel, new_secret};
use serde_json::{Value, json};

/// Answers the `type` of what it was told, or why it does not believe it.
const LIBRARY: &str = "
import json, sys
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
request = json.load(sys.stdin)
try:
    said = Webhook(request['secret']).verify(request['body'], request['headers'])['type']
except WebhookVerificationError as error:
    said = 'refused: ' + str(error)
print(json.dumps(said))
";

/// What whoever has the secret says of a request.
fn verified(python: &Python, secret: &SigningSecret, asked: &WebRequest) -> String {
    let headers: serde_json::Map<String, Value> =
        asked.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let body = String::from_utf8(asked.body.clone()).unwrap();
    let request = json!({"secret": secret.expose(), "headers": headers, "body": body});
    python.run(LIBRARY, &request).as_str().unwrap().to_owned()
}

async fn asked(secrets: Vec<SigningSecret>, now: Timestamp) -> WebRequest {
    let server = WebServer::start(|_| WebReply::status(200)).await;
    let reach = Reach { http: true, networks: vec!["127.0.0.1/32".parse().unwrap()] };
    let channel = WebhookChannel::new(Guarded::new(&Settings::default(), reach).unwrap());
    let webhook = Webhook { url: server.url("/hook").parse().unwrap(), secrets };
    let mut message = outgoing(Address::Webhook(webhook.clone()));
    message.text = "grün, 日本 🦀, \"quoted\"\r\n\u{7f}".to_owned();
    message.now = now;
    channel.deliver(&message).await.unwrap();
    channel.verify(&webhook, "test_1", now).await.unwrap();
    server.asked().swap_remove(0)
}

#[tokio::test]
async fn the_library_of_standard_webhooks_believes_us_and_nobody_else() {
    let Some(python) = Python::with("standardwebhooks-1.1.0", &["standardwebhooks==1.1.0"]) else {
        let test = "the_library_of_standard_webhooks_believes_us_and_nobody_else";
        return skip(test, "standardwebhooks cannot be installed");
    };
    let secret = || new_secret(SystemRandom.secret());
    let (new, old, another) = (secret(), secret(), secret());
    let now = SystemClock.now();
    let good = asked(vec![new.clone(), old.clone()], now).await;

    // while secrets are rotated, whoever has one of them understands
    assert_eq!(verified(&python, &new, &good), "notification");
    assert_eq!(verified(&python, &old, &good), "notification");
    let refused = "refused: No matching signature found";
    assert_eq!(verified(&python, &another, &good), refused);

    let mut tampered = good.clone();
    tampered.body =
        String::from_utf8(good.body.clone()).unwrap().replace("alice", "mallory").into();
    assert_ne!(tampered.body, good.body);
    assert_eq!(verified(&python, &new, &tampered), refused);
    let mut renamed = good.clone();
    let id = renamed.headers.iter_mut().find(|(name, _)| name == "webhook-id").unwrap();
    id.1 = "msg_8".to_owned();
    assert_eq!(verified(&python, &new, &renamed), refused);

    // what was said long ago is said by somebody else
    let stale = asked(vec![new.clone()], later(0)).await;
    assert_eq!(verified(&python, &new, &stale), "refused: Message timestamp too old");
}
