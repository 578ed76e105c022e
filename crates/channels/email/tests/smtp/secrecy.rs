//! When what is said is secret, and who is trusted.

use herald_email::{EmailChannel, Settings};
use herald_ports::{DeliveryChannel, DeliveryError};
use serde_json::json;

use crate::server::{LOGIN, MailServer};
use crate::{channel, message, settings, started};

fn assert_misconfigured(error: &DeliveryError) {
    assert!(matches!(error, DeliveryError::Misconfigured { .. }), "{error:?}");
    assert!(!format!("{error:?}").contains(LOGIN.1), "{error:?}");
}

#[tokio::test]
async fn tls_may_begin_at_once_or_by_a_word() {
    for (tls, scheme, query) in [
        ("implicit", "smtps", ""),
        ("starttls", "smtp", "?tls=required"),
        ("starttls", "smtp", "?tls=opportunistic"),
    ] {
        let server = started!(MailServer::with(json!({"tls": tls, "login": LOGIN})));
        let channel = EmailChannel::new(settings(&server, scheme, query)).unwrap();
        channel.deliver(&message()).await.unwrap();
        let mail = &server.mail()[0];
        assert_eq!(mail["secret"], true, "{tls} {query}");
        assert_eq!(mail["login"], LOGIN.0);
    }
}

#[tokio::test]
async fn nothing_is_said_where_tls_is_missing() {
    let server = started!(MailServer::with(json!({"login": LOGIN})));
    let error = channel(&server, "?tls=required").deliver(&message()).await.unwrap_err();
    assert_misconfigured(&error);
    assert_eq!(error.to_string(), "server does not offer STARTTLS");
    assert_eq!(server.of("login").len(), 0);
    // whoever asked for no more gets no more
    channel(&server, "?tls=opportunistic").deliver(&message()).await.unwrap();
    assert_eq!(server.mail()[0]["secret"], false);
}

#[tokio::test]
async fn strangers_are_not_trusted() {
    for (tls, scheme) in [("implicit", "smtps"), ("starttls", "smtp")] {
        let server = started!(MailServer::with(json!({"tls": tls, "login": LOGIN})));
        let query = if scheme == "smtp" { "?tls=required" } else { "" };
        let settings = settings(&server, scheme, query);
        let stranger = Settings { extra_roots: Vec::new(), ..settings };
        let error = EmailChannel::new(stranger).unwrap().deliver(&message()).await.unwrap_err();
        assert_misconfigured(&error);
        assert!(error.to_string().contains("certificate"), "{error}");
        assert_eq!(server.of("login").len(), 0);
    }
}

#[tokio::test]
async fn tls_to_who_does_not_speak_it_is_the_operator_s_affair() {
    let server = started!(MailServer::start());
    let channel = EmailChannel::new(settings(&server, "smtps", "")).unwrap();
    assert_misconfigured(&channel.deliver(&message()).await.unwrap_err());
}

#[test]
fn certificates_that_are_none_are_refused() {
    let settings = Settings {
        extra_roots: b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec(),
        ..Settings::new(
            "smtps://mx.example.com".parse().unwrap(),
            "herald@example.com".parse().unwrap(),
        )
    };
    assert!(EmailChannel::new(settings).is_err());
}
