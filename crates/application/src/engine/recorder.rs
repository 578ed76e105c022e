use std::sync::Arc;
use std::time::Duration;

use herald_ports::{Clock, DeliveryStore, Record};
use tokio::sync::mpsc;
use tokio::time::sleep;

/// Records what became of deliveries, those of one moment together.
pub(super) struct Recorder {
    deliveries: Arc<dyn DeliveryStore>,
    clock: Arc<dyn Clock>,
}

/// How many records wait at most; whoever has more waits for the store.
const WAITING: usize = 1_024;
/// How many are written together.
const TOGETHER: usize = 256;
/// How long it waits before it tries once more.
const PAUSE: Duration = Duration::from_millis(200);

impl Recorder {
    /// One that writes until all senders are gone, and these have all been written.
    pub(super) fn start(
        deliveries: Arc<dyn DeliveryStore>,
        clock: Arc<dyn Clock>,
    ) -> (mpsc::Sender<Record>, impl Future<Output = ()>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (sender, Self { deliveries, clock }.run(receiver))
    }

    async fn run(self, mut receiver: mpsc::Receiver<Record>) {
        let mut records = Vec::new();
        while receiver.recv_many(&mut records, TOGETHER).await > 0 {
            self.write(std::mem::take(&mut records)).await;
        }
    }

    /// Writes until it is written: what was sent and not recorded is sent again by somebody else.
    async fn write(&self, records: Vec<Record>) {
        while let Err(error) = self.deliveries.record(records.clone(), self.clock.now()).await {
            tracing::warn!(%error, count = records.len(), "cannot record deliveries");
            sleep(PAUSE).await;
        }
    }
}
