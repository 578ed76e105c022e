use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event, RequestErrorKind};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::Address;

/// How long connecting may take, with TLS and logging in.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often the other side is asked whether it is there; after the third question without answer it
/// is not.
const PING: Duration = Duration::from_secs(5);
/// How many frames may wait for this node before they are dropped: it finds the hole.
const UNREAD: usize = 10_000;

/// What ended a session, for logs.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Ended {
    /// the connection broke, or the broker refused
    #[error("{0}")]
    Broken(String),
    /// something did not come in time
    #[error("broker does not answer")]
    Silent,
    /// somebody here wanted it
    #[error("stopped")]
    Stopped,
}

impl Ended {
    /// For any error of the library: there are as many kinds as there are calls.
    pub(crate) fn of(error: impl std::fmt::Display) -> Self {
        Self::Broken(error.to_string())
    }
}

/// Where to connect to, and as what.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) address: Address,
    /// shown to whoever administers the broker
    pub(crate) name: String,
}

/// A connection to the broker; it ends when this and all copies of the client are dropped.
pub(crate) struct Connection {
    pub(crate) client: Client,
    broken: mpsc::Receiver<Ended>,
}

impl Connection {
    /// Connects and logs in.
    pub(crate) async fn open(peer: &Peer) -> Result<Self, Ended> {
        let (tell, broken) = mpsc::channel(1);
        let options = ConnectOptions::new()
            .name(&peer.name)
            // what this node says it need not hear
            .no_echo()
            .ping_interval(PING)
            .subscription_capacity(UNREAD)
            .connection_timeout(PATIENCE)
            .request_timeout(Some(PATIENCE))
            // The library would come back by itself; but then nobody knows what was lost meanwhile, and
            // what was published would wait in memory. An attempt that it makes on its way out does no
            // harm: nobody holds the client any more.
            .max_reconnects(1)
            .event_callback(move |event| {
                let tell = tell.clone();
                async move {
                    let ended = match event {
                        Event::Disconnected | Event::Closed => Ended::of("connection is lost"),
                        // the server is about to go, and lets its clients leave before
                        Event::LameDuckMode => Ended::of("broker is shutting down"),
                        Event::ServerError(error) => Ended::of(error),
                        _ => return,
                    };
                    // the first one is enough
                    let _ = tell.try_send(ended);
                }
            });
        let connected = timeout(PATIENCE, options.connect(peer.address.servers())).await;
        let client = connected.map_err(|_| Ended::Silent)?.map_err(Ended::of)?;
        Ok(Self { client, broken })
    }

    /// Waits until the server has read all that was sent: it reads in order. Flushing alone only hands it to
    /// the kernel, which forgets it when the connection is closed before.
    pub(crate) async fn round_trip(client: &Client) -> Result<(), Ended> {
        // nobody hears what is sent to a new inbox, and the server says so
        match client.request(client.new_inbox(), "".into()).await {
            Err(error) if error.kind() != RequestErrorKind::NoResponders => Err(Ended::of(error)),
            _ => Ok(()),
        }
    }

    /// Waits until the connection is of no use any more.
    pub(crate) async fn broken(&mut self) -> Ended {
        self.broken.recv().await.unwrap_or(Ended::Silent)
    }
}
