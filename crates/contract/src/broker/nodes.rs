//! Nodes of one installation: each hears all others.

use std::collections::BTreeSet;

use herald_ports::JobQueue;
use tokio::time::timeout;

use super::listener::event;
use super::{Installation, Listener, PATIENCE, SILENCE, assert_is_silent, job, number, receive};

/// Each node hears what it says itself at once, what others say in their order, and all of it once.
pub async fn nodes_hear_each_other(installation: &Installation) {
    let (first, second) = (installation.node().await, installation.node().await);
    let (mut of_first, mut of_second) = (Listener::on(&first.bus), Listener::on(&second.bus));
    for user in 0..200 {
        first.bus.publish(event(user));
        second.bus.publish(event(1_000 + user));
    }
    for (listener, own, other) in [(&mut of_first, 0, 1_000), (&mut of_second, 1_000, 0)] {
        let mut heard = (Vec::new(), Vec::new());
        for _ in 0..400 {
            let user = listener.hear().await;
            if (own..own + 200).contains(&user) { &mut heard.0 } else { &mut heard.1 }.push(user);
        }
        assert_eq!(heard.0, Vec::from_iter(own..own + 200));
        assert_eq!(heard.1, Vec::from_iter(other..other + 200));
        listener.hears_nothing().await;
    }
}

/// What a node said right before it was closed is heard.
pub async fn last_words_are_heard(installation: &Installation) {
    let listener = installation.node().await;
    let mut ear = Listener::on(&listener.bus);
    let node = installation.node().await;
    for user in 0..500 {
        node.bus.publish(event(user));
    }
    node.tasks.close().await;
    for user in 0..500 {
        assert_eq!(ear.hear().await, user);
    }
}

/// A broker that is away keeps nobody from closing.
pub async fn who_is_cut_off_closes_soon(installation: &Installation) {
    let (node, proxy) = installation.node_behind_proxy().await;
    proxy.stall();
    node.bus.publish(event(1));
    timeout(PATIENCE / 2, node.tasks.close()).await.unwrap();
}

/// What a node says reaches its own devices in the same moment, whatever the broker does.
pub async fn own_devices_hear_at_once(installation: &Installation) {
    let (node, proxy) = installation.node_behind_proxy().await;
    proxy.stall();
    let mut listener = Listener::on(&node.bus);
    node.bus.publish(event(1));
    let heard = timeout(std::time::Duration::ZERO, listener.hear()).await;
    assert_eq!(heard, Ok(1));
}

/// Two installations share a broker, and know nothing of each other.
pub async fn installations_are_apart(installation: &Installation) {
    let mut other = Installation {
        broker: installation.broker.clone(),
        settings: installation.settings.clone(),
    };
    other.settings.prefix.push_str("-other");
    let (here, there) = (installation.node().await, other.node().await);
    let mut listener = Listener::on(&there.bus);
    here.bus.publish(event(1));
    here.queue.publish(job(1)).await.unwrap();
    listener.hears_nothing().await;
    assert_is_silent(&*there.queue).await;
    receive(&*here.queue).await.ack().await;
}

/// Workers of several nodes share the jobs: each is done, and none twice.
pub async fn nodes_share_the_jobs(installation: &Installation) {
    const JOBS: i64 = 100;
    let nodes = [installation.node().await, installation.node().await];
    for nth in 0..JOBS {
        nodes[0].queue.publish(job(nth)).await.unwrap();
    }
    let work = async |queue: &dyn JobQueue| {
        let mut done = Vec::new();
        while let Ok(received) = timeout(SILENCE * 4, queue.receive()).await {
            done.push(number(received.job()));
            received.ack().await;
        }
        done
    };
    let (mut done, more) = tokio::join!(work(&*nodes[0].queue), work(&*nodes[1].queue));
    done.extend(more);
    let different: BTreeSet<_> = done.iter().copied().collect();
    assert_eq!((done.len() as i64, different.len() as i64), (JOBS, JOBS));
}

