use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::sync::Mutex;
use tokio::task::AbortHandle;

use super::socket::Socket;
use crate::clock::now;
use crate::crew::Crew;
use crate::subject::Subject;

/// What is done with a message: the number of the socket, and the text.
pub(crate) type OnText = Arc<dyn Fn(usize, &[u8]) + Send + Sync>;

/// How many sockets are being connected at once.
const CONNECTING: usize = 32;

/// Many open sockets; dropping this closes them.
pub(crate) struct Sockets {
    listening: Arc<Mutex<Vec<AbortHandle>>>,
    lost: Arc<AtomicUsize>,
    on_text: OnText,
}

impl Sockets {
    /// None yet.
    pub(crate) fn new(on_text: OnText) -> Self {
        Self { listening: Arc::default(), lost: Arc::default(), on_text }
    }

    /// Opens sockets, one for each token, and answers how long that took until the last was greeted.
    pub(crate) async fn open(
        &self,
        crew: &Crew,
        subject: &Subject,
        tokens: &Arc<[String]>,
    ) -> Result<Duration> {
        let next = Arc::new(AtomicUsize::new(0));
        let opened = self.listening.lock().await.len();
        let begun = now();
        let tasks: Vec<_> = (0..CONNECTING)
            .map(|nth| {
                let subject = subject.clone();
                let (next, tokens) = (next.clone(), tokens.clone());
                let (listening, lost) = (self.listening.clone(), self.lost.clone());
                let on_text = self.on_text.clone();
                crew.spawn(nth, async move {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(token) = tokens.get(index) else { return Ok(()) };
                        let number = opened + index;
                        let socket = Socket::open(number, &subject, token).await?;
                        let (lost, on_text) = (lost.clone(), on_text.clone());
                        let task = tokio::spawn(async move {
                            // it ends by itself only if the server ends it
                            let _ended = socket.listen(|text| on_text(number, text)).await;
                            lost.fetch_add(1, Ordering::Relaxed);
                        });
                        listening.lock().await.push(task.abort_handle());
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await?.map_err(|error: anyhow::Error| error)?;
        }
        Ok(begun.elapsed())
    }

    /// Fails if the server let any of them go.
    pub(crate) fn check(&self) -> Result<()> {
        let lost = self.lost.load(Ordering::Relaxed);
        ensure!(lost == 0, "the server closed {lost} sockets");
        Ok(())
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        if let Ok(listening) = self.listening.try_lock() {
            listening.iter().for_each(AbortHandle::abort);
        }
    }
}

/// The number of a message, if it has one.
pub(crate) fn number_of(text: &[u8]) -> Option<usize> {
    let at = memchr::memchr(b'#', text)?;
    std::str::from_utf8(text.get(at + 1..at + 11)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_its_number() {
        assert_eq!(number_of(br#"{"message":"main is green #0000000042"}"#), Some(42));
        assert_eq!(number_of(br#"{"type":"hello"}"#), None);
    }
}
