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

#[derive(Debug, Clone, Copy, Default)]
struct Way {
    /// connections stand, and nothing passes
    stalled: bool,
    /// no new connection can be made
    closed: bool,
    /// how often connections were broken: none outlives a cut, however short
    cuts: u64,
}

impl Proxy {
    /// To that address.
    pub async fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let way = watch::Sender::new(Way::default());
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
        self.way.send_modify(|way| *way = Way { stalled: false, closed: true, cuts: way.cuts + 1 });
    }

    /// Lets nothing pass, without breaking a connection.
    pub fn stall(&self) {
        self.way.send_modify(|way| way.stalled = true);
    }

    /// Lets everything pass again.
    pub fn restore(&self) {
        self.way.send_modify(|way| *way = Way { cuts: way.cuts, ..Way::default() });
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
        if way.borrow().closed {
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
    let cuts = way.borrow_and_update().cuts;
    loop {
        let now = *way.borrow_and_update();
        if now.cuts != cuts {
            return;
        }
        let open = !now.stalled;
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
