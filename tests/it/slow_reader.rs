//! G6: who does not read harms nobody, and is let go.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::support::{
    Client, Copy, Device, PATIENCE, Resuming, Server, Socket, eventually, narrow,
};

/// How many notifications of 4 KB are more than a connection may keep waiting: 256 KiB in the
/// server, and what the kernel holds.
const TOO_MANY: usize = 300;

/// A socket that nobody reads from, unless the test does, and its address.
async fn stuck_socket(client: &Client) -> (SocketAddr, Socket) {
    let tcp = narrow(client.address).await;
    let address = tcp.local_addr().unwrap();
    let socket = Socket::open_over(tcp, client.token.as_deref(), "", &[]).await;
    (address, socket.unwrap())
}

/// A stream that nobody reads from, unless the test does.
async fn stuck_stream(client: &Client) -> TcpStream {
    let mut tcp = narrow(client.address).await;
    let token = client.token.as_deref().unwrap();
    let request = format!(
        "GET /api/v1/stream HTTP/1.1\r\nHost: herald\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    tcp.write_all(request.as_bytes()).await.unwrap();
    tcp
}

/// Sends so many notifications of 4 KB to each of these users.
async fn flood(service: &Client, users: &[&str], count: usize) {
    let draft = json!({"to": {"users": users}, "message": "x".repeat(4_000)});
    for part in vec![draft; count].chunks(50) {
        let batch = json!({"notifications": part});
        service.post("/api/v1/notifications/batch", &batch).await.expect(200);
    }
}

/// Devices that read, and must hear everything: a socket and a stream, each in a task. They answer
/// themselves, and so stay connected.
async fn witness(client: &Client, rev: usize) -> [JoinHandle<Device>; 2] {
    let devices = [Device::with_socket(client).await, Device::with_stream(client).await];
    devices.map(|mut device| {
        tokio::spawn(async move {
            device.reach(rev as i64).await;
            assert_eq!(device.copy.items.len(), rev);
            assert_eq!(device.resyncs, Vec::<String>::new());
            device
        })
    })
}

/// Waits until they have heard everything.
async fn heard(witnesses: impl IntoIterator<Item = [JoinHandle<Device>; 2]>) -> Vec<Device> {
    let mut devices = Vec::new();
    for task in witnesses.into_iter().flatten() {
        devices.push(task.await.unwrap());
    }
    devices
}

/// Reads what a socket was sent; answers how many notifications came, and the close code.
async fn read_on(mut socket: Socket) -> (i64, u16) {
    let mut rev = 0;
    loop {
        match socket.next_or_close().await.expect("a close frame") {
            Ok(message) if message["type"] == "hello" => {}
            Ok(message) => {
                assert_eq!(message["rev"], rev + 1, "in order, without a hole");
                rev += 1;
            }
            Err(code) => return (rev, code),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_reading_harms_nobody_and_is_let_go() {
    let server = Server::start().await;
    let (service, alice, bob) = (server.service().await, server.user("alice"), server.user("bob"));
    let witnesses = [witness(&alice, TOO_MANY).await, witness(&bob, TOO_MANY).await];
    let (address, _socket) = stuck_socket(&alice).await;
    let mut stream = stuck_stream(&alice).await;
    flood(&service, &["alice", "bob"], TOO_MANY).await;
    let _connected = heard(witnesses).await;
    eventually("the socket is let go", || async { !server.holds(address) }).await;
    let address = stream.local_addr().unwrap();
    eventually("the stream is let go", || async { !server.holds(address) }).await;
    // whatever the kernel still held, and then an end
    let mut rest = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
    let _end_or_reset = read.expect("an end");
    assert!(rest.len() < TOO_MANY * 4_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_again_is_told_to_have_been_too_slow() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    let (_, mut stuck) = stuck_socket(&alice).await;
    assert_eq!(stuck.next().await["type"], "hello");
    flood(&service, &["alice"], TOO_MANY).await;
    // the promise is 10 s, and a busy machine gets a little more; after 15 s the kernel gives up
    tokio::time::sleep(Duration::from_millis(11_500)).await;
    let (heard, code) = read_on(stuck).await;
    assert_eq!(code, 4410);
    assert!((1..TOO_MANY as i64).contains(&heard), "{heard}");
    // and what it missed is not lost
    let mut device = Device::with_socket(&alice).await;
    device.copy = Copy::default();
    device.reconnect(Resuming::AtOnce).await;
    device.reach(TOO_MANY as i64).await;
    assert_eq!(device.copy, Copy::of(&alice).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_stuck_keep_neither_memory_nor_files() {
    const USERS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const FLOOD: usize = 600;
    let server = Server::start().await;
    let service = server.service().await;
    let mut witnesses = Vec::new();
    for user in USERS {
        witnesses.push(witness(&server.user(user), FLOOD).await);
    }
    flood(&service, &["somebody-else"], 50).await;
    let memory = server.memory_kib();

    let (mut sockets, mut streams, mut halves) = (Vec::new(), Vec::new(), Vec::new());
    let mut addresses = Vec::new();
    for client in USERS.map(|user| server.user(user)) {
        for _ in 0..6 {
            let (address, socket) = stuck_socket(&client).await;
            addresses.push(address);
            sockets.push(socket);
        }
        for _ in 0..2 {
            let stream = stuck_stream(&client).await;
            addresses.push(stream.local_addr().unwrap());
            streams.push(stream);
        }
        // a head without end, and a socket that never says who it is
        let mut half = narrow(client.address).await;
        half.write_all(b"GET /api/v1/ws HTTP/1.1\r\nHost: her").await.unwrap();
        addresses.push(half.local_addr().unwrap());
        halves.push(half);
        let silent = narrow(client.address).await;
        addresses.push(silent.local_addr().unwrap());
        sockets.push(Socket::open_over(silent, None, "", &[]).await.unwrap());
        let newest = &addresses[addresses.len() - 10..];
        eventually("they are accepted", || async { newest.iter().all(|one| server.holds(*one)) })
            .await;
    }
    flood(&service, &USERS, FLOOD).await;
    let _connected = heard(witnesses).await;
    // unbounded, 64 devices would have 2.4 MB each waiting for them
    let grown = server.memory_kib().saturating_sub(memory);
    assert!(grown < 80 * 1024, "grew by {grown} KiB");
    eventually("all are let go", || async { !addresses.iter().any(|one| server.holds(*one)) })
        .await;
    drop((sockets, streams, halves));
}
