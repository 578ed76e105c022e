//! The commands that talk to a server, through what ends TLS in front of it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::crypto::ring;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::{Tail, in_memory};
use crate::support::{Builder, Server, mint};

/// A proxy as operators put in front: takes TLS, and passes on what is in it.
struct Front {
    url: String,
    /// the certificate, for those who trust it
    certificate: PathBuf,
}

impl Front {
    async fn start(server: &Server) -> Self {
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
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), server.address));
        let certificate = server.builder_again().folder().join("front.pem");
        std::fs::write(&certificate, cert.pem()).unwrap();
        Self { url, certificate }
    }

    /// The environment of a command that trusts nobody but the proxy.
    fn trusted(&self, builder: Builder) -> Builder {
        builder.set("SSL_CERT_FILE", self.certificate.to_str().unwrap())
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, server: SocketAddr) {
    while let Ok((client, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // a client that does not trust us hangs up
            let Ok(mut client) = acceptor.accept(client).await else { return };
            let mut server = TcpStream::connect(server).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn send_and_tail_speak_tls() {
    let server = in_memory().await;
    let front = Front::start(&server).await;
    let builder = front.trusted(server.builder_again());
    let tail = Tail::start(&builder, &front.url, &mint("maya"), &[]);
    tail.notices.next_with("connected at revision 0").await;
    let token = mint("maya");
    let send = ["send", "--url", &front.url, "--token", &token, "--to", "maya", "hello"];
    assert_eq!(builder.run(&send), (true, "sent as notification 1 to 1 user\n".to_owned()));
    tail.out.next_with("hello").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let server = in_memory().await;
    let front = Front::start(&server).await;
    let token = mint("maya");
    let send = ["send", "--url", &front.url, "--token", &token, "--to", "maya", "hello"];
    let (sent, said) = server.builder_again().run(&send);
    assert!(!sent && said.contains("certificate"), "{said}");
    assert_eq!(server.user("maya").everything().await.len(), 0);
}
