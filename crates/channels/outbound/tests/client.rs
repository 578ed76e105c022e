//! What every client does, and what becomes of answers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use herald_contract::web::{WebReply, WebServer};
use herald_domain::Timestamp;
use herald_outbound::{Answer, Settings, client, unanswered};
use herald_ports::DeliveryError;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::crypto::ring;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

async fn ask(url: &str) -> Result<Answer, DeliveryError> {
    let client = client(&Settings::default()).unwrap();
    let response = client.post(url).body("x").send().await.map_err(unanswered)?;
    Ok(Answer::read(response).await)
}

fn transient(detail: &str) -> DeliveryError {
    DeliveryError::Transient { detail: detail.to_owned(), retry_after: None }
}

#[tokio::test]
async fn a_request_says_who_asks() {
    let server = WebServer::start(|_| WebReply::status(204)).await;
    ask(&server.url("/path?query")).await.unwrap();
    let asked = &server.asked()[0];
    assert_eq!((&*asked.method, &*asked.path), ("POST", "/path?query"));
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(asked.header("user-agent"), Some(&*format!("herald/{version}")));
    assert_eq!(asked.body, b"x");
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let server = WebServer::start(|_| WebReply::status(307).header("location", "/other")).await;
    let answer = ask(&server.url("/")).await.unwrap();
    assert_eq!((answer.status.as_u16(), server.asked().len()), (307, 1));
    assert_eq!(answer.detail(&[]), "307: redirects are not followed");
}

#[tokio::test]
async fn an_answer_is_told_in_one_line() {
    let server = WebServer::start(|asked| {
        match &*asked.path {
            "/page" => WebReply::status(502).header("content-type", "Text/HTML; charset=utf-8"),
            _ => WebReply::status(503).header("retry-after", "120"),
        }
        .body("no\r\nway,\0 s3cret")
    })
    .await;
    let answer = ask(&server.url("/")).await.unwrap();
    assert_eq!(answer.detail(&["s3cret"]), "503 no way, …");
    assert_eq!(answer.retry_after(Timestamp::from_micros(0)), Some(Duration::from_secs(120)));
    let page = ask(&server.url("/page")).await.unwrap();
    assert_eq!(page.detail(&[]), "502 bad gateway");
}

#[tokio::test]
async fn an_answer_without_an_end_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        client.read_exact(&mut [0; 4]).await.unwrap();
        let head = "HTTP/1.1 500 Answer\r\ncontent-length: 1000000\r\n\r\n";
        let begins = [head.as_bytes(), &[b'x'; 20_000]].concat();
        client.write_all(&begins).await.unwrap();
        std::future::pending::<()>().await;
    });
    // a body may take 5 s; what is wanted of this one is there at once
    let answer = tokio::time::timeout(Duration::from_secs(4), ask(&url)).await.unwrap().unwrap();
    assert_eq!(answer.body.len(), 16 * 1024);
    assert_eq!(answer.detail(&[]).chars().count(), 200);
}

#[tokio::test]
async fn no_answer_is_no_end() {
    let server = WebServer::start(|_| WebReply::Drop).await;
    let DeliveryError::Transient { detail, .. } = ask(&server.url("/")).await.unwrap_err() else {
        panic!("it may go out later")
    };
    assert!(detail.starts_with("connection broke"), "{detail}");

    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refused = ask(&format!("http://{free}/s3cret")).await.unwrap_err();
    assert_eq!(refused, transient("cannot connect: Connection refused (os error 111)"));
}

#[tokio::test]
async fn an_answer_that_hangs_is_transient() {
    let server = WebServer::start(|_| WebReply::Hang).await;
    let client = client(&Settings::default()).unwrap();
    let request = client.post(server.url("/")).timeout(Duration::from_millis(100));
    let error = unanswered(request.send().await.unwrap_err());
    assert_eq!(error, transient("no answer in time"));
}

#[tokio::test]
async fn what_cannot_be_asked_never_can() {
    let client = client(&Settings::default()).unwrap();
    let request = client.post("http://127.0.0.1/").header("x", "a\nb");
    let error = unanswered(request.send().await.unwrap_err());
    assert!(matches!(&error, DeliveryError::Permanent { .. }), "{error:?}");
}

/// Speaks TLS in front of a server; answers where, and its certificate in PEM.
async fn front(server: SocketAddr) -> (String, Vec<u8>) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = signing_key.serialize_der().try_into().unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            // a client that does not trust us hangs up
            let Ok(mut client) = acceptor.accept(client).await else { continue };
            let mut server = TcpStream::connect(server).await.unwrap();
            tokio::spawn(async move {
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    (url, cert.pem().into_bytes())
}

#[tokio::test]
async fn only_who_is_trusted_is_asked() {
    let server = WebServer::start(|_| WebReply::status(204)).await;
    let (url, certificate) = front(server.address()).await;
    let DeliveryError::Transient { detail, .. } = ask(&url).await.unwrap_err() else {
        panic!("a certificate may be mended")
    };
    assert!(detail.starts_with("cannot connect: invalid peer certificate"), "{detail}");
    assert_eq!(server.asked().len(), 0);

    let trusting = client(&Settings { extra_roots: certificate }).unwrap();
    assert_eq!(trusting.post(&url).send().await.unwrap().status(), 204);
}

#[test]
fn certificates_that_are_none_are_refused() {
    for broken in ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "roots.pem"] {
        let error = client(&Settings { extra_roots: broken.into() }).unwrap_err().to_string();
        assert!(error.starts_with("extra root certificates: "), "{error}");
    }
}
