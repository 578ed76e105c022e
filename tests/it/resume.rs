//! G5: whoever comes back is told what was missed, and nothing twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::support::{Client, Copy, Device, Line, Resuming, Rng, Server, amount};

const USERS: [&str; 4] = ["alice", "bob", "carol", "dave"];
const WAYS: [Resuming; 4] =
    [Resuming::AtOnce, Resuming::AfterHello, Resuming::LastEventId, Resuming::AtOnce];

/// Sends to everybody until it is told to stop: single, to many, collapsing, in batches.
async fn publish(service: Client, mut rng: Rng, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        let to =
            if rng.one_in(4) { json!({"users": USERS}) } else { json!({"user": rng.pick(&USERS)}) };
        let mut body = json!({"to": to, "message": format!("{}", rng.next())});
        if rng.one_in(5) {
            body["collapse_key"] = json!("progress");
        }
        if rng.one_in(10) {
            let batch = json!({"notifications": vec![body; 20]});
            service.post("/api/v1/notifications/batch", &batch).await.expect(200);
        } else {
            service.post("/api/v1/notifications", &body).await.expect(201);
        }
        rng.pause(10).await;
    }
}

/// Changes one inbox in every way until it is told to stop.
async fn change(client: Client, mut rng: Rng, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        let page = client.get("/api/v1/notifications?status=all&limit=30").await.expect(200).json;
        let items = page["items"].as_array().unwrap();
        if !items.is_empty() {
            let path = format!("/api/v1/notifications/{}", rng.pick(items)["id"]);
            match rng.below(12) {
                0 => drop(client.post("/api/v1/notifications/read-all", &json!(null)).await),
                1 => drop(client.post("/api/v1/notifications/seen-all", &json!(null)).await),
                2..=4 => drop(client.delete(&path).await),
                5 => drop(client.patch(&path, &json!({"archived": true})).await),
                6 => drop(client.patch(&path, &json!({"archived": false})).await),
                7 => drop(client.patch(&path, &json!({"read": false})).await),
                8 => drop(client.patch(&path, &json!({"seen": true})).await),
                _ => drop(client.patch(&path, &json!({"read": true})).await),
            }
        }
        rng.pause(20).await;
    }
}

/// Listens, and loses its connection so many times, wherever it is at that moment.
async fn be_cut(mut device: Device, way: Resuming, cuts: usize, mut rng: Rng) -> Device {
    for _ in 0..cuts {
        for _ in 0..rng.below(20) {
            device.hear().await;
        }
        if rng.one_in(2) {
            rng.pause(60).await;
        }
        device.reconnect(way).await;
    }
    device
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_cut_off_and_resumes_sees_everything_once() {
    let mut rng = Rng::new();
    let server = Server::builder().keep_everything().start().await;
    let service = server.service().await;
    let clients = USERS.map(|user| server.user(user));
    let mut devices = Vec::new();
    let cuts = amount("TEST_CUTS", 200).div_ceil(USERS.len() * WAYS.len());
    for client in &clients {
        for way in WAYS {
            let device = match way {
                Resuming::LastEventId => Device::with_stream(client).await,
                _ => Device::with_socket(client).await,
            };
            devices.push((way, tokio::spawn(be_cut(device, way, cuts, rng.fork()))));
        }
    }
    let stop = Arc::<AtomicBool>::default();
    let mut traffic = Vec::new();
    for _ in 0..3 {
        traffic.push(tokio::spawn(publish(service.clone(), rng.fork(), stop.clone())));
    }
    for client in &clients {
        traffic.push(tokio::spawn(change(client.clone(), rng.fork(), stop.clone())));
    }

    let mut survivors = Vec::new();
    for (way, device) in devices {
        survivors.push((way, device.await.unwrap()));
    }
    stop.store(true, Ordering::Relaxed);
    for task in traffic {
        task.await.unwrap();
    }
    for (client, devices) in clients.iter().zip(survivors.chunks_mut(WAYS.len())) {
        let truth = Copy::of(client).await;
        truth.check_counts();
        for (way, device) in devices {
            device.reach(truth.rev).await;
            assert_eq!(device.copy, truth, "{way:?}");
            // who waits for hello may be slow, and is told so; nobody else has to read the list
            match way {
                Resuming::AfterHello => assert!(device.resyncs.iter().all(|r| r == "late_resume")),
                _ => assert_eq!(device.resyncs, Vec::<String>::new(), "{way:?}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_that_is_lost_is_answered_with_resync_and_live_goes_on() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    service.tell("alice", "before").await;
    for (epoch, rev, reason) in
        [("other", 1, "epoch"), ("", 1, "unknown_position"), ("", 1_000, "unknown_position")]
    {
        for resuming in [Resuming::AtOnce, Resuming::AfterHello, Resuming::LastEventId] {
            let mut device = Device::with_socket(&alice).await;
            let right = device.epoch.clone();
            if reason == "epoch" {
                device.epoch = epoch.to_owned();
            } else {
                device.copy.rev += rev;
            }
            device.reconnect(resuming).await;
            while device.resyncs.is_empty() {
                device.hear().await;
            }
            assert_eq!(device.resyncs, [reason]);
            device.epoch = right;

            service.tell("alice", "after").await;
            let truth = Copy::of(&alice).await;
            device.reach(truth.rev).await;
            assert_eq!(device.copy, truth);
            // and it can resume again
            device.reconnect(resuming).await;
            service.tell("alice", "again").await;
            let truth = Copy::of(&alice).await;
            device.reach(truth.rev).await;
            assert_eq!((device.resyncs.len(), device.copy == truth), (1, true));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resume_after_something_live_is_refused_as_late() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    let mut device = Device::with_socket(&alice).await;
    service.tell("alice", "live").await;
    assert_eq!(device.hear().await["type"], "notification");
    let position = json!({"type": "resume", "epoch": device.epoch, "rev": 0});
    device.say(position).await;
    device.hear().await;
    assert_eq!(device.resyncs, ["late_resume"]);
    service.tell("alice", "on").await;
    assert_eq!(device.hear().await["notification"]["message"], "on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_of_the_server_is_no_hole() {
    let mut server = Server::start().await;
    let service = server.service().await;
    let mut devices = Vec::new();
    for way in [Resuming::AtOnce, Resuming::AfterHello, Resuming::LastEventId] {
        devices.push((way, Device::with_socket(&server.user("alice")).await));
    }
    for round in 0..3 {
        let service = server.with_token(service.token.as_deref().unwrap());
        // some hear of it, some do not come to it
        for nth in 0..5 {
            service.tell("alice", &format!("{round}, {nth}")).await;
        }
        devices[0].1.reach(5 * (round + 1)).await;
        server = server.kill_and_restart().await;
        for (way, device) in &mut devices {
            device.move_to(server.address);
            device.reconnect(*way).await;
        }
    }
    let truth = Copy::of(&server.user("alice")).await;
    assert_eq!(truth.rev, 15);
    for (way, device) in &mut devices {
        device.reach(truth.rev).await;
        assert_eq!(device.copy, truth, "{way:?}");
        assert_eq!(device.resyncs, Vec::<String>::new(), "{way:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_of_an_event_is_where_the_inbox_stands() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    let mut device = Device::with_stream(&alice).await;
    for rev in 1..=3 {
        service.tell("alice", "hello").await;
        device.hear().await;
        let Line::Stream(stream) = &device.line else { unreachable!() };
        assert_eq!(stream.last_event_id, format!("{}:{rev}", device.epoch));
    }
}
