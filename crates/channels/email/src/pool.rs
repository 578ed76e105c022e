use std::sync::Mutex;
use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Rset;
use tokio::time::{Instant, timeout};

/// How many connections are kept while nothing is sent.
const KEPT: usize = 8;
/// How long; servers close them after some minutes (RFC 5321 section 4.5.3.2.7).
const IDLE: Duration = Duration::from_secs(60);
/// How many messages go over one: servers end those that go on forever, in the midst of a message.
const MESSAGES: u32 = 100;
/// How long a connection may take to say that it is still good.
const PATIENCE: Duration = Duration::from_secs(2);

/// A connection, and how many messages it has had.
pub(crate) struct Connection {
    pub(crate) smtp: AsyncSmtpConnection,
    messages: u32,
}

/// Connections that are between two messages. Whoever has taken one has it alone, and puts it back when the
/// server has answered; a future that is dropped before takes it along.
#[derive(Default)]
pub(crate) struct Pool(Mutex<Vec<(Instant, Connection)>>);

impl Connection {
    pub(crate) fn new(smtp: AsyncSmtpConnection) -> Self {
        Self { smtp, messages: 0 }
    }
}

impl Pool {
    /// One that is good, if there is any.
    pub(crate) async fn take(&self) -> Option<Connection> {
        let mut connection = self.newest()?;
        // whatever the last message has left behind ends
        match timeout(PATIENCE, connection.smtp.command(Rset)).await {
            Ok(Ok(_)) => Some(connection),
            _ => {
                // whatever ended this one, a restart or a lost route, is likely to have ended all
                self.parked().clear();
                None
            }
        }
    }

    /// Keeps one for the next message.
    pub(crate) fn put(&self, mut connection: Connection) {
        connection.messages += 1;
        if connection.messages < MESSAGES {
            let mut parked = self.parked();
            parked.push((Instant::now(), connection));
            if parked.len() > KEPT {
                parked.remove(0);
            }
        }
    }

    fn newest(&self) -> Option<Connection> {
        let mut parked = self.parked();
        parked.retain(|(since, _)| since.elapsed() < IDLE);
        parked.pop().map(|(_, connection)| connection)
    }

    fn parked(&self) -> std::sync::MutexGuard<'_, Vec<(Instant, Connection)>> {
        // what is in it stands for itself
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
