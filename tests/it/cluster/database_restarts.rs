use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::load::Load;
use super::{Cluster, duration};
use crate::broker::{Broker, Kind, on};
use crate::support::Rng;

const TEST: &str = "nothing_is_lost_while_the_database_restarts";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_while_the_database_restarts() {
    on(Kind::RabbitMq, TEST, restart).await;
}

/// Told to, or by a crash. The processes stay.
async fn restart(broker: Broker) {
    let builder = broker.server(&broker.address());
    let Some(mut cluster) = Cluster::start(TEST, builder).await else { return };
    let load = Load::start(&cluster, &mut Rng::new()).await;
    let end = Instant::now() + duration();
    let mut restarts = 0;
    while Instant::now() < end {
        sleep(Duration::from_secs(1)).await;
        match restarts % 2 {
            0 => cluster.database.stop(),
            _ => cluster.database.crash(),
        }
        cluster.database.start_again().await;
        restarts += 1;
    }
    let ledger = load.finish(&cluster, &format!("{restarts} restarts of the database")).await;
    assert_eq!(ledger.broken, 0, "everybody is answered");
    assert_ne!(ledger.refused, 0, "the database was away");
}
