use std::io;
use std::time::Duration;

use herald_outbound::one_line;
use herald_ports::DeliveryError;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::by_line::ByLine;
use crate::refusal::{self, Stage};
use crate::server::{Server, Tls};

/// How long one address of the server may take: if it does not answer, another one may.
const TRY: Duration = Duration::from_secs(5);

/// What a connection is opened with.
pub(crate) struct Connector {
    server: Server,
    tls: TlsParameters,
    /// what this machine calls itself
    name: ClientId,
}

impl Connector {
    /// `extra_roots` are trusted beside those of the machine.
    pub(crate) fn new(server: Server, extra_roots: &[u8]) -> Result<Self, Error> {
        let mut tls = TlsParameters::builder(server.host.clone());
        if !extra_roots.is_empty() {
            tls = tls.add_root_certificate(Certificate::from_pem(extra_roots)?);
        }
        Ok(Self { tls: tls.build_rustls()?, server, name: ClientId::default() })
    }

    /// Connects, makes it secret, and logs in.
    pub(crate) async fn open(&self) -> Result<AsyncSmtpConnection, DeliveryError> {
        let opened = if self.server.tls == Tls::Implicit {
            let (address, tls) = ((self.server.host.as_str(), self.server.port), self.tls.clone());
            AsyncSmtpConnection::connect_tokio1(address, Some(TRY), &self.name, Some(tls), None)
                .await
        } else {
            let tcp = self.connect().await.map_err(|error| DeliveryError::Transient {
                detail: one_line(&format!("cannot connect: {error}"), &[]),
                retry_after: None,
            })?;
            AsyncSmtpConnection::connect_with_transport(Box::new(ByLine::new(tcp)), &self.name)
                .await
        };
        let mut smtp = opened.map_err(|error| self.refused(Stage::Opening, &error))?;
        match self.server.tls {
            Tls::Required if !smtp.can_starttls() => {
                let detail = "server does not offer STARTTLS".to_owned();
                return Err(DeliveryError::Misconfigured { detail });
            }
            Tls::Required | Tls::Opportunistic if smtp.can_starttls() => {
                let secret = smtp.starttls(self.tls.clone(), &self.name).await;
                secret.map_err(|error| self.refused(Stage::Opening, &error))?;
            }
            _ => {}
        }
        if let Some(login) = &self.server.login {
            let credentials =
                Credentials::new(login.name.clone(), login.password.expose_secret().to_owned());
            let known = smtp.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
            known.map_err(|error| self.refused(Stage::LoggingIn, &error))?;
        }
        Ok(smtp)
    }

    /// Connects to the first of the server's addresses that answers.
    async fn connect(&self) -> io::Result<TcpStream> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "host has no address");
        for address in lookup_host((self.server.host.as_str(), self.server.port)).await? {
            match timeout(TRY, TcpStream::connect(address)).await {
                Ok(Ok(tcp)) => {
                    // an answer is waited for after each write
                    tcp.set_nodelay(true)?;
                    return Ok(tcp);
                }
                Ok(Err(error)) => last = error,
                Err(_) => last = io::ErrorKind::TimedOut.into(),
            }
        }
        Err(last)
    }

    /// What an error of that stage means.
    pub(crate) fn refused(&self, stage: Stage, error: &Error) -> DeliveryError {
        let login = self.server.login.as_ref();
        refusal::of(stage, error, login.map_or("", |login| login.password.expose_secret()))
    }
}
