use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::load::Load;
use super::{Cluster, Worker, duration};
use crate::broker::{Broker, on_each_broker};
use crate::support::Rng;

on_each_broker!(nothing_is_lost_while_processes_are_killed);

/// A random process is killed every second.
async fn nothing_is_lost_while_processes_are_killed(broker: Broker) {
    let test = "nothing_is_lost_while_processes_are_killed";
    let builder = broker.server(&broker.address());
    let Some(mut cluster) = Cluster::start(test, builder).await else { return };
    let mut rng = Rng::new();
    let load = Load::start(&cluster, &mut rng).await;
    let end = Instant::now() + duration();
    let mut kills = 0;
    while Instant::now() < end {
        sleep(Duration::from_secs(1)).await;
        let victim = rng.below(cluster.servers.len() + cluster.workers.len());
        if let Some(nth) = victim.checked_sub(cluster.servers.len()) {
            cluster.workers[nth] = Worker::start(&cluster.builder);
        } else {
            cluster.servers[victim].kill();
            cluster.replace(victim).await;
        }
        kills += 1;
    }
    load.finish(&cluster, &format!("{kills} kills")).await;
}
