//! A broker that is short of memory or disk says so, and reads nothing any more from who publishes.

use std::process::Command;

use herald_broker::{Broker, LinkState};
use herald_contract::broker::{Installation, Listener, eventually};
use herald_contract::{run, skip};
use herald_domain::{NotificationId, UserKey};
use herald_ports::{Job, LiveEvent, NotQueued};

use crate::rabbitmq::RabbitMq;

/// `connection.blocked` and `connection.unblocked`, as they stand on the wire.
fn blocked(reason: &str) -> Vec<u8> {
    let length = u8::try_from(reason.len()).unwrap();
    method(60, &[&[length], reason.as_bytes()].concat())
}

fn unblocked() -> Vec<u8> {
    method(61, &[])
}

/// A frame with a method of the class `connection`.
fn method(method: u16, arguments: &[u8]) -> Vec<u8> {
    let length = u32::try_from(arguments.len() + 4).unwrap();
    let (class, method) = (10_u16.to_be_bytes(), method.to_be_bytes());
    [&[1, 0, 0], &length.to_be_bytes()[..], &class, &method, arguments, &[0xce]].concat()
}

fn job(nth: i64) -> Job {
    Job::FanOut(NotificationId::new(nth))
}

fn event(user: i64) -> LiveEvent {
    LiveEvent::Revoked { user: UserKey::new(user), session: None }
}

async fn is_blocked(node: &Broker, why: &str) -> bool {
    match node.links[0].state() {
        LinkState::Away { reason, .. } => reason.contains(why),
        LinkState::Connected => false,
    }
}

/// Who is blocked publishes nothing, waits for nothing, and goes on by itself.
async fn while_blocked(
    installation: &Installation,
    node: &Broker,
    why: &str,
    block: impl AsyncFn(),
    unblock: impl AsyncFn(),
) {
    let (_other, mut listener) = installation.node_with_listener().await;
    block().await;
    // the broker tells those who publish
    eventually("the node is blocked", async || {
        node.bus.publish(event(1));
        is_blocked(node, why).await
    })
    .await;
    assert_eq!(node.queue.publish(job(1)).await, Err(NotQueued::Away));
    let mut own = Listener::on(&node.bus);
    for user in 0..10_000 {
        node.bus.publish(event(user));
    }
    assert_eq!(own.hear().await, 0, "own devices hear");
    let before = listener.lagged();
    unblock().await;
    listener.lags_more_than(before).await;
    eventually("the node goes on", async || node.queue.publish(job(2)).await.is_ok()).await;
    node.queue.receive().await.ack().await;
    node.bus.publish(event(99_999));
    while listener.hear().await != 99_999 {}
}

#[test]
fn who_is_blocked_publishes_nothing_and_waits_for_nothing() {
    run(async {
        let Some(installation) = Installation::on(RabbitMq).await else {
            return skip("who_is_blocked_publishes_nothing", "RabbitMQ is not here");
        };
        let (node, proxy) = installation.node_behind_proxy().await;
        let block = async || proxy.say(&blocked("low on memory"));
        let unblock = async || proxy.say(&unblocked());
        while_blocked(&installation, &node, "low on memory", block, unblock).await;
        // and once more, on the same connection
        while_blocked(&installation, &node, "low on memory", block, unblock).await;
    });
}

/// The same by a real alarm, which stops everybody else who publishes there, too.
#[test]
fn a_real_alarm_is_heeded() {
    if std::env::var("HERALD_TEST_ALARM").as_deref() != Ok("1") {
        return;
    }
    /// Puts the limit back where the broker has it by default.
    struct Calm;
    fn watermark(limit: &[&str]) {
        let mut command = Command::new("rabbitmqctl");
        let status = command.arg("set_vm_memory_high_watermark").args(limit).status();
        assert!(status.unwrap().success());
    }
    impl Drop for Calm {
        fn drop(&mut self) {
            watermark(&["0.4"]);
        }
    }
    run(async {
        let installation = Installation::on(RabbitMq).await.unwrap();
        let node = installation.node().await;
        let _calm = Calm;
        let block = async || watermark(&["absolute", "1000000"]);
        let unblock = async || watermark(&["0.4"]);
        while_blocked(&installation, &node, "memory", block, unblock).await;
    });
}
