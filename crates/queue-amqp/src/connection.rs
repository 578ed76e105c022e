use std::io;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::Stream;
use lapin::tcp::TLSConfig;
use lapin::uri::AMQPScheme;
use lapin::{AsyncTcpStream, Channel, ConnectionProperties, Event, runtime};
use socket2::SockRef;
use tokio::time::timeout;

use crate::Address;

/// How long connecting may take, with TLS and logging in.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the kernel tries to bring sent bytes to a peer that does not answer.
const UNANSWERED: Duration = Duration::from_secs(20);

/// What ended a session, for logs.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Ended {
    /// the connection or a channel broke, or the broker refused
    #[error(transparent)]
    Broken(#[from] lapin::Error),
    /// something did not come in time
    #[error("broker does not answer")]
    Silent,
    /// the broker ended a consumer: its queue is gone
    #[error("queue is gone")]
    Cancelled,
    /// the broker had no queue for a job
    #[error("job was returned: no queue takes it")]
    Returned,
    /// somebody here wanted it
    #[error("stopped")]
    Stopped,
}

/// Where to connect to, and as what.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) address: Address,
    /// shown to whoever administers the broker
    pub(crate) name: String,
}

/// A connection to the broker, which is cut when this is dropped.
pub(crate) struct Connection {
    connection: lapin::Connection,
    _plug: Plug,
}

impl Connection {
    /// Connects and logs in.
    pub(crate) async fn open(Peer { address, name }: &Peer) -> Result<Self, Ended> {
        let plug = Plug::default();
        let socket = plug.0.clone();
        let properties = ConnectionProperties::default().with_connection_name(name.as_str().into());
        let connecting = lapin::Connection::connector(
            address.uri().clone(),
            runtime::default_runtime()?,
            async move |uri, runtime| {
                let (host, port) = (uri.authority.host.as_str(), uri.authority.port);
                let mut stream = Err(io::Error::other("host has no address"));
                for address in tokio::net::lookup_host((host, port)).await? {
                    stream = AsyncTcpStream::connect(&runtime, address).await;
                    if stream.is_ok() {
                        break;
                    }
                }
                let stream = stream?;
                if let AsyncTcpStream::Plain(plain) = &stream {
                    hold(&socket, plain.get_ref())?;
                }
                match uri.scheme {
                    AMQPScheme::AMQP => Ok(stream),
                    AMQPScheme::AMQPS => Ok(stream.into_tls(host, TLSConfig::default()).await?),
                }
            },
            properties,
        );
        // the library waits for ever for a broker that accepts a connection and says nothing
        let connection = timeout(PATIENCE, connecting).await.map_err(|_| Ended::Silent)??;
        Ok(Self { connection, _plug: plug })
    }

    /// Opens a channel.
    pub(crate) async fn channel(&self) -> Result<Channel, Ended> {
        let channel = timeout(PATIENCE, self.connection.create_channel()).await;
        Ok(channel.map_err(|_| Ended::Silent)??)
    }

    /// What happens to the connection as a whole.
    pub(crate) fn events(&self) -> impl Stream<Item = Event> + Send {
        self.connection.events_listener()
    }

    /// Ends it in good order.
    pub(crate) async fn close(&self) {
        // whatever is the matter: it is cut then
        let _ = timeout(PATIENCE, self.connection.close(200, "done".into())).await;
    }
}

/// Holds a socket by a second handle, and shuts it down when dropped.
///
/// The library reads and writes on a thread of its own, which ends when the connection is closed; but
/// to close it, it must write, and it writes nothing while the broker blocks the connection, or does
/// not read. Without this, each attempt that got stuck would leave a thread and a socket behind.
#[derive(Default)]
struct Plug(Arc<Mutex<Socket>>);

#[derive(Default)]
enum Socket {
    #[default]
    None,
    Held(TcpStream),
    /// nobody wants it any more
    Cut,
}

fn hold(plug: &Mutex<Socket>, socket: &tokio::net::TcpStream) -> io::Result<()> {
    SockRef::from(socket).set_tcp_user_timeout(Some(UNANSWERED))?;
    let second = TcpStream::from(socket.as_fd().try_clone_to_owned()?);
    let mut plug = plug.lock().unwrap_or_else(PoisonError::into_inner);
    if let Socket::Cut = *plug {
        return Err(io::ErrorKind::ConnectionAborted.into());
    }
    *plug = Socket::Held(second);
    Ok(())
}

impl Drop for Plug {
    fn drop(&mut self) {
        let mut socket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Socket::Held(socket) = std::mem::replace(&mut *socket, Socket::Cut) {
            // it may be gone already
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}