/// A node without workers sits on no jobs.
pub async fn a_node_without_workers_takes_none(installation: &Installation) {
    let (idle, busy) = (installation.node().await, installation.node().await);
    for nth in 0..50 {
        idle.queue.publish(job(nth)).await.unwrap();
    }
    for nth in 0..50 {
        let received = receive(&*busy.queue).await;
        assert_eq!(number(received.job()), nth);
        received.ack().await;
    }
}

/// A worker may be busy for longer than a broker thinks right: nobody else gets the job, and the
/// connection stays.
pub async fn a_job_may_take_long(installation: &Installation) {
    let mut settings = installation.settings.clone();
    settings.hold = std::time::Duration::from_secs(1);
    let node = installation.broker.open(&installation.broker.address(), &settings);
    super::installation::connected(&node).await;
    node.queue.publish(job(1)).await.unwrap();
    let long = receive(&*node.queue).await;
    for _ in 0..4 {
        assert_is_silent(&*node.queue).await;
    }
    long.ack().await;
    node.queue.publish(job(2)).await.unwrap();
    let next = receive(&*node.queue).await;
    assert_eq!(number(next.job()), 2);
    next.ack().await;
    assert!(super::installation::is_up(&node));
}

/// A message that no node understands changes nothing for those that are understood.
pub async fn garbage_harms_nobody(installation: &Installation) {
    let (first, second) = (installation.node().await, installation.node().await);
    let mut listener = Listener::on(&second.bus);
    let put = async |message: &[u8]| {
        installation.broker.put_frame(&installation.settings, message).await;
    };
    let deep = "[".repeat(100_000);
    let last = format!(r#"{{"v":1,"node":"n","number":{},"events":[]}}"#, u64::MAX);
    let (deep, last) = (deep.as_bytes(), last.as_bytes());
    for garbage in
        [&b""[..], b"\xff\xfe", b"{}", b"{\"v\":1}", b"{\"v\":1,\"node\":7}", deep, last, last]
    {
        put(garbage).await;
    }
    first.bus.publish(event(1));
    assert_eq!(listener.hear().await, 1);
}

/// Who hears a node of a later version, and does not understand it, looks into the store.
pub async fn what_is_newer_makes_lag(installation: &Installation) {
    let (_node, mut listener) = installation.node_with_listener().await;
    let put = async |message: &[u8]| {
        installation.broker.put_frame(&installation.settings, message).await;
    };
    let before = listener.lagged();
    put(br#"{"v":2,"something":"else"}"#).await;
    listener.lags_more_than(before).await;

    // of a frame that is understood in part, that part is told
    let before = listener.lagged();
    let events = r#"[{"snoozed":{"user":1}},{"revoked":{"user":2,"session":null}}]"#;
    put(format!(r#"{{"v":1,"node":"newer","number":0,"events":{events}}}"#).as_bytes()).await;
    assert_eq!(listener.hear().await, 2);
    listener.lags_more_than(before).await;
}

/// A hole in what another node says makes lag; what follows without one does not.
pub async fn a_hole_makes_lag(installation: &Installation) {
    let (_node, mut listener) = installation.node_with_listener().await;
    let say = async |number: u64| {
        let events = format!(r#"[{{"revoked":{{"user":{number},"session":null}}}}]"#);
        let frame = format!(r#"{{"v":1,"node":"n","number":{number},"events":{events}}}"#);
        installation.broker.put_frame(&installation.settings, frame.as_bytes()).await;
    };
    for number in 0..3 {
        say(number).await;
        assert_eq!(listener.hear().await, number as i64);
    }
    let before = listener.lagged();
    tokio::time::sleep(PATIENCE / 2).await;
    assert_eq!(listener.lagged(), before, "nothing was lost");
    say(4).await;
    listener.lags_more_than(before).await;
}
