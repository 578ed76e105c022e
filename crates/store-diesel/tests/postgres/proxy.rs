use std::sync::{Arc, Mutex};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Stands between a store and its server, and can be cut or stall.
pub(crate) struct Proxy {
    port: u16,
    server: String,
    /// whether bytes pass
    passes: Arc<watch::Sender<bool>>,
    /// none while it is cut
    listening: Mutex<Option<JoinHandle<()>>>,
}

impl Proxy {
    pub(crate) async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let proxy = Self {
            port,
            server,
            passes: Arc::new(watch::Sender::new(true)),
            listening: Mutex::default(),
        };
        proxy.listen(listener);
        proxy
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Ends every connection, and refuses others.
    pub(crate) async fn cut(&self) {
        let listening = self.listening.lock().unwrap().take();
        if let Some(listening) = listening {
            listening.abort();
            // once it has ended, the address is free
            let _ = listening.await;
        }
    }

    /// Takes connections again.
    pub(crate) async fn restore(&self) {
        self.passes.send_replace(true);
        self.cut().await;
        self.listen(TcpListener::bind(("127.0.0.1", self.port)).await.unwrap());
    }

    /// Keeps every connection, and passes nothing on.
    pub(crate) fn stall(&self) {
        self.passes.send_replace(false);
    }

    fn listen(&self, listener: TcpListener) {
        let (server, passes) = (self.server.clone(), self.passes.clone());
        let listening = tokio::spawn(async move {
            // those that are dropped with the set end
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.unwrap();
                connections.spawn(pass(client, server.clone(), passes.subscribe()));
            }
        });
        *self.listening.lock().unwrap() = Some(listening);
    }
}

async fn pass(mut client: TcpStream, server: String, mut passes: watch::Receiver<bool>) {
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    loop {
        if passes.wait_for(|passes| *passes).await.is_err() {
            return;
        }
        tokio::select! {
            _ = copy_bidirectional(&mut client, &mut server) => return,
            _ = passes.wait_for(|passes| !passes) => {}
        }
    }
}
