//! [`DeadJobs`](herald_ports::DeadJobs): what fails again and again is out of the way, and can be
//! looked at.

use std::collections::BTreeSet;
use std::time::Duration;

use herald_broker::{Broker, Settings};
use herald_ports::{DeadJob, JobQueue};

use super::installation::connected;
use super::{Installation, assert_is_silent, eventually, job, number, receive};

/// Nothing has died yet.
pub async fn at_first_there_is_none(installation: &Installation) {
    let node = installation.node().await;
    let dead = node.dead_jobs.list(10).await.unwrap();
    assert_eq!((dead.jobs.len(), dead.total), (0, 0));
    assert!(!node.dead_jobs.remove("1").await.unwrap());
    assert!(!node.dead_jobs.redrive("1").await.unwrap());
}

/// What nobody understands is dead at once, says why, and is in nobody's way.
pub async fn what_is_not_understood_is_dead(installation: &Installation) {
    let node = installation.node().await;
    let long = "x".repeat(100_000);
    let poison = [&b"\xff not a job"[..], br#"{"v":2,"job":"later"}"#, long.as_bytes()];
    for message in poison {
        installation.broker.put_job(&installation.settings, message).await;
    }
    node.queue.publish(job(1)).await.unwrap();
    let neighbour = receive(&*node.queue).await;
    assert_eq!(number(neighbour.job()), 1);
    neighbour.ack().await;

    let dead = dead(&node, 3).await;
    let payloads: BTreeSet<_> = dead.iter().map(|job| job.payload.as_str()).collect();
    let excerpts =
        ["\u{fffd} not a job", r#"{"v":2,"job":"later"}"#, &long[..DeadJob::MAX_PAYLOAD]];
    assert_eq!(payloads, BTreeSet::from(excerpts));
    for job in &dead {
        assert_eq!(job.reason, "not understood by the worker");
        assert!(job.queue.ends_with("fan_out"), "{job:?}");
        assert!(job.died_at.is_some(), "{job:?}");
    }
    assert_is_silent(&*node.queue).await;
}

/// A job that no worker gets done is handed out so often, and is dead then.
pub async fn what_fails_again_and_again_is_dead(installation: &Installation) {
    let node = impatient(installation, 3).await;
    node.queue.publish(job(7)).await.unwrap();
    fail(&node, 3).await;
    let dead = dead(&node, 1).await;
    assert_eq!(dead[0].payload, r#"{"v":1,"job":{"fan_out":7}}"#);
    assert_eq!(dead[0].reason, "handed out too often without being done");
    assert_is_silent(&*node.queue).await;
}

/// A dead job that is redriven is as good as new.
pub async fn a_dead_job_is_redriven(installation: &Installation) {
    let node = impatient(installation, 3).await;
    for nth in [7, 8] {
        node.queue.publish(job(nth)).await.unwrap();
        fail(&node, 3).await;
        dead(&node, nth as usize - 6).await;
    }
    let of_seven = |job: &&DeadJob| job.payload.contains('7');
    for _ in 0..2 {
        let id = dead(&node, 2).await.iter().find(of_seven).unwrap().id.clone();
        assert!(node.dead_jobs.redrive(&id).await.unwrap());
        // as often as a new one
        fail(&node, 3).await;
        dead(&node, 2).await;
    }
    let id = dead(&node, 2).await.iter().find(of_seven).unwrap().id.clone();
    assert!(node.dead_jobs.redrive(&id).await.unwrap());
    assert!(!node.dead_jobs.redrive(&id).await.unwrap());
    let again = receive(&*node.queue).await;
    assert_eq!(number(again.job()), 7);
    again.ack().await;
    assert_is_silent(&*node.queue).await;
    assert!(dead(&node, 1).await[0].payload.contains('8'));
}

/// A dead job that is removed is gone; the others stay.
pub async fn a_dead_job_is_removed(installation: &Installation) {
    let node = installation.node().await;
    for message in [b"one", b"two"] {
        installation.broker.put_job(&installation.settings, message).await;
    }
    tokio::select! {
        _ = node.queue.receive() => panic!("not a job"),
        () = async { dead(&node, 2).await; } => {}
    }
    let jobs = dead(&node, 2).await;
    let one = jobs.iter().find(|job| job.payload == "one").unwrap();
    assert!(node.dead_jobs.remove(&one.id).await.unwrap());
    assert!(!node.dead_jobs.remove(&one.id).await.unwrap());
    assert_eq!(dead(&node, 1).await[0].payload, "two");
}

/// Whoever looks sees the latest first, and changes nothing, however often, and however many look at
/// once.
pub async fn looking_changes_nothing(installation: &Installation) {
    let (node, other) = (installation.node().await, installation.node().await);
    for nth in 0..3 {
        installation.broker.put_job(&installation.settings, format!("p{nth}").as_bytes()).await;
        tokio::select! {
            _ = node.queue.receive() => panic!("not a job"),
            () = async { dead(&node, nth + 1).await; } => {}
        }
        // a broker may note no more than the second
        tokio::time::sleep(Duration::from_millis(1_100)).await;
    }
    let first = node.dead_jobs.list(10).await.unwrap();
    let payloads: Vec<_> = first.jobs.iter().map(|job| job.payload.as_str()).collect();
    assert_eq!(payloads, ["p2", "p1", "p0"]);
    // more often than a quorum queue hands out, unless it is told otherwise
    for _ in 0..25 {
        let (here, there) = tokio::join!(node.dead_jobs.list(10), other.dead_jobs.list(10));
        assert_eq!(here.unwrap(), first);
        assert_eq!(there.unwrap(), first);
    }
    let latest = node.dead_jobs.list(1).await.unwrap();
    assert_eq!((&latest.jobs[..], latest.total), (&first.jobs[..1], 3));
}

/// A node that hands out a job so often.
async fn impatient(installation: &Installation, deliveries: u32) -> Broker {
    let settings = Settings { deliveries, ..installation.settings.clone() };
    let node = installation.broker.open(&installation.broker.address(), &settings);
    connected(&node).await;
    node
}

/// Receives the job so often, and does not do it.
async fn fail(node: &Broker, times: usize) {
    for _ in 0..times {
        drop(receive(&*node.queue).await);
    }
}

/// Waits until there are so many dead jobs. Whoever looks for a job meanwhile may bury one.
async fn dead(node: &Broker, count: usize) -> Vec<DeadJob> {
    let queue: &dyn JobQueue = &*node.queue;
    eventually("a job is dead", async || {
        // a broker may hand out a job once more to find out that it was too often
        let more = tokio::time::timeout(super::SILENCE / 5, queue.receive()).await;
        drop(more);
        node.dead_jobs.list(100).await.unwrap().total == count as u64
    })
    .await;
    node.dead_jobs.list(100).await.unwrap().jobs
}
