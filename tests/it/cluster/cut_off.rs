use herald_contract::broker::Proxy;
use tokio::time::sleep;

use super::load::Load;
use super::{Cluster, duration};
use crate::broker::{Broker, is_degraded, on_each_broker};
use crate::support::{Builder, Rng};

on_each_broker!(a_server_that_the_broker_cannot_reach_serves_on);

async fn a_server_that_the_broker_cannot_reach_serves_on(broker: Broker) {
    let test = "a_server_that_the_broker_cannot_reach_serves_on";
    let proxy = Proxy::to(&broker.address()).await;
    let url = broker.url(&proxy.address());
    let odd = |builder: Builder| builder.set("HERALD_QUEUE_URL", &url);
    let builder = broker.server(&broker.address());
    let Some(cluster) = Cluster::with_odd_one(test, builder, odd).await else { return };
    let load = Load::start(&cluster, &mut Rng::new()).await;
    for _ in 0..2 {
        sleep(duration() / 4).await;
        proxy.cut();
        is_degraded(&cluster.servers[0]).await;
        sleep(duration() / 4).await;
        proxy.restore();
    }
    let ledger = load.finish(&cluster, "cut off twice").await;
    assert_eq!((ledger.broken, ledger.refused), (0, 0));
}
