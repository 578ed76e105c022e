//! What a push service is asked, and what becomes of its answers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use herald_contract::fixtures::{CountingIds, later, notification, outgoing};
use herald_contract::web::{WebReply, WebServer};
use herald_domain::{Address, Priority, PushSubscription};
use herald_outbound::{Guarded, Reach, Settings};
use herald_ports::{DeliveryChannel, DeliveryError, Outgoing, Taken};
use herald_webpush::{VapidKey, WebPushChannel};

/// The browser's keys of RFC 8291, appendix A.
const P256DH: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

fn channel() -> WebPushChannel {
    let reach = Reach { http: true, networks: vec!["127.0.0.1/32".parse().unwrap()] };
    with_reach(reach)
}

fn with_reach(reach: Reach) -> WebPushChannel {
    let web = Guarded::new(&Settings::default(), reach).unwrap();
    let key = VapidKey::generate(&CountingIds::default());
    WebPushChannel::new(web, &key, "mailto:admin@example.com").unwrap()
}

fn subscription(endpoint: &str) -> PushSubscription {
    let endpoint = endpoint.parse().unwrap();
    PushSubscription { endpoint, p256dh: P256DH.into(), auth: AUTH.into() }
}

fn message(endpoint: &str) -> Outgoing {
    outgoing(Address::WebPush(subscription(endpoint)))
}

async fn answered(reply: WebReply) -> Result<Taken, DeliveryError> {
    let server = WebServer::start(move |_| reply.clone()).await;
    let outcome = channel().deliver(&message(&server.url("/push/s3cret"))).await;
    assert_eq!(server.asked().len(), 1, "a message is handed over once");
    outcome
}

fn permanent(detail: &str) -> DeliveryError {
    DeliveryError::Permanent { detail: detail.to_owned() }
}

#[tokio::test]
async fn a_message_says_how_it_is_to_be_kept() {
    let server = WebServer::start(|_| WebReply::status(201)).await;
    let usual = message(&server.url("/push/1"));
    let mut collapsing = notification(5, "main is green");
    collapsing.content.collapse_key = Some("build-7".parse().unwrap());
    let pressing = Outgoing {
        expires_at: Some(later(90)),
        priority: Priority::Critical,
        notifications: vec![Arc::new(collapsing)],
        ..usual.clone()
    };
    let channel = channel();
    channel.deliver(&usual).await.unwrap();
    channel.deliver(&pressing).await.unwrap();

    let asked = server.asked();
    for asked in &asked {
        assert_eq!((&*asked.method, &*asked.path), ("POST", "/push/1"));
        assert_eq!(asked.header("content-encoding"), Some("aes128gcm"));
        assert_eq!(asked.header("content-type"), Some("application/octet-stream"));
        assert!(asked.header("authorization").unwrap().starts_with("vapid t="));
    }
    let of = |name| asked.iter().map(|one| one.header(name)).collect::<Vec<_>>();
    assert_eq!(of("ttl"), [Some("86400"), Some("90")]);
    assert_eq!(of("urgency"), [Some("normal"), Some("high")]);
    let topics = of("topic");
    assert_eq!((topics[0], topics[1].unwrap().len()), (None, 32));
}

#[tokio::test]
async fn a_push_service_is_shown_one_token_for_a_long_time() {
    let server = WebServer::start(|_| WebReply::status(201)).await;
    let channel = channel();
    let tell = async |now| {
        let message = Outgoing { now, ..message(&server.url("/push/1")) };
        channel.deliver(&message).await.unwrap();
    };
    for minute in 0..10 {
        tell(later(60 * minute)).await;
    }
    tell(later(12 * 3600)).await;
    let asked = server.asked();
    let shown: HashSet<_> = asked.iter().map(|one| one.header("authorization").unwrap()).collect();
    assert_eq!((asked.len(), shown.len()), (11, 2));
}

#[tokio::test]
async fn a_push_service_that_takes_a_message_may_name_it() {
    for status in [200, 201, 202] {
        assert_eq!(answered(WebReply::status(status)).await, Ok(Taken::default()), "{status}");
    }
    let named = WebReply::status(201).header("location", "https://push.example.net/m/1");
    let reference = Some("https://push.example.net/m/1".to_owned());
    assert_eq!(answered(named).await, Ok(Taken { reference }));
    let endless = WebReply::status(201).header("location", &"x".repeat(5_000));
    assert_eq!(answered(endless).await.unwrap().reference.unwrap().chars().count(), 200);
}

