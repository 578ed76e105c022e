//! When what is said is secret, and who is trusted.

use std::sync::Arc;

use herald_contract::{LOGIN, MailServer};
use herald_email::{EmailChannel, Settings};
use herald_ports::{DeliveryChannel, DeliveryError};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

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

/// Replies that somebody put behind the one to STARTTLS are none of the server.
#[tokio::test]
async fn what_is_said_before_tls_is_not_believed_after() {
    let names = vec!["localhost".to_owned()];
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (client, _) = listener.accept().await.unwrap();
        let mut client = BufReader::new(client);
        let mut said = String::new();
        for reply in [
            "220 mx.example.com\r\n",
            "250-mx.example.com\r\n250 STARTTLS\r\n",
            "220 go on\r\n250-mx.example.com\r\n250 AUTH PLAIN\r\n235 come in\r\n",
        ] {
            client.write_all(reply.as_bytes()).await.unwrap();
            if !reply.contains("235") {
                client.read_line(&mut said).await.unwrap();
            }
        }
        let tls = TlsAcceptor::from(Arc::new(config)).accept(client).await;
        // what it says in secret, if it came so far
        let Ok(mut tls) = tls else { return (said, Vec::new()) };
        let mut secret = vec![0; 1024];
        let length = tls.read(&mut secret).await.unwrap_or(0);
        secret.truncate(length);
        (said, secret)
    });
    let url = format!("smtp://{}:{}@localhost:{port}?tls=required", LOGIN.0, "s3cret");
    let settings = Settings {
        extra_roots: cert.pem().into_bytes(),
        ..Settings::new(url.parse().unwrap(), "herald@example.com".parse().unwrap())
    };
    EmailChannel::new(settings).unwrap().deliver(&message()).await.unwrap_err();
    let (said, secret) = server.await.unwrap();
    assert!(said.ends_with("STARTTLS\r\n"), "{said}");
    assert!(secret.is_empty(), "{:?}", String::from_utf8_lossy(&secret));
}
