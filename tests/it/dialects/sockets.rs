//! What the sockets of all dialects have in common.

use serde_json::{Value, json};

use crate::dialects::{address_of, listen, refusal};
use crate::support::{Server, Socket, eventually, mint_claims};

const PATHS: [&str; 3] = ["/ws", "/api/ws", "/ws/notifications"];

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_an_address_is_in_no_log() {
    let server = Server::builder().set("HERALD_LOG", "trace").start().await;
    let alice = server.user("alice");
    let good = alice.token.clone().unwrap();
    let expired = mint_claims("alice", -60, &json!({}));
    let nonsense = "a-token-that-is-none".to_owned();
    for path in PATHS {
        let mut socket = listen(&alice, path).await;
        alice.tell("alice", "hello").await;
        socket.next().await;
        socket.close().await;
        for wrong in [&expired, &nonsense] {
            assert_eq!(refusal(&alice, &format!("{path}?token={wrong}")).await, 401);
        }
        // no handshake, another method, a parameter that is none
        server.anonymous().get(&address_of(&alice, path)).await.expect(400);
        server.anonymous().put(&address_of(&alice, path)).await.expect(405);
        assert_eq!(refusal(&alice, &(address_of(&alice, path) + "&more=1")).await, 422);
    }
    for path in ["/notifications", "/api/v1/me", "/healthz", "/nowhere"] {
        alice.get(&address_of(&alice, path)).await;
    }
    let last = |line: &String| line.contains("\"request\"") && line.contains("/nowhere");
    eventually("all is logged", async || server.log().iter().any(last)).await;
    let log = server.log();
    assert!(log.iter().any(|line| line.contains("\"TRACE\"")), "everything is logged");
    for token in [good, expired, nonsense] {
        // nor a part of it
        let signature = token.rsplit('.').next().unwrap();
        let told: Vec<_> = log.iter().filter(|line| line.contains(signature)).collect();
        assert!(told.is_empty(), "{told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_hosts_open_none() {
    let server = Server::start().await;
    let alice = server.user("alice");
    for path in PATHS {
        for (origin, status) in [("https://evil.example", 403), ("", 101)] {
            let mut request = server.anonymous().request("GET", &address_of(&alice, path));
            if !origin.is_empty() {
                request = request.header("origin", origin);
            }
            let request = request
                .header("connection", "upgrade")
                .header("upgrade", "websocket")
                .header("sec-websocket-version", "13")
                .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
            assert_eq!(request.send().await.unwrap().status(), status, "{path} {origin}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_names_the_caller_as_well_as_the_address() {
    let server = Server::start().await;
    let alice = server.user("alice");
    for path in PATHS {
        let request = alice
            .request("GET", path)
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(request.send().await.unwrap().status(), 101, "{path}");
    }
}

/// What every frame has of an item, wherever its dialect puts it.
fn number(frame: &Value) -> i64 {
    let places = ["/payload/id", "/id", "/notification/id"];
    places.iter().find_map(|place| frame.pointer(place)?.as_i64()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_of_all_formats_hear_everything_once_and_in_order() {
    let server = Server::start().await;
    let alice = server.user("alice");
    let mut sockets: Vec<Socket> = Vec::new();
    for path in PATHS {
        sockets.push(listen(&alice, path).await);
    }
    sockets.push(alice.socket().await);
    assert_eq!(sockets[3].next().await["type"], "hello");
    let senders = (0..8).map(|sender| {
        let alice = alice.clone();
        tokio::spawn(async move {
            for nth in 0..25 {
                alice.tell("alice", &format!("{sender}-{nth}")).await;
            }
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.unwrap();
    }
    let mut heard = Vec::new();
    for socket in &mut sockets {
        let mut numbers = Vec::new();
        while numbers.len() < 200 {
            numbers.push(number(&socket.next().await));
        }
        heard.push(numbers);
    }
    let mut stored: Vec<_> =
        alice.everything().await.iter().map(|item| item["id"].as_i64().unwrap()).collect();
    stored.reverse();
    for numbers in heard {
        assert_eq!(numbers, stored);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_ends_the_socket_without_a_word() {
    let server = Server::start().await;
    let brief = server.with_token(&mint_claims("alice", 3, &json!({})));
    let mut sockets = Vec::new();
    for path in PATHS {
        sockets.push((path, listen(&brief, path).await));
    }
    for (path, mut socket) in sockets {
        assert_eq!(socket.next_or_close().await, Some(Err(4401)), "{path}");
    }
}
