//! [`JobQueue`]: each job reaches one worker at a time, until one has done it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use herald_domain::NotificationId;
use herald_ports::{Job, JobQueue, Received};
use tokio::time::timeout;

use crate::fixtures::at_once;

/// How long a queue that goes over a network may take before it has lost the job.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long nothing comes before nothing will.
const SILENCE: Duration = Duration::from_millis(200);

/// Jobs come in the order in which they were published.
pub async fn jobs_come_in_order(queue: &Arc<dyn JobQueue>) {
    for nth in 0..10 {
        queue.publish(job(nth)).await.unwrap();
    }
    for nth in 0..10 {
        let received = receive(queue).await;
        assert_eq!(received.job(), job(nth));
        received.ack().await;
    }
    assert_is_silent(queue).await;
}

/// A worker waits until there is a job.
pub async fn a_worker_waits_for_a_job(queue: &Arc<dyn JobQueue>) {
    let waiting = tokio::spawn({
        let queue = queue.clone();
        async move { receive(&queue).await.job() }
    });
    queue.publish(job(7)).await.unwrap();
    assert_eq!(waiting.await.unwrap(), job(7));
}

/// Who stops waiting takes no job along.
pub async fn who_stops_waiting_takes_nothing_along(queue: &Arc<dyn JobQueue>) {
    assert_is_silent(queue).await;
    queue.publish(job(1)).await.unwrap();
    assert_eq!(receive(queue).await.job(), job(1));
}

/// A job in the hands of one worker is nobody else's.
pub async fn a_job_in_hand_is_nobody_else_s(queue: &Arc<dyn JobQueue>) {
    queue.publish(job(1)).await.unwrap();
    let received = receive(queue).await;
    assert_is_silent(queue).await;
    received.ack().await;
    assert_is_silent(queue).await;
}

/// A job that was not done is received again.
pub async fn what_was_not_done_comes_again(queue: &Arc<dyn JobQueue>) {
    queue.publish(job(1)).await.unwrap();
    drop(receive(queue).await);
    let again = receive(queue).await;
    assert_eq!(again.job(), job(1));
    again.ack().await;
    assert_is_silent(queue).await;
}

/// Several workers share the jobs, and none is lost or done twice.
pub async fn workers_share_the_jobs(queue: &Arc<dyn JobQueue>) {
    const JOBS: i64 = 40;
    let workers = at_once(5, |worker| {
        let queue = queue.clone();
        async move {
            if worker == 0 {
                for nth in 0..JOBS {
                    queue.publish(job(nth)).await.unwrap();
                }
                return Vec::new();
            }
            let mut done = Vec::new();
            while let Ok(received) = timeout(SILENCE * 5, queue.receive()).await {
                done.push(received.job());
                received.ack().await;
            }
            done
        }
    });
    let done: Vec<_> = workers.await.into_iter().flatten().collect();
    let different: BTreeSet<_> = done.iter().map(|job| job.notification()).collect();
    assert_eq!((done.len(), different.len()), (JOBS as usize, JOBS as usize));
}

/// More than a queue holds is taken without waiting for anybody; what it holds comes in order, each
/// once, and it is good for more.
pub async fn a_flood_harms_nobody(queue: &Arc<dyn JobQueue>) {
    const JOBS: i64 = 5_000;
    let flood = async {
        for nth in 0..JOBS {
            // what finds no room is found in the store
            let _ = queue.publish(job(nth)).await;
        }
    };
    timeout(PATIENCE, flood).await.unwrap();
    let mut last = -1;
    while let Ok(received) = timeout(SILENCE * 5, queue.receive()).await {
        let id = received.job().notification();
        assert!(id.get() > last, "{id} after {last}");
        last = id.get();
        received.ack().await;
    }
    assert!(last >= 99, "it holds some");
    queue.publish(job(JOBS)).await.unwrap();
    assert_eq!(receive(queue).await.job(), job(JOBS));
}

fn job(nth: i64) -> Job {
    Job::FanOut(NotificationId::new(nth))
}

async fn receive(queue: &Arc<dyn JobQueue>) -> Box<dyn Received> {
    timeout(PATIENCE, queue.receive()).await.unwrap()
}

async fn assert_is_silent(queue: &Arc<dyn JobQueue>) {
    let received = timeout(SILENCE, queue.receive()).await;
    assert!(received.is_err(), "received {:?}", received.map(|received| received.job()));
}
