use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

/// Stands between a node and the broker, and does to the connection what networks do.
pub struct Proxy {
    address: SocketAddr,
    way: watch::Sender<Way>,
    words: broadcast::Sender<Vec<u8>>,
    accepting: JoinHandle<()>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// everything passes
    Open,
    /// connections stand, and nothing passes
    Stalled,
    /// connections break, and new ones, too
    Cut,
}

impl Proxy {
    /// To that address.
    pub async fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let way = watch::Sender::new(Way::Open);
        let words = broadcast::Sender::new(16);
        let accepting =
            tokio::spawn(accept(listener, target.to_owned(), way.clone(), words.clone()));
        Self { address, way, words, accepting }
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Breaks every connection, and lets no new one be made.
    pub fn cut(&self) {
        self.way.send_replace(Way::Cut);
    }

    /// Lets nothing pass, without breaking a connection.
    pub fn stall(&self) {
        self.way.send_replace(Way::Stalled);
    }

    /// Lets everything pass again.
    pub fn restore(&self) {
        self.way.send_replace(Way::Open);
    }

    /// Says something in the name of the broker, on every connection that there is.
    pub fn say(&self, words: &[u8]) {
        self.words.send(words.to_owned()).unwrap();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
        self.accepting.abort();
    }
}

async fn accept(
    listener: TcpListener,
    target: String,
    way: watch::Sender<Way>,
    words: broadcast::Sender<Vec<u8>>,
) {
    while let Ok((client, _)) = listener.accept().await {
        if *way.borrow() == Way::Cut {
            continue;
        }
        let (target, way, words) = (target.clone(), way.subscribe(), words.subscribe());
        tokio::spawn(async move {
            if let Ok(server) = TcpStream::connect(target).await {
                pass(client, server, way, words).await;
            }
        });
    }
}

async fn pass(
    mut client: TcpStream,
    mut server: TcpStream,
    mut way: watch::Receiver<Way>,
    mut words: broadcast::Receiver<Vec<u8>>,
) {
    // what makes the times of a live bus visible should not be the test
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (mut from_client, mut from_server) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        let open = match *way.borrow_and_update() {
            Way::Open => true,
            Way::Stalled => false,
            Way::Cut => return,
        };
        let passed = tokio::select! {
            changed = way.changed() => changed.map_err(std::io::Error::other),
            read = client.read(&mut from_client), if open => match read {
                Ok(0) | Err(_) => return,
                Ok(bytes) => server.write_all(&from_client[..bytes]).await,
            },
            read = server.read(&mut from_server), if open => match read {
                Ok(0) | Err(_) => return,
                Ok(bytes) => client.write_all(&from_server[..bytes]).await,
            },
            Ok(words) = words.recv() => client.write_all(&words).await,
        };
        if passed.is_err() {
            return;
        }
    }
}
