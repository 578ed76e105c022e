use serde_json::json;

use crate::accounts::{holder, login, me, refresh, register};
use crate::support::{Server, Socket};

/// Whether the server still listens to the socket.
async fn assert_open(socket: &mut Socket) {
    socket.say(json!({"type": "heartbeat"})).await;
    socket.next_of("heartbeat_ack").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refreshing_gives_a_new_pair_and_uses_up_the_old() {
    let server = Server::start().await;
    let first = login(&server, "admin", "admin-password").await.expect(200);
    let second = refresh(&server, &first.json["refresh_token"]).await.expect(200);
    assert_ne!(second.json["refresh_token"], first.json["refresh_token"]);
    assert_eq!(second.json["expires_in"], 900);
    // the access token of the old pair lasts until its end: it is the same login
    me(&holder(&server, &first)).await;
    me(&holder(&server, &second)).await;
    refresh(&server, &second.json["refresh_token"]).await.expect(200);

    for nonsense in ["", "hr_", "nonsense", first.json["access_token"].as_str().unwrap()] {
        refresh(&server, &json!(nonsense)).await.expect_problem(401, "token_invalid");
    }
    // nor is a refresh token good for anything else
    let token = second.json["refresh_token"].as_str().unwrap();
    server.with_token(token).get("/api/v1/me").await.expect_problem(401, "token_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_uses_a_refresh_token_twice_ends_the_login_at_once() {
    let server = Server::start().await;
    let other = login(&server, "admin", "admin-password").await.expect(200);
    let first = login(&server, "admin", "admin-password").await.expect(200);
    let second = refresh(&server, &first.json["refresh_token"]).await.expect(200);
    let (old, new) = (holder(&server, &first), holder(&server, &second));
    let mut socket = new.socket().await;
    socket.next_of("hello").await;
    let mut untouched = holder(&server, &other).socket().await;
    untouched.next_of("hello").await;

    refresh(&server, &first.json["refresh_token"]).await.expect_problem(401, "token_invalid");
    for client in [&old, &new] {
        client.get("/api/v1/me").await.expect_problem(401, "token_invalid");
    }
    refresh(&server, &second.json["refresh_token"]).await.expect_problem(401, "token_invalid");
    assert_eq!(socket.close_code().await, 4401);
    // another login of the same user is none of the thief's
    assert_open(&mut untouched).await;
    refresh(&server, &other.json["refresh_token"]).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_refresh_at_once_none_goes_on() {
    let server = Server::start().await;
    let first = login(&server, "admin", "admin-password").await.expect(200);
    let token = &first.json["refresh_token"];
    let races = (0..8).map(|_| refresh(&server, token));
    let answers = futures_util::future::join_all(races).await;
    let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert!(won.len() <= 1, "a refresh token was good twice");
    // the first of them may get a pair, which the second has already made worthless
    for pair in won.into_iter().chain([&first]) {
        holder(&server, pair).get("/api/v1/me").await.expect_problem(401, "token_invalid");
        refresh(&server, &pair.json["refresh_token"]).await.expect_problem(401, "token_invalid");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_out_ends_that_login_and_no_other() {
    let server = Server::start().await;
    register(&server, "alice", "correct horse").await.expect(201);
    let phone = login(&server, "alice", "correct horse").await.expect(200);
    let laptop = login(&server, "alice", "correct horse").await.expect(200);
    let (at_phone, at_laptop) = (holder(&server, &phone), holder(&server, &laptop));
    let mut phones = [at_phone.socket().await, at_phone.socket().await];
    let mut stream = at_phone.stream(None).await;
    let mut laptops = at_laptop.socket().await;
    assert_eq!(stream.next().await.unwrap()["type"], "hello");

    at_phone.post("/api/v1/auth/logout", &json!({})).await.expect(204);
    at_phone.get("/api/v1/me").await.expect_problem(401, "token_invalid");
    at_phone.post("/api/v1/auth/logout", &json!({})).await.expect_problem(401, "token_invalid");
    refresh(&server, &phone.json["refresh_token"]).await.expect_problem(401, "token_invalid");
    for socket in &mut phones {
        assert_eq!(socket.close_code().await, 4401);
    }
    assert!(stream.next().await.is_none());

    me(&at_laptop).await;
    assert_open(&mut laptops).await;
    refresh(&server, &laptop.json["refresh_token"]).await.expect(200);
    login(&server, "alice", "correct horse").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_ended_stays_ended_when_the_server_comes_again() {
    let server = Server::start().await;
    let ended = login(&server, "admin", "admin-password").await.expect(200);
    let lives = login(&server, "admin", "admin-password").await.expect(200);
    holder(&server, &ended).post("/api/v1/auth/logout", &json!({})).await.expect(204);
    let server = server.kill_and_restart().await;
    let client = holder(&server, &ended);
    client.get("/api/v1/me").await.expect_problem(401, "token_invalid");
    refresh(&server, &ended.json["refresh_token"]).await.expect_problem(401, "token_invalid");
    me(&holder(&server, &lives)).await;
    refresh(&server, &lives.json["refresh_token"]).await.expect(200);
}
