//! Who is online, and how soon that is known.

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{Client, Server, Socket, eventually, mint};

/// How many devices each of these users has, as an API key or an administrator is told.
async fn devices<const N: usize>(asker: &Client, users: [&str; N]) -> [u64; N] {
    let path = format!("/api/v1/presence?users={}", users.join(","));
    let answer = asker.get(&path).await.expect(200).json;
    let items: [Value; N] = answer["items"].as_array().unwrap().clone().try_into().unwrap();
    let mut place = 0;
    items.map(|item| {
        assert_eq!(item["user"], users[place], "{item}");
        place += 1;
        let count = item["devices"].as_u64().unwrap();
        assert_eq!(item["online"], count > 0, "{item}");
        count
    })
}

/// Waits until they are told so.
pub(crate) async fn becomes<const N: usize>(asker: &Client, users: [&str; N], expected: [u64; N]) {
    let what = format!("{users:?} on {expected:?} devices");
    eventually(&what, || async { devices(asker, users).await == expected }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_counted_as_they_come_and_go() {
    let server = Server::start().await;
    let (admin, service) = (server.admin().await, server.service().await);
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let users = ["alice", "bob", "nobody"];
    assert_eq!(devices(&service, users).await, [0, 0, 0]);
    let mut phone = alice.socket().await;
    phone.next_of("hello").await;
    assert_eq!(devices(&service, users).await, [1, 0, 0]);
    let mut laptop = alice.stream(None).await;
    laptop.next().await.unwrap();
    let mut bobs = bob.socket().await;
    bobs.next_of("hello").await;
    // who has not said who they are is nobody
    let _stranger = Socket::open(server.address, None, "").await.unwrap();
    assert_eq!(devices(&admin, users).await, [2, 1, 0]);

    let list = admin.get("/api/v1/admin/presence?limit=1").await.expect(200);
    assert_eq!(list.json["items"], json!([{"user": "alice", "devices": 2}]));
    assert_eq!((&list.json["people"], &list.json["devices"]), (&json!(2), &json!(3)));
    let cursor = list.json["next_cursor"].as_str().unwrap();
    let next = format!("/api/v1/admin/presence?limit=1&cursor={cursor}");
    assert!(list.header("link").ends_with(&format!("<{next}>; rel=\"next\"")));
    let rest = admin.get(&next).await.expect(200).json;
    assert_eq!(rest["items"], json!([{"user": "bob", "devices": 1}]));
    assert!(rest["next_cursor"].is_null());

    phone.close().await;
    becomes(&service, users, [1, 1, 0]).await;
    drop(laptop);
    becomes(&service, users, [0, 1, 0]).await;
    let list = admin.get("/api/v1/admin/presence").await.expect(200).json;
    assert_eq!((&list["people"], &list["devices"]), (&json!(1), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_goes_without_a_word_is_not_online() {
    let server = Server::start().await;
    let service = server.service().await;
    let tcp = TcpStream::connect(server.address).await.unwrap();
    // reset instead of closed, as when a device crashes
    tcp.set_zero_linger().unwrap();
    let mut crashing = Socket::open_over(tcp, Some(&mint("alice")), "", &[]).await.unwrap();
    crashing.next_of("hello").await;
    let mut request = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "GET /api/v1/stream HTTP/1.1\r\nhost: herald\r\nauthorization: Bearer {}\r\n\r\n",
        mint("bob")
    );
    request.write_all(head.as_bytes()).await.unwrap();
    becomes(&service, ["alice", "bob"], [1, 1]).await;
    drop((crashing, request));
    becomes(&service, ["alice", "bob"], [0, 0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_those_are_online_who_are_back() {
    let server = Server::start().await;
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    for client in [&alice, &bob] {
        client.socket().await.next_of("hello").await;
    }
    let mut before = alice.socket().await;
    before.next_of("hello").await;
    let server = server.kill_and_restart().await;
    let service = server.service().await;
    assert_eq!(devices(&service, ["alice", "bob"]).await, [0, 0]);
    let mut back = server.user("alice").socket().await;
    back.next_of("hello").await;
    assert_eq!(devices(&service, ["alice", "bob"]).await, [1, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_rights_end_is_not_online() {
    let server = Server::start().await;
    let (admin, service) = (server.admin().await, server.service().await);
    let body = json!({"username": "alice", "password": "correct horse"});
    let id = server.anonymous().post("/api/v1/auth/register", &body).await.expect(201).json;
    let id = id["id"].as_str().unwrap();
    let phone = server.login("alice", "correct horse").await;
    let laptop = server.login("alice", "correct horse").await;
    let mut sockets = [phone.socket().await, laptop.socket().await];
    for socket in &mut sockets {
        socket.next_of("hello").await;
    }
    assert_eq!(devices(&service, [id]).await, [2]);
    phone.post("/api/v1/auth/logout", &json!({})).await.expect(204);
    assert_eq!(sockets[0].close_code().await, 4401);
    becomes(&service, [id], [1]).await;
    admin.delete(&format!("/api/v1/admin/users/{id}")).await.expect(204);
    becomes(&service, [id], [0]).await;
    eventually("nobody is online", || async {
        let list = admin.get("/api/v1/admin/presence").await.expect(200).json;
        assert_eq!(list["items"], json!([]));
        list["people"] == 0 && list["devices"] == 0
    })
    .await;
}
