//! Tickets, by which a browser says who it is.

use serde_json::json;

use crate::frames::Wire;
use crate::support::{Client, Server, mint_claims};

async fn draw(client: &Client) -> String {
    let answer = client.post("/api/v1/realtime/tickets", &json!({})).await.expect(201);
    assert_eq!(answer.json["expires_in"], 30);
    format!("?ticket={}", answer.json["ticket"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_good_once() {
    let server = Server::start().await;
    let alice = server.user("alice");
    let ticket = draw(&alice).await;
    let mut wire = Wire::open(server.address, &ticket, &[]).await;
    assert_eq!(wire.message().await["type"], "hello");
    alice.tell("alice", "for the one with the ticket").await;
    assert_eq!(wire.message().await["notification"]["message"], "for the one with the ticket");

    let (_, again) = Wire::ask(server.address, &ticket, &[]).await;
    again.expect_problem(401, "token_invalid");
    let path = format!("/api/v1/stream{ticket}");
    server.anonymous().get(&path).await.expect_problem(401, "token_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_race_for_a_ticket_one_gets_in() {
    let server = Server::start().await;
    let ticket = draw(&server.user("alice")).await;
    let races = (0..8).map(|_| Wire::ask(server.address, &ticket, &[]));
    let answers = futures_util::future::join_all(races).await;
    let mut statuses: Vec<_> = answers.iter().map(|(_, answer)| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [101, 401, 401, 401, 401, 401, 401, 401]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_lives_no_longer_than_what_it_was_drawn_with() {
    let server = Server::start().await;
    let brief = server.with_token(&mint_claims("alice", 2, &json!({})));
    let ticket = draw(&brief).await;
    let wire = Wire::open(server.address, &ticket, &[]).await;
    assert_eq!(wire.close_code().await, 4401);

    let body = json!({"username": "bob", "password": "long enough"});
    server.anonymous().post("/api/v1/auth/register", &body).await.expect(201);
    let bob = server.login("bob", "long enough").await;
    let ticket = draw(&bob).await;
    bob.post("/api/v1/auth/logout", &json!({})).await.expect(204);
    let (_, answer) = Wire::ask(server.address, &ticket, &[]).await;
    answer.expect_problem(401, "token_invalid");
}