#[tokio::test]
async fn a_subscription_is_given_up_only_when_it_is_gone() {
    for status in [404, 410] {
        let gone = answered(WebReply::status(status).body("bye")).await;
        let detail = format!("{status} bye");
        assert_eq!(gone, Err(DeliveryError::EndpointGone { detail }));
    }
    for status in [401, 403] {
        let refused = answered(WebReply::status(status).body("who?")).await;
        let detail = format!("{status} who?");
        assert_eq!(refused, Err(DeliveryError::Misconfigured { detail }));
    }
    for status in [400, 405, 411, 413, 415, 422] {
        let refused = answered(WebReply::status(status).body("no")).await;
        assert_eq!(refused, Err(permanent(&format!("{status} no"))));
    }
    for status in [301, 307, 308] {
        let refused = answered(WebReply::status(status).header("location", "/")).await;
        assert_eq!(refused, Err(permanent(&format!("{status}: redirects are not followed"))));
    }
    for status in [429, 500, 502, 503, 504] {
        let reply = WebReply::status(status).body("later").header("retry-after", "77");
        let detail = format!("{status} later");
        let retry_after = Some(Duration::from_secs(77));
        let failed = DeliveryError::Transient { detail, retry_after };
        assert_eq!(answered(reply).await, Err(failed));
    }
    let broken = answered(WebReply::Drop).await.unwrap_err();
    assert!(matches!(&broken, DeliveryError::Transient { .. }), "{broken:?}");
}

#[tokio::test]
async fn an_error_tells_neither_where_it_went_nor_the_token() {
    let server = WebServer::start(|asked| {
        let token = asked.header("authorization").unwrap();
        WebReply::status(403).body(format!("{}\r\n{token}", asked.path))
    })
    .await;
    let refused = channel().deliver(&message(&server.url("/push/s3cret"))).await.unwrap_err();
    let text = refused.to_string();
    assert!(text.starts_with("403 … vapid t=…, k="), "{text}");
}

#[tokio::test]
async fn who_cannot_be_written_to_is_not_gone() {
    let server = WebServer::start(|_| WebReply::status(201)).await;
    let good = subscription(&server.url("/push/1"));
    for broken in [
        PushSubscription { p256dh: "key".into(), ..good.clone() },
        PushSubscription { p256dh: AUTH.into(), ..good.clone() },
        PushSubscription { auth: "".into(), ..good.clone() },
        PushSubscription { auth: P256DH.into(), ..good.clone() },
    ] {
        let refused = channel().deliver(&outgoing(Address::WebPush(broken))).await;
        assert_eq!(refused, Err(permanent("subscription has no good keys")));
    }
    let to = Address::Email("alice@example.com".parse().unwrap());
    let refused = channel().deliver(&outgoing(to)).await;
    assert_eq!(refused, Err(permanent("address is no push subscription")));
    assert_eq!(server.asked().len(), 0);
}

#[tokio::test]
async fn private_networks_are_not_asked() {
    let server = WebServer::start(|_| WebReply::status(201)).await;
    let strict = with_reach(Reach::default());
    let port = server.address().port();
    for (url, detail) in [
        (format!("https://127.0.0.1:{port}/"), "address is not public"),
        (format!("https://localhost:{port}/"), "address is not public"),
        (format!("http://127.0.0.1:{port}/"), "address is not https"),
    ] {
        assert_eq!(strict.deliver(&message(&url)).await, Err(permanent(detail)), "{url}");
    }
    assert_eq!(server.asked().len(), 0);
}

#[tokio::test]
async fn a_call_that_is_given_up_leaves_the_channel_as_it_was() {
    let server = WebServer::start(|asked| match &*asked.path {
        "/hang" => WebReply::Hang,
        _ => WebReply::status(201),
    })
    .await;
    let channel = channel();
    let hanging = message(&server.url("/hang"));
    let given_up =
        tokio::time::timeout(Duration::from_millis(100), channel.deliver(&hanging)).await;
    assert!(given_up.is_err());
    assert_eq!(channel.deliver(&message(&server.url("/"))).await, Ok(Taken::default()));
}
