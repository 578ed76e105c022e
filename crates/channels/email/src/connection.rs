use std::time::Duration;

use herald_ports::DeliveryError;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret;

use crate::refusal::{self, Stage};
use crate::server::{Server, Tls};

/// What a connection is opened with.
pub(crate) struct Connector {
    server: Server,
    tls: TlsParameters,
    /// what this machine calls itself
    name: ClientId,
    timeout: Duration,
}

impl Connector {
    /// `extra_roots` are trusted beside those of the machine.
    pub(crate) fn new(
        server: Server,
        extra_roots: &[u8],
        timeout: Duration,
    ) -> Result<Self, Error> {
        let mut tls = TlsParameters::builder(server.host.clone());
        if !extra_roots.is_empty() {
            tls = tls.add_root_certificate(Certificate::from_pem(extra_roots)?);
        }
        Ok(Self { tls: tls.build_rustls()?, server, name: ClientId::default(), timeout })
    }

    /// Connects, makes it secret, and logs in.
    pub(crate) async fn open(&self) -> Result<AsyncSmtpConnection, DeliveryError> {
        let from_the_start = (self.server.tls == Tls::Implicit).then(|| self.tls.clone());
        let mut smtp = AsyncSmtpConnection::connect_tokio1(
            (self.server.host.as_str(), self.server.port),
            Some(self.timeout),
            &self.name,
            from_the_start,
            None,
        )
        .await
        .map_err(|error| self.refused(Stage::Opening, &error))?;
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

    /// What an error of that stage means.
    pub(crate) fn refused(&self, stage: Stage, error: &Error) -> DeliveryError {
        let login = self.server.login.as_ref();
        refusal::of(stage, error, login.map_or("", |login| login.password.expose_secret()))
    }
}
