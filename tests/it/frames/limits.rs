//! What a client may do at most, and when it must have said who it is.

use serde_json::json;

use crate::frames::Wire;
use crate::frames::wire::{BINARY, LAST, PING, TEXT, bearer};
use crate::support::{Server, eventually, mint, mint_claims};

#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_ten_sockets_and_streams() {
    let server = Server::start().await;
    let alice = server.user("alice");
    let mut wires = Vec::new();
    for _ in 0..9 {
        wires.push(Wire::of(&alice).await);
    }
    let mut stream = alice.stream(None).await;
    assert_eq!(stream.next().await.unwrap()["type"], "hello");
    let eleventh = Wire::open(alice.address, "", &[("authorization", &bearer(&alice))]).await;
    assert_eq!(eleventh.close_code().await, 4429);

    // the others go on, and another user is not concerned
    for wire in &mut wires {
        assert!(wire.is_alive().await);
    }
    Wire::of(&server.user("bob")).await;

    // whoever leaves makes room
    drop(wires.pop());
    eventually("there is room again", || async {
        let mut wire = Wire::open(alice.address, "", &[("authorization", &bearer(&alice))]).await;
        matches!(wire.frame().await, Some((0x81, _)))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_messages_is_cut_off() {
    let server = Server::start().await;
    let alice = server.user("alice");
    let mut wire = Wire::of(&alice).await;
    for _ in 0..200 {
        wire.say(r#"{"type":"heartbeat"}"#).await;
    }
    assert_eq!(wire.close_code().await, 4429);

    let mut wire = Wire::of(&alice).await;
    for _ in 0..200 {
        wire.send(LAST | PING, b"").await;
    }
    assert_eq!(wire.close_code().await, 4429);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_may_err_nine_times() {
    let server = Server::start().await;
    let mut wire = Wire::of(&server.user("alice")).await;
    for n in 0..9 {
        wire.say(&json!({"type": "reed", "ids": [1], "ref": n.to_string()}).to_string()).await;
        let error = wire.message().await;
        assert_eq!((&error["type"], &error["code"]), (&json!("error"), &json!("bad_message")));
        assert_eq!(error["ref"], n.to_string());
    }
    assert!(wire.is_alive().await);
    wire.say(r#"{"type":"reed"}"#).await;
    assert_eq!(wire.close_code().await, 4500);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_json_object_ends_the_socket() {
    let server = Server::start().await;
    let alice = server.user("alice");
    for text in ["", "hello", "[]", "7", "null", r#"{"type":"heartbeat""#, "{}{}", "\0"] {
        let mut wire = Wire::of(&alice).await;
        wire.say(text).await;
        assert_eq!(wire.message().await["code"], "bad_message", "{text}");
        assert_eq!(wire.close_code().await, 4500, "{text}");
    }
    // however deep it is
    let mut wire = Wire::of(&alice).await;
    wire.say(&"[".repeat(10_000)).await;
    assert_eq!(wire.close_code().await, 4500);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_say_who_it_is_must_go() {
    let server = Server::start().await;
    let address = server.address;
    let expired = json!({"type": "auth", "token": mint_claims("alice", -60, &json!({}))});
    let service = json!({"type": "auth", "token": server.service().await.token});
    let first = [
        r#"{"type":"heartbeat"}"#.to_owned(),
        r#"{"type":"resume","epoch":"x","rev":0}"#.to_owned(),
        r#"{"type":"auth"}"#.to_owned(),
        r#"{"type":"auth","token":""}"#.to_owned(),
        r#"{"type":"auth","token":7}"#.to_owned(),
        "not json".to_owned(),
        expired.to_string(),
        service.to_string(),
    ];
    for text in first {
        let mut wire = Wire::open(address, "", &[]).await;
        wire.send(LAST | TEXT, text.as_bytes()).await;
        assert_eq!(wire.close_code().await, 4401, "{text}");
    }
    let mut wire = Wire::open(address, "", &[]).await;
    wire.send(LAST | BINARY, b"\0").await;
    assert_eq!(wire.close_code().await, 4500);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_seconds_without_a_word_are_enough() {
    let server = Server::start().await;
    // pings say nothing about who it is
    let mut pinging = Wire::open(server.address, "", &[]).await;
    let silent = Wire::open(server.address, "", &[]).await;
    let waiting = tokio::spawn(silent.close_code());
    let begun = tokio::time::Instant::now();
    while !waiting.is_finished() {
        pinging.send(LAST | PING, b"").await;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    assert_eq!(waiting.await.unwrap(), 4408);
    assert!(begun.elapsed().as_secs() >= 4, "after {:?}", begun.elapsed());
    assert_eq!(pinging.close_code().await, 4408);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_is_announced_and_can_be_replaced() {
    let server = Server::start().await;
    let short = |user: &str| mint_claims(user, 6, &json!({}));
    let mut goes = Wire::of(&server.with_token(&short("alice"))).await;
    let mut stays = Wire::of(&server.with_token(&short("alice"))).await;
    assert_eq!(goes.message().await["type"], "expiring");
    assert_eq!(stays.message().await["type"], "expiring");
    stays.say(&json!({"type": "refresh", "token": mint("alice"), "ref": "r"}).to_string()).await;
    assert_eq!(stays.message().await, json!({"type": "ok", "ref": "r"}));
    assert_eq!(goes.close_code().await, 4401);
    assert!(stays.is_alive().await);

    stays.say(&json!({"type": "refresh", "token": "nonsense", "ref": "s"}).to_string()).await;
    assert_eq!(stays.message().await["code"], "token_invalid");
    stays.say(&json!({"type": "refresh", "token": mint("bob")}).to_string()).await;
    assert_eq!(stays.close_code().await, 4503);
}
