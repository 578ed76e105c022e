use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use herald_domain::{Address, Channel};
use herald_outbound::one_line;
use herald_ports::{DeliveryChannel, DeliveryError, Outgoing, Taken};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use tokio::time::timeout;

use crate::connection::Connector;
use crate::letter::Letter;
use crate::pool::{Connection, Pool};
use crate::refusal::Stage;
use crate::{Sender, Server};

const LATE: &str = "no answer in time";

/// How mail goes out.
#[derive(Debug, Clone)]
pub struct Settings {
    /// who takes it
    pub server: Server,
    /// whom it comes from
    pub from: Sender,
    /// certificates in PEM of authorities that are trusted beside those of the machine
    pub extra_roots: Vec<u8>,
    /// how long the server may take for each step: opening a connection, and each of its answers
    pub timeout: Duration,
}

/// The extra certificates are none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("extra root certificates: {0}")]
pub struct NotTrusted(String);

/// Sends mail by one server.
///
/// What a refusal is about depends on what was refused: only the recipient's address is ever
/// [`DeliveryError::EndpointGone`], and whatever is refused before it is
/// [`DeliveryError::Misconfigured`].
pub struct EmailChannel {
    from: Sender,
    connector: Connector,
    pool: Pool,
    timeout: Duration,
}

impl Settings {
    /// Those with 15 seconds for each step, and no authority but those of the machine.
    pub fn new(server: Server, from: Sender) -> Self {
        Self { server, from, extra_roots: Vec::new(), timeout: Duration::from_secs(15) }
    }
}

impl EmailChannel {
    /// Opens no connection yet.
    pub fn new(settings: Settings) -> Result<Self, NotTrusted> {
        let Settings { server, from, extra_roots, timeout } = settings;
        let connector = Connector::new(server, &extra_roots)
            .map_err(|error| NotTrusted(one_line(&error.to_string(), &[])))?;
        Ok(Self { from, connector, pool: Pool::default(), timeout })
    }

    async fn connection(&self) -> Result<Connection, DeliveryError> {
        match self.pool.take().await {
            Some(connection) => Ok(connection),
            None => match timeout(self.timeout, self.connector.open()).await {
                Ok(opened) => opened.map(Connection::new),
                Err(_) => Err(Refused::lost(LATE).error),
            },
        }
    }

    /// Hands the letter over.
    async fn hand_over(
        &self,
        smtp: &mut AsyncSmtpConnection,
        letter: &Letter,
    ) -> Result<Response, Refused> {
        let mut parameters = Vec::new();
        if !AsRef::<str>::as_ref(&letter.to).is_ascii() {
            if !smtp.server_info().supports_feature(Extension::SmtpUtfEight) {
                let detail = "server takes no address that is not ASCII".to_owned();
                return Err(Refused { error: DeliveryError::Permanent { detail }, goes_on: true });
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let mail = Mail::new(Some(self.from.0.email.clone()), parameters);
        let done = Severity::PositiveCompletion;
        self.answer(Stage::Sender, done, smtp.command(mail)).await?;
        let rcpt = Rcpt::new(letter.to.clone(), Vec::new());
        self.answer(Stage::Recipient, done, smtp.command(rcpt)).await?;
        self.answer(Stage::Content, Severity::PositiveIntermediate, smtp.command(Data)).await?;
        self.answer(Stage::Content, done, smtp.message(&letter.text)).await
    }

    async fn answer(
        &self,
        stage: Stage,
        expected: Severity,
        asked: impl Future<Output = Result<Response, Error>>,
    ) -> Result<Response, Refused> {
        match timeout(self.timeout, asked).await {
            Ok(Ok(answer)) if answer.code().severity == expected => Ok(answer),
            // an answer to something else; whatever comes next would be taken for the wrong thing, too
            Ok(Ok(answer)) => Err(Refused::lost(&format!("unexpected answer {}", answer.code()))),
            Ok(Err(error)) => Err(Refused {
                error: self.connector.refused(stage, &error),
                // 421 says goodbye (RFC 5321 section 3.8)
                goes_on: error.status().is_some_and(|code| u16::from(code) != 421),
            }),
            Err(_) => Err(Refused::lost(LATE)),
        }
    }
}

/// Why a letter was not taken.
struct Refused {
    error: DeliveryError,
    /// whether the connection is good for another
    goes_on: bool,
}

impl Refused {
    /// Nobody knows where the connection stands.
    fn lost(detail: &str) -> Self {
        let error = DeliveryError::Transient { detail: detail.to_owned(), retry_after: None };
        Self { error, goes_on: false }
    }
}

#[async_trait]
impl DeliveryChannel for EmailChannel {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    async fn deliver(&self, message: &Outgoing) -> Result<Taken, DeliveryError> {
        let Address::Email(to) = &message.to else {
            return Err(DeliveryError::Permanent { detail: "not an address of mail".to_owned() });
        };
        let letter = Letter::write(message, to, &self.from)?;
        let mut connection = self.connection().await?;
        match self.hand_over(&mut connection.smtp, &letter).await {
            Ok(response) => {
                self.pool.put(connection);
                let words = response.message().collect::<Vec<_>>().join(" ");
                Ok(Taken { reference: Some(one_line(&words, &[])) })
            }
            Err(Refused { error, goes_on }) => {
                if goes_on {
                    self.pool.put(connection);
                }
                Err(error)
            }
        }
    }
}

impl fmt::Debug for EmailChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmailChannel").field("from", &self.from).finish_non_exhaustive()
    }
}
