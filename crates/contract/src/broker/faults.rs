//! What happens while the broker cannot be reached, and afterwards.

use std::collections::BTreeSet;
use std::time::Duration;

use herald_broker::{Broker, LinkState};
use herald_ports::NotQueued;
use tokio::time::{Instant, timeout};

use super::installation::{away, connected};
use super::listener::event;
use super::{Installation, Listener, PATIENCE, Proxy, eventually, job, number, receive};

/// A broker that is away when a node starts is found when it comes.
pub async fn a_broker_may_come_later(installation: &Installation) {
    let proxy = Proxy::to(&installation.broker.address()).await;
    proxy.cut();
    let node = installation.broker.open(&proxy.address(), &installation.settings);
    assert_eq!(node.queue.publish(job(1)).await, Err(NotQueued::Away));
    eventually("it says why", async || {
        node.links.iter().all(
            |link| matches!(link.state(), LinkState::Away { reason, .. } if !reason.is_empty()),
        )
    })
    .await;
    proxy.restore();
    connected(&node).await;
    work(&node, 2).await;
}

/// Nobody who sends waits: not while the broker is stuck, and not while it is gone.
pub async fn sending_never_waits(installation: &Installation) {
    let (node, proxy) = installation.node_behind_proxy().await;
    let mut listener = Listener::on(&node.bus);
    let send = async || {
        let began = Instant::now();
        for nth in 0..10_000 {
            node.bus.publish(event(nth));
            // refused or not: at once
            let _ = node.queue.publish(job(nth)).await;
        }
        assert!(began.elapsed() < Duration::from_secs(2), "it took {:?}", began.elapsed());
    };
    proxy.stall();
    send().await;
    proxy.cut();
    send().await;
    away(&node).await;
    assert_eq!(node.queue.publish(job(1)).await, Err(NotQueued::Away));
    // own devices heard all of it
    for round in 0..2 {
        for nth in 0..10_000 {
            assert_eq!(listener.hear().await, nth, "round {round}");
        }
    }
}

/// What the broker has is not lost when connections break: a job that was not done comes again.
pub async fn jobs_outlive_connections(installation: &Installation) {
    let (node, proxy) = installation.node_behind_proxy().await;
    for nth in 0..50 {
        node.queue.publish(job(nth)).await.unwrap();
    }
    let mut in_hand = Vec::new();
    for nth in 0..50 {
        let received = receive(&*node.queue).await;
        assert_eq!(number(received.job()), nth);
        if nth < 45 { received.ack().await } else { in_hand.push(received) }
    }
    proxy.cut();
    away(&node).await;
    // the broker may need a while to notice that nobody holds them any more
    let other = installation.node().await;
    let mut again = BTreeSet::new();
    while !again.is_superset(&(45..50).collect()) {
        let received = timeout(PATIENCE * 3, other.queue.receive()).await.unwrap();
        again.insert(number(received.job()));
        received.ack().await;
    }
    // what was acknowledged in the last moment may be repeated, and nothing else
    assert!(again.iter().all(|nth| (0..50).contains(nth)), "{again:?}");

    proxy.restore();
    connected(&node).await;
    // of a connection that is gone
    for received in in_hand {
        received.ack().await;
    }
    drop(other);
    work(&node, 100).await;
}

/// Who was cut off is told to look into the store, when it can hear again, and hears what is said from
/// then on.
pub async fn who_could_not_hear_lags(installation: &Installation) {
    let (node, proxy) = installation.node_behind_proxy().await;
    let mut listener = Listener::on(&node.bus);
    let other = installation.node().await;
    for _ in 0..3 {
        let before = listener.lagged();
        proxy.cut();
        away(&node).await;
        other.bus.publish(event(1));
        proxy.restore();
        connected(&node).await;
        listener.lags_more_than(before).await;
        other.bus.publish(event(2));
        while listener.hear().await != 2 {}
    }
}

/// When a node could not speak, the others are told to look into the store.
pub async fn who_could_not_speak_makes_others_lag(installation: &Installation) {
    let (node, proxy) = installation.node_behind_proxy().await;
    let (_other, mut listener) = installation.node_with_listener().await;
    node.bus.publish(event(1));
    assert_eq!(listener.hear().await, 1);
    let before = listener.lagged();
    proxy.cut();
    away(&node).await;
    node.bus.publish(event(2));
    proxy.restore();
    connected(&node).await;
    listener.lags_more_than(before).await;
    node.bus.publish(event(3));
    while listener.hear().await != 3 {}
}

/// A broker that says nothing any more, without a connection that breaks, is noticed.
pub async fn a_broker_that_is_stuck_is_noticed(installation: &Installation) {
    let (node, proxy) = installation.node_behind_proxy().await;
    proxy.stall();
    let deadline = Instant::now() + Duration::from_secs(45);
    while node.links.iter().any(|link| link.is_up()) {
        assert!(Instant::now() < deadline, "nobody noticed");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    proxy.restore();
    connected(&node).await;
    work(&node, 1).await;
}

/// What somebody deleted on the broker is made again.
pub async fn what_was_deleted_is_made_again(installation: &Installation) {
    let node = installation.node().await;
    work(&node, 1).await;
    for round in 0..2 {
        installation.broker.erase(&installation.settings).await;
        let began = Instant::now();
        let mut nth = 100 * (round + 1);
        // the first may be lost: that is how it is found out
        loop {
            nth += 1;
            let _ = node.queue.publish(job(nth)).await;
            let received = timeout(Duration::from_millis(500), node.queue.receive()).await;
            if let Ok(received) = received {
                received.ack().await;
                break;
            }
            assert!(began.elapsed() < PATIENCE * 3, "no job comes through any more");
        }
    }
}

/// A job goes to the broker and comes back.
async fn work(node: &Broker, nth: i64) {
    node.queue.publish(job(nth)).await.unwrap();
    // what was repeated comes before it
    loop {
        let received = receive(&*node.queue).await;
        let number = number(received.job());
        received.ack().await;
        if number == nth {
            return;
        }
    }
}
