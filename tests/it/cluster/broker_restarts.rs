use tokio::time::{Instant, sleep};

use super::load::Load;
use super::{Cluster, duration};
use crate::broker::{Broker, on_each_broker};
use crate::support::{PrivateBroker, Rng, skip};

on_each_broker!(nobody_notices_that_the_broker_restarts);

/// At most: RabbitMQ takes seconds to start.
const RESTARTS: u32 = 5;

/// It is killed, and started anew on what it has kept, as often as there is time for.
async fn nobody_notices_that_the_broker_restarts(broker: Broker) {
    let test = "nobody_notices_that_the_broker_restarts";
    let Some(mut private) = PrivateBroker::start(broker.kind).await else {
        return skip(test, "the broker is not installed");
    };
    let builder = broker.server(&private.address());
    let Some(cluster) = Cluster::start(test, builder).await else { return };
    let load = Load::start(&cluster, &mut Rng::new()).await;
    let end = Instant::now() + duration();
    let mut restarts = 0;
    while restarts == 0 || (restarts < RESTARTS && Instant::now() < end) {
        sleep(duration() / RESTARTS / 2).await;
        private.restart().await;
        restarts += 1;
    }
    let ledger = load.finish(&cluster, &format!("{restarts} restarts of the broker")).await;
    assert_eq!((ledger.broken, ledger.refused), (0, 0));
}
