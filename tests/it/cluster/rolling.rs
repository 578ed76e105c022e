use tokio::time::Instant;

use super::load::Load;
use super::{Cluster, Worker, duration};
use crate::broker::{Broker, Kind, on};
use crate::support::{Rng, eventually};

const TEST: &str = "nobody_notices_a_rolling_restart";

#[tokio::test(flavor = "multi_thread")]
async fn nobody_notices_a_rolling_restart() {
    on(Kind::RabbitMq, TEST, restart).await;
}

/// One process after the other, behind a load balancer that asks `/readyz`.
async fn restart(broker: Broker) {
    let builder = broker.server(&broker.address()).set("HERALD_SHUTDOWN_DELAY", "1");
    let Some(mut cluster) = Cluster::start(TEST, builder).await else { return };
    let load = Load::start(&cluster, &mut Rng::new()).await;
    let end = Instant::now() + duration();
    let mut rounds = 0;
    while rounds == 0 || Instant::now() < end {
        for nth in 0..cluster.servers.len() {
            let server = &mut cluster.servers[nth];
            server.signal("-TERM");
            eventually("it says so", async || {
                server.anonymous().get("/readyz").await.status == 503
            })
            .await;
            cluster.balancer.lock().unwrap().retain(|address| *address != server.address);
            assert!(server.wait().await.success());
            cluster.replace(nth).await;
        }
        for worker in &mut cluster.workers {
            worker.stop();
            *worker = Worker::start(&cluster.builder);
        }
        rounds += 1;
    }
    let ledger = load.finish(&cluster, &format!("{rounds} rolling restarts")).await;
    assert_eq!((ledger.broken, ledger.refused), (0, 0));
}
