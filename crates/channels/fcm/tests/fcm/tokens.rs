//! How the channel gets the right to send.

use std::sync::Arc;
use std::time::Duration;

use herald_contract::fixtures::{NOW, at_once, later};
use herald_contract::web::{WebReply, WebRequest};
use herald_ports::{DeliveryChannel, DeliveryError, Outgoing};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use crate::google::{Google, KEY, bearer, refusal, token};
use crate::message;

fn grant(asked: &WebRequest) -> String {
    let mut fields = url::form_urlencoded::parse(&asked.body);
    let (_, kind) = fields.find(|(name, _)| name == "grant_type").unwrap();
    assert_eq!(kind, "urn:ietf:params:oauth:grant-type:jwt-bearer");
    fields.find(|(name, _)| name == "assertion").unwrap().1.into_owned()
}

#[tokio::test]
async fn a_token_is_asked_for_with_the_account_s_signature() {
    let google = Google::start().await;
    google.channel().deliver(&message()).await.unwrap();
    let grant = grant(&google.grants()[0]);
    let head = decode_header(&grant).unwrap();
    assert_eq!((head.alg, head.kid.as_deref()), (Algorithm::RS256, Some("key-1")));
    let key = DecodingKey::from_rsa_pem(KEY.1.as_bytes()).unwrap();
    let mut rules = Validation::new(Algorithm::RS256);
    rules.validate_exp = false;
    rules.validate_aud = false;
    let claims = decode::<Value>(&grant, &key, &rules).unwrap().claims;
    let account: Value = serde_json::from_str(&google.file(json!({}))).unwrap();
    let expected = json!({
        "iss": account["client_email"],
        "scope": "https://www.googleapis.com/auth/firebase.messaging",
        "aud": account["token_uri"],
        "iat": NOW.as_secs(),
        "exp": NOW.as_secs() + 3_600,
    });
    assert_eq!(claims, expected);
    assert_eq!(bearer(&google.messages()[0]), "ya29.t0ken-1");
}

#[tokio::test]
async fn a_token_serves_until_some_minutes_before_its_end() {
    let google = Google::start().await;
    let channel = google.channel();
    for (seconds, expected) in [(0, 1), (3_298, 1), (3_299, 2), (6_597, 2), (6_598, 3)] {
        channel.deliver(&Outgoing { now: later(seconds), ..message() }).await.unwrap();
        let used = bearer(google.messages().last().unwrap());
        assert_eq!(used, format!("ya29.t0ken-{expected}"), "after {seconds} s");
    }
    assert_eq!(google.grants().len(), 3);
}

#[tokio::test]
async fn a_short_token_serves_half_its_life() {
    let google = Google::start().await;
    google.tokens(token("short", 60));
    let channel = google.channel();
    for (seconds, grants) in [(0, 1), (29, 1), (30, 2)] {
        channel.deliver(&Outgoing { now: later(seconds), ..message() }).await.unwrap();
        assert_eq!(google.grants().len(), grants, "after {seconds} s");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_at_once_ask_for_one_token() {
    let google = Google::start().await;
    let channel = Arc::new(google.channel());
    let send = |_| {
        let channel = channel.clone();
        async move { channel.deliver(&message()).await.unwrap() }
    };
    at_once(20, send).await;
    assert_eq!((google.grants().len(), google.messages().len()), (1, 20));
    // and for one more, when it is refused to all of them
    google.revokes("ya29.t0ken-1");
    at_once(20, send).await;
    assert_eq!(google.grants().len(), 2);
}

#[tokio::test]
async fn a_token_that_is_refused_is_replaced_once() {
    let google = Google::start().await;
    let channel = google.channel();
    channel.deliver(&message()).await.unwrap();
    google.revokes("ya29.t0ken-1");
    channel.deliver(&message()).await.unwrap();
    let used: Vec<_> = google.messages().iter().map(bearer).collect();
    assert_eq!(used, ["ya29.t0ken-1", "ya29.t0ken-1", "ya29.t0ken-2"]);

    google.revokes("ya29.t0ken-2");
    google.revokes("ya29.t0ken-3");
    let error = channel.deliver(&message()).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Misconfigured { .. }), "{error:?}");
    assert_eq!((google.grants().len(), google.messages().len()), (3, 5));
}

#[tokio::test]
async fn what_others_must_mend_asks_for_no_token() {
    let google = Google::start().await;
    let channel = google.channel();
    google.sends(refusal(401, "UNAUTHENTICATED", Some("THIRD_PARTY_AUTH_ERROR"), "certificate"));
    let error = channel.deliver(&message()).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Misconfigured { .. }), "{error:?}");
    assert_eq!((google.grants().len(), google.messages().len()), (1, 1));
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let google = Google::start().await;
    let channel = google.channel();
    let invalid = json!({"error": "invalid_grant", "error_description": "Invalid JWT Signature."});
    for (reply, transient) in [
        (WebReply::status(400).body(invalid.to_string()), false),
        (WebReply::status(401), false),
        (WebReply::status(403), false),
        (WebReply::status(302), false),
        (WebReply::status(200).body("{}"), false),
        (WebReply::status(429), true),
        (WebReply::status(503), true),
        (WebReply::Drop, true),
    ] {
        google.tokens(reply.clone());
        let error = channel.deliver(&message()).await.unwrap_err();
        let is_transient = matches!(error, DeliveryError::Transient { .. });
        let is_misconfigured = matches!(error, DeliveryError::Misconfigured { .. });
        assert_eq!((is_transient, is_misconfigured), (transient, !transient), "{reply:?}: {error}");
    }
    assert_eq!(google.messages().len(), 0);
    google.tokens(WebReply::status(400).body(invalid.to_string()));
    let error = channel.deliver(&message()).await.unwrap_err().to_string();
    assert!(error.starts_with("no access token: 400 ") && error.contains("Signature"), "{error}");
    // it may be mended
    google.tokens(None);
    channel.deliver(&message()).await.unwrap();
}

#[tokio::test]
async fn a_token_that_does_not_come_is_nobody_s_end() {
    let google = Google::start().await;
    let channel = google.channel();
    google.tokens(WebReply::Hang);
    let short = Duration::from_millis(100);
    assert!(tokio::time::timeout(short, channel.deliver(&message())).await.is_err());
    google.tokens(None);
    channel.deliver(&message()).await.unwrap();
}
