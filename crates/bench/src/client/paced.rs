use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::{Http, Source};
use crate::clock::now;
use crate::crew::Crew;
use crate::ledger::Ledger;

/// An open loop: a request is sent when it is due, no matter what became of those before. It counts
/// as sent when it was due, so that a server that stalls has to answer for all who would have come
/// meanwhile.
pub(crate) struct Paced {
    /// where to
    pub(crate) address: SocketAddr,
    /// over how many connections, in turn
    pub(crate) connections: usize,
    /// how many requests
    pub(crate) count: usize,
    /// the time between two of them
    pub(crate) interval: Duration,
    /// where to note when each was due
    pub(crate) ledger: Arc<Ledger>,
}

impl Paced {
    /// Sends everything from a thread of its own, and waits for every answer.
    pub(crate) async fn run(self, crew: &Crew, mut source: impl Source) -> Result<()> {
        ensure!(self.count.is_multiple_of(self.connections), "every connection has the same share");
        let mut writers = Vec::with_capacity(self.connections);
        let mut readers = Vec::with_capacity(self.connections);
        let share = self.count / self.connections;
        for nth in 0..self.connections {
            let writer = TcpStream::connect(self.address)?;
            writer.set_nodelay(true)?;
            writer.set_nonblocking(true)?;
            let reader = writer.try_clone()?;
            writers.push(writer);
            readers.push(crew.spawn(nth, async move {
                let mut http = Http::of(tokio::net::TcpStream::from_std(reader)?);
                for _ in 0..share {
                    http.answer(201).await?;
                }
                Ok::<_, anyhow::Error>(())
            }));
        }
        let pacer = thread::Builder::new().name("pacer".to_owned()).spawn(move || {
            let begun = now();
            for number in 0..self.count {
                let due = begun + self.interval.saturating_mul(u32::try_from(number)?);
                thread::sleep(due.saturating_duration_since(now()));
                self.ledger.sent(number, due);
                writers[number % self.connections].write_all(source.request(number as u64))?;
            }
            // not dropped before every answer is read
            Ok::<_, anyhow::Error>(writers)
        })?;
        for reader in readers {
            reader.await??;
        }
        pacer.join().map_err(|_| anyhow::anyhow!("the pacer panicked"))??;
        Ok(())
    }
}
