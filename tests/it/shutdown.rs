//! Stopping: what was begun is finished, everybody is told, and nothing is lost.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{Client, Copy, Raw, Server, Socket, eventually, narrow};

const SEND: &str = "/api/v1/notifications";

/// Sends one after the other until the server will not any more; notes what was acknowledged.
async fn send(service: Client, publisher: usize, acknowledged: Arc<Mutex<BTreeSet<String>>>) {
    // a connection of its own
    let service = Client::new(service.address, service.token.as_deref());
    for nth in 0.. {
        let message = format!("{publisher} {nth}");
        let body = json!({"to": {"user": "alice"}, "message": message});
        match service.try_send(service.request("POST", SEND).json(&body)).await {
            Some(answer) if answer.status == 201 => {
                acknowledged.lock().unwrap().insert(message);
            }
            Some(answer) => return assert_eq!(answer.status, 503, "{}", answer.json),
            None => return,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_answered_and_what_was_answered_is_there() {
    for signal in ["-TERM", "-INT", "-TERM"] {
        let mut server = Server::builder().keep_everything().start().await;
        let service = server.service().await;
        let acknowledged = Arc::<Mutex<BTreeSet<String>>>::default();
        let publishers: Vec<_> = (0..16)
            .map(|nth| tokio::spawn(send(service.clone(), nth, acknowledged.clone())))
            .collect();
        eventually("there is some load", || async { acknowledged.lock().unwrap().len() > 100 })
            .await;
        server.signal(signal);
        for publisher in publishers {
            publisher.await.unwrap();
        }
        assert_eq!(server.wait().await.code(), Some(0));

        let server = server.builder_again().start().await;
        let there = Copy::of(&server.user("alice")).await;
        there.check_counts();
        // nothing is lost, and nothing was done of which nobody was told
        let acknowledged = acknowledged.lock().unwrap();
        assert!(there.messages().into_iter().eq(acknowledged.iter().map(|m| (m.as_str(), 1))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn open_devices_are_told_when_to_come_back() {
    // an open stream holds the server up a little, so sockets must be told without one, too
    for (signal, expected, streaming) in
        [("-TERM", 1012, 1), ("-INT", 1001, 1), ("-TERM", 1012, 0), ("-INT", 1001, 0)]
    {
        let mut server = Server::start().await;
        let (mut sockets, mut streams) = (Vec::new(), Vec::new());
        // more than a worker comes to in one go
        for nth in 0..25 {
            let user = server.user(&format!("user-{nth}"));
            for _ in 0..8 {
                sockets.push(user.socket().await);
            }
            for _ in 0..streaming {
                streams.push(user.stream(None).await);
            }
        }
        for socket in &mut sockets {
            assert_eq!(socket.next().await["type"], "hello");
        }
        for stream in &mut streams {
            assert_eq!(stream.next().await.unwrap()["type"], "hello");
        }
        server.signal(signal);
        let mut waits = BTreeSet::new();
        let mut goes_away = |message: Value| {
            assert_eq!(message["type"], "going_away");
            let wait = message["retry_after_ms"].as_i64().unwrap();
            assert!((500..=5_000).contains(&wait), "{wait}");
            waits.insert(wait);
        };
        for socket in &mut sockets {
            goes_away(socket.next().await);
            assert_eq!(socket.next_or_close().await, Some(Err(expected)));
        }
        for stream in &mut streams {
            goes_away(stream.next().await.unwrap());
            assert_eq!(stream.next().await, None);
        }
        assert!(waits.len() > 4, "not all at the same time: {waits:?}");
        assert_eq!(server.wait().await.code(), Some(0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_slowly_is_told_too() {
    let mut server = Server::start().await;
    let alice = server.user("alice");
    let tcp = narrow(server.address).await;
    let mut slow = Socket::open_over(tcp, alice.token.as_deref(), "", &[]).await.unwrap();
    assert_eq!(slow.next().await["type"], "hello");
    // it will not resume
    slow.say(json!({"type": "heartbeat"})).await;
    assert_eq!(slow.next().await["type"], "heartbeat_ack");
    // more than the kernel holds, so that the last words wait in the server
    let draft = json!({"to": {"user": "alice"}, "message": "x".repeat(4_000)});
    for _ in 0..5 {
        let batch = json!({"notifications": vec![draft.clone(); 25]});
        alice.post("/api/v1/notifications/batch", &batch).await.expect(200);
    }
    server.signal("-TERM");
    let log = || server.log();
    eventually("it stops", || async { log().iter().any(|line| line.contains("\"stopping\"")) })
        .await;
    let mut rev = 0;
    loop {
        match slow.next_or_close().await.expect("a close frame") {
            Ok(message) if message["type"] == "going_away" => {}
            Ok(message) => {
                rev += 1;
                assert_eq!(message["rev"], rev);
            }
            Err(code) => break assert_eq!(code, 1012),
        }
    }
    assert!(rev > 0);
    assert_eq!(server.wait().await.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_under_way_is_finished_while_no_other_is_taken() {
    let mut server = Server::start().await;
    let token = format!("Bearer {}", server.user("alice").token.unwrap());
    let body = json!({"to": {"user": "alice"}, "message": "slowly"}).to_string();
    let (half, rest) = body.split_at(body.len() / 2);
    let length = body.len().to_string();
    let headers = [
        ("Authorization", token.as_str()),
        ("Content-Type", "application/json"),
        ("Content-Length", &length),
    ];
    let mut slow = Raw::open(server.address).await;
    slow.request(&format!("POST {SEND}"), &headers).await;
    slow.send(half).await;
    // it has arrived, as far as one can tell from outside
    server.anonymous().get("/readyz").await.expect(200);
    server.signal("-TERM");
    eventually("no other is taken", || async {
        let anybody = server.anonymous();
        let answer = anybody.try_send(anybody.request("GET", "/readyz")).await;
        answer.is_none_or(|answer| answer.expect(503).json["status"] == "draining")
    })
    .await;
    slow.send(rest).await;
    let answer = slow.answer().await.expect("an answer").expect(201);
    assert_eq!(server.wait().await.code(), Some(0));
    let server = server.builder_again().start().await;
    let items = server.user("alice").everything().await;
    assert_eq!((items.len(), &items[0]["id"]), (1, &answer.json["id"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_without_a_request_hold_nothing_up() {
    let mut server = Server::start().await;
    let mut idle = Vec::new();
    for _ in 0..4 {
        let mut connection = Raw::open(server.address).await;
        connection.request("GET /healthz", &[]).await;
        connection.answer().await.unwrap().expect(200);
        idle.push(connection);
    }
    // and one that has not asked for anything yet
    idle.push(Raw::open(server.address).await);
    let begun = Instant::now();
    server.signal("-TERM");
    assert_eq!(server.wait().await.code(), Some(0));
    // requests under way would have 20 s
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    for connection in idle {
        assert_eq!(connection.end().await.unwrap_or_default(), b"");
    }
}

/// A load balancer has time to see that a server stops, before it refuses anything.
#[tokio::test(flavor = "multi_thread")]
async fn requests_are_taken_until_load_balancers_know() {
    let mut server = Server::builder().set("HERALD_SHUTDOWN_DELAY", "2").start().await;
    let user = server.user("alice");
    let begun = Instant::now();
    server.signal("-TERM");
    eventually("it is not ready", async || user.get("/readyz").await.status == 503).await;
    user.tell("alice", "still there").await;
    assert_eq!(server.wait().await.code(), Some(0));
    assert!(begun.elapsed() >= Duration::from_secs(2));
    let server = server.builder_again().start().await;
    assert_eq!(Copy::of(&server.user("alice")).await.messages().len(), 1);
}

/// A service manager hears when the server is ready, that it is alive, and that it stops.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_manager_is_told() {
    let builder = Server::builder();
    let path = builder.folder().join("notify");
    let manager = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(crate::support::PATIENCE)).unwrap();
    let hear = || {
        let mut text = [0; 256];
        let length = manager.recv(&mut text).unwrap();
        String::from_utf8_lossy(&text[..length]).trim_end().to_owned()
    };
    let builder = builder.set("NOTIFY_SOCKET", path.to_str().unwrap());
    let mut server = builder.set("WATCHDOG_USEC", "200000").start().await;
    assert_eq!(hear(), "READY=1");
    assert_eq!(hear(), "WATCHDOG=1");
    assert_eq!(hear(), "WATCHDOG=1");
    server.signal("-TERM");
    while hear() != "STOPPING=1" {}
    assert_eq!(server.wait().await.code(), Some(0));
}
