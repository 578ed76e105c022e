//! A provider of short messages, that speaks as Twilio does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use crate::crew::Crew;
use crate::floor::body_of;

/// What is said of a message that is taken.
const TAKEN: &[u8] = b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n\
    content-length: 62\r\n\r\n{\"sid\":\"SM0123456789abcdef0123456789abcdef\",\"status\":\"queued\"}";
/// What is said of one that is to come again.
const LATER: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\n\
    content-length: 40\r\n\r\n{\"code\":20503,\"message\":\"not available\"}";
/// Two of so many fail for now: fewer than make Herald leave the provider alone.
const TURN: u64 = 5;

/// How a provider behaves.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Manner {
    /// how long it takes for an answer
    pub(crate) latency: Duration,
    /// how many it wants to be asked again, of the first
    pub(crate) failures: u64,
}

/// A provider that answers as long as this lives.
pub(crate) struct Provider {
    address: SocketAddr,
    told: Arc<Told>,
    accept: AbortHandle,
}

/// What it was asked, and how it answers.
struct Told {
    manner: Manner,
    asked: AtomicU64,
    taken: AtomicU64,
    failed: AtomicU64,
}

impl Provider {
    /// Starts one on the threads that make the load.
    pub(crate) async fn start(crew: &Crew, manner: Manner) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?.into_std()?;
        let address = listener.local_addr()?;
        let (asked, taken, failed) = Default::default();
        let told = Arc::new(Told { manner, asked, taken, failed });
        let accept = crew.spawn(0, accept(listener, told.clone())).abort_handle();
        Ok(Self { address, told, accept })
    }

    /// What makes a server send by it, so many messages at a time.
    pub(crate) fn settings(&self, concurrency: usize) -> [(&'static str, String); 5] {
        [
            ("HERALD_SMS_URL", format!("http://{}", self.address)),
            ("HERALD_SMS_ACCOUNT", "AC0123456789abcdef0123456789abcdef".to_owned()),
            ("HERALD_SMS_TOKEN", "no-secret".to_owned()),
            ("HERALD_SMS_FROM", "+4915100000000".to_owned()),
            ("HERALD_SMS_CONCURRENCY", concurrency.to_string()),
        ]
    }

    /// How many messages it has taken.
    pub(crate) fn taken(&self) -> u64 {
        self.told.taken.load(Ordering::Relaxed)
    }

    /// How many it did not take.
    pub(crate) fn failed(&self) -> u64 {
        self.told.failed.load(Ordering::Relaxed)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.accept.abort();
    }
}

async fn accept(listener: std::net::TcpListener, told: Arc<Told>) -> Result<()> {
    // of the thread that serves it
    let listener = TcpListener::from_std(listener)?;
    let mut connections = JoinSet::new();
    loop {
        let (io, _) = listener.accept().await?;
        io.set_nodelay(true)?;
        connections.spawn(serve(io, told.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(mut io: TcpStream, told: Arc<Told>) -> Result<()> {
    let mut read = Vec::with_capacity(4 * 1024);
    loop {
        read.clear();
        while body_of(&read).is_none() {
            if io.read_buf(&mut read).await? == 0 {
                return Ok(());
            }
        }
        if !told.manner.latency.is_zero() {
            tokio::time::sleep(told.manner.latency).await;
        }
        io.write_all(told.answer()).await?;
    }
}

impl Told {
    fn answer(&self) -> &'static [u8] {
        let nth = self.asked.fetch_add(1, Ordering::Relaxed);
        let fails = [0, 2].contains(&(nth % TURN)) && nth / TURN * 2 < self.manner.failures;
        let (count, answer) = if fails { (&self.failed, LATER) } else { (&self.taken, TAKEN) };
        count.fetch_add(1, Ordering::Relaxed);
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_as_long_as_they_say() {
        for answer in [TAKEN, LATER] {
            let text = std::str::from_utf8(answer).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            let length = head.rsplit_once("content-length: ").unwrap().1;
            assert_eq!(length.parse::<usize>().unwrap(), body.len());
        }
    }

    #[test]
    fn two_of_five_fail_until_there_were_enough() {
        let manner = Manner { latency: Duration::ZERO, failures: 4 };
        let (asked, taken, failed) = Default::default();
        let told = Told { manner, asked, taken, failed };
        let fails: Vec<_> = (0..15).map(|_| told.answer() == LATER).collect();
        assert_eq!(fails.iter().filter(|fails| **fails).count(), 4);
        assert!(fails[10..].iter().all(|fails| !fails));
    }
}
