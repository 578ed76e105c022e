//! A queue that is full says so at once.

use herald_domain::NotificationId;
use herald_memory::MemoryQueue;
use herald_ports::{Job, JobQueue, NotQueued};

#[tokio::test]
async fn a_full_queue_refuses_until_a_job_is_done() {
    let queue = MemoryQueue::new(3);
    let job = |nth| Job::FanOut(NotificationId::new(nth));
    for nth in 0..3 {
        queue.publish(job(nth)).await.unwrap();
    }
    assert_eq!(queue.publish(job(3)).await, Err(NotQueued::Full));
    queue.receive().await.ack().await;
    queue.publish(job(3)).await.unwrap();
    for nth in 1..4 {
        let received = queue.receive().await;
        assert_eq!(received.job(), job(nth));
        received.ack().await;
    }
}
