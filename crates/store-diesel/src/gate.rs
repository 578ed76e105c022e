//! Whether the server can be reached: known at once, and not after everybody has waited in vain.
//!
//! A thread keeps a connection of its own and asks again and again. While nobody answers it, whoever
//! comes is refused at once, and whoever waits already is let go; it goes on trying, and opens the gate
//! again.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use herald_ports::StoreError;
use tokio::sync::{oneshot, watch};
use tokio::time::{sleep, timeout};
use tokio_postgres::Client;

use crate::config::OpenError;
use crate::postgres::{NO_ANSWER, Server};

/// How often the server is asked.
const EVERY: Duration = Duration::from_millis(200);
/// How long its answer takes at most; with [`EVERY`], less than a second until it is missed.
const LONGEST: Duration = Duration::from_millis(600);

/// Open as long as the server answers.
pub(crate) struct Gate {
    open: watch::Receiver<bool>,
    /// dropped to end the thread
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Gate {
    /// Watches a server, which answers now.
    pub(crate) fn watch(server: Arc<Server>) -> Result<Self, OpenError> {
        let open = server.answers.subscribe();
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread =
            std::thread::Builder::new().name("herald-gate".to_owned()).spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        // also once it is dropped
                        _ = stopped => {}
                        () = keep(&server) => {}
                    }
                });
            })?;
        Ok(Self { open, stop: Some(stop), thread: Some(thread) })
    }

    /// Waits for what somebody does with the server, unless it cannot be reached. Nothing is begun while
    /// that is known.
    pub(crate) async fn pass<T>(
        &self,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let mut open = self.open.clone();
        tokio::select! {
            biased;
            _ = open.wait_for(|open| !open) => Err(StoreError::Unavailable(NO_ANSWER.to_owned())),
            done = work => done,
        }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("gate panicked");
        }
    }
}

/// Asks the server for ever.
async fn keep(server: &Server) {
    loop {
        let why = match timeout(LONGEST, server.connect_alone()).await {
            Ok(Ok((client, connection))) => {
                if !server.answers.send_replace(true) {
                    tracing::info!("the database answers again");
                }
                tokio::select! {
                    // it may be this connection only: the next attempt tells
                    _ = connection => continue,
                    why = ask(&client) => why,
                }
            }
            Ok(Err(why)) => why,
            Err(_) => "no answer in time".to_owned(),
        };
        if server.answers.send_replace(false) {
            tracing::warn!(why, "{NO_ANSWER}");
        }
        sleep(EVERY / 2).await;
    }
}

/// Asks again and again, until there is no answer; answers why.
async fn ask(client: &Client) -> String {
    loop {
        sleep(EVERY).await;
        match timeout(LONGEST, client.simple_query("")).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return error.to_string(),
            Err(_) => return "no answer in time".to_owned(),
        }
    }
}
