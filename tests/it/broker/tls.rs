use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::{Broker, Kind, is_degraded, is_ready, on_each_broker, readiness};
use crate::support::{Server, eventually};

on_each_broker!(a_broker_is_reached_by_tls);

/// A certificate for `localhost`, and the authority that vouches for it.
fn certificate() -> (Arc<ServerConfig>, String) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let own = own.signed_by(&key, &authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![own.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    (Arc::new(config), authority.pem())
}

/// Speaks TLS before a broker that does not; its port.
async fn terminate(broker: Broker, config: Arc<ServerConfig>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(config);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (acceptor, broker) = (acceptor.clone(), broker.clone());
            tokio::spawn(async move {
                let server = TcpStream::connect(broker.address()).await.unwrap();
                let mut server = BufReader::new(server);
                if broker.kind == Kind::Nats {
                    // NATS says who it is before TLS begins
                    let mut info = String::new();
                    server.read_line(&mut info).await.unwrap();
                    client.write_all(info.as_bytes()).await.unwrap();
                }
                // a client that does not believe the certificate goes away
                if let Ok(mut client) = acceptor.accept(client).await {
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                }
            });
        }
    });
    port
}

/// The authorities of the machine are believed, and nobody else.
async fn a_broker_is_reached_by_tls(broker: Broker) {
    let (config, authority) = certificate();
    let port = terminate(broker.clone(), config).await;
    let url = match broker.kind {
        Kind::RabbitMq => format!("amqps://guest:guest@localhost:{port}"),
        Kind::Nats => format!("tls://localhost:{port}"),
    };
    let builder = broker.join(Server::builder(), &url);
    std::fs::write(builder.folder().join("authority.pem"), authority).unwrap();
    let trusting = builder.clone().set("SSL_CERT_FILE", "authority.pem").start().await;
    is_ready(&trusting).await;
    drop(trusting);

    let doubting = builder.unset("SSL_CERT_FILE").start().await;
    is_degraded(&doubting).await;
    eventually("the reason is known", async || {
        let (_, part) = readiness(&doubting).await;
        part["detail"].as_str().unwrap().to_lowercase().contains("certificate")
    })
    .await;
}
