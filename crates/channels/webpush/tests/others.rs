//! Messages and tokens as libraries of others see them, which browsers and push services could use.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use herald_contract::fixtures::{notification, outgoing};
use herald_contract::web::{WebReply, WebServer};
use herald_contract::{Python, skip};
use herald_domain::{Address, PushSubscription};
use herald_outbound::{Guarded, Reach, Settings};
use herald_ports::{Clock, DeliveryChannel, SystemClock, SystemRandom};
use herald_webpush::{VapidKey, WebPushChannel};
use serde_json::{Value, json};

/// A browser's part, and a push service's: subscribes; or reads a message, and checks who sent it.
const OTHERS: &str = "
import base64, json, sys
import http_ece, jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

def encode(data): return base64.urlsafe_b64encode(data).rstrip(b'=').decode()
def decode(text): return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))

browser = ec.derive_private_key(12345678901234567890, ec.SECP256R1())
auth = bytes(range(16))
asked = json.load(sys.stdin)
if asked is None:
    public = browser.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    said = {'p256dh': encode(public), 'auth': encode(auth)}
else:
    body = base64.b64decode(asked['body'])
    message = http_ece.decrypt(body, private_key=browser, auth_secret=auth, version='aes128gcm')
    scheme, _, parameters = asked['authorization'].partition(' ')
    t, k = (p.strip().split('=', 1) for p in parameters.split(','))
    assert (scheme, t[0], k[0]) == ('vapid', 't', 'k'), asked['authorization']
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(k[1]))
    claims = jwt.decode(t[1], key, algorithms=['ES256'], audience=asked['audience'])
    try:
        jwt.decode(t[1], key, algorithms=['ES256'], audience='https://elsewhere.example.net')
        raise SystemExit('good for another push service')
    except jwt.InvalidAudienceError:
        pass
    said = {'message': json.loads(message), 'claims': claims, 'k': k[1], 'bytes': len(body)}
print(json.dumps(said))
";
const PACKAGES: &[&str] = &["PyJWT==2.15.1", "cryptography==50.0.2", "http-ece==1.2.1"];

#[tokio::test]
async fn a_browser_reads_what_is_sent_and_its_push_service_knows_us() {
    let Some(python) = Python::with("webpush-1", PACKAGES) else {
        let test = "a_browser_reads_what_is_sent_and_its_push_service_knows_us";
        return skip(test, "http-ece and PyJWT cannot be installed");
    };
    let server = WebServer::start(|_| WebReply::status(201)).await;
    let browser = python.run(OTHERS, &Value::Null);
    let subscription = PushSubscription {
        endpoint: server.url("/push/1").parse().unwrap(),
        p256dh: browser["p256dh"].as_str().unwrap().into(),
        auth: browser["auth"].as_str().unwrap().into(),
    };
    let reach = Reach { http: true, networks: vec!["127.0.0.1/32".parse().unwrap()] };
    let web = Guarded::new(&Settings::default(), reach).unwrap();
    let key = VapidKey::generate(&SystemRandom);
    let channel = WebPushChannel::new(web, &key, "mailto:admin@example.com").unwrap();

    let mut short = outgoing(Address::WebPush(subscription));
    short.now = SystemClock.now();
    short.text = "grün, 日本 🦀, \"quoted\"\r\n\u{7f}".to_owned();
    let mut long = short.clone();
    long.text = "日本 🦀 ".repeat(1_000);
    long.notifications = vec![Arc::new(notification(6, &"x".repeat(4_000)))];
    channel.deliver(&short).await.unwrap();
    channel.deliver(&long).await.unwrap();

    let origin = format!("http://{}", server.address());
    let mut read = Vec::new();
    for asked in server.asked() {
        let said = python.run(
            OTHERS,
            &json!({
                "body": STANDARD.encode(&asked.body),
                "authorization": asked.header("authorization"),
                "audience": origin,
            }),
        );
        assert_eq!(said["k"], key.public_key());
        assert_eq!(said["claims"]["sub"], "mailto:admin@example.com");
        assert_eq!(said["claims"]["aud"], origin);
        let good_for = said["claims"]["exp"].as_i64().unwrap() - short.now.as_micros() / 1_000_000;
        assert_eq!(good_for, 12 * 60 * 60);
        read.push(said);
    }
    let expected = json!({
        "title": "Build finished", "body": short.text, "url": null, "tag": null, "id": 5,
        "count": 1, "kind": "info", "priority": "medium", "category": null, "topic": null,
        "timestamp": short.notifications[0].created_at, "data": {"run": 7},
    });
    assert_eq!(read[0]["message"], expected);
    let bytes = read[1]["bytes"].as_i64().unwrap();
    assert!((4_080..=4_096).contains(&bytes), "{bytes} bytes");
    let body = read[1]["message"]["body"].as_str().unwrap();
    assert!(long.text.starts_with(body.strip_suffix('…').unwrap()));
}
