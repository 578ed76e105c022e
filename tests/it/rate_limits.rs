//! Rate limits of the running server: who is counted by what.

use serde_json::{Value, json};

use crate::support::{Answer, Client, Server};

const LOGIN: &str = "/api/v1/auth/login";
const SEND: &str = "/api/v1/notifications";

fn guess(username: &str) -> Value {
    json!({"username": username, "password": "a guess"})
}

/// Refused for asking too often, and told when to come again.
#[track_caller]
pub(crate) fn refused(answer: Answer, class: &str) {
    let answer = answer.expect_problem(429, "rate_limited");
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!(wait >= 1);
    assert_eq!(answer.header("ratelimit"), format!("\"{class}\";r=0;t={wait}"));
}

/// A guess, as a proxy passes it on.
async fn guess_through(proxy: &Client, headers: &[(&str, &str)]) -> Answer {
    let request = proxy.request("POST", LOGIN).json(&guess("nobody"));
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    proxy.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_takes_few_guesses_and_others_are_let_in_all_the_same() {
    let server = Server::builder().set("HERALD_RATE_LIMIT_ACCOUNT", "3/h").start().await;
    let guest = server.anonymous();
    for left in (0..3).rev() {
        let answer = guest.post(LOGIN, &guess("admin")).await;
        let answer = answer.expect_problem(401, "wrong_credentials");
        let told: Vec<_> = answer.headers.get_all("ratelimit").iter().collect();
        assert_eq!(told[1], &format!("\"account\";r={left};t=1200"));
    }
    let right = json!({"username": "admin", "password": "admin-password"});
    refused_account(guest.post(LOGIN, &right).await);
    refused_account(guest.post(LOGIN, &guess("Admin")).await);
    let alice = json!({"username": "alice", "password": "correct horse"});
    guest.post("/api/v1/auth/register", &alice).await.expect(201);
    guest.post(LOGIN, &alice).await.expect(200);
}

#[track_caller]
fn refused_account(answer: Answer) {
    let answer = answer.expect_problem(429, "rate_limited");
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=1_200).contains(&wait), "{wait}");
    let told: Vec<_> = answer.headers.get_all("ratelimit").iter().collect();
    assert_eq!(told[1], &format!("\"account\";r=0;t={wait}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_uses_up_what_is_somebody_elses() {
    let server = Server::builder().set("HERALD_RATE_LIMIT_SEND", "5/h").start().await;
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let to = |user: &str| json!({"to": {"user": user}, "message": "hello"});
    for left in (0..5).rev() {
        let answer = alice.post(SEND, &to("alice")).await.expect(201);
        assert_eq!(answer.header("ratelimit"), format!("\"send\";r={left};t=720"));
        assert_eq!(answer.header("ratelimit-policy"), "\"send\";q=5;w=3600");
    }
    refused(alice.post(SEND, &to("alice")).await, "send");
    assert_eq!(alice.count().await["unread"], 5);
    bob.post(SEND, &to("bob")).await.expect(201);
    let service = server.service().await;
    for _ in 0..10 {
        let answer = service.post(SEND, &to("alice")).await.expect(201);
        assert_eq!(answer.header("ratelimit"), "", "a key is not limited by default");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_who_names_another_address_is_not_believed() {
    let server = Server::builder().set("HERALD_RATE_LIMIT_LOGIN", "2/h").start().await;
    let stranger = server.anonymous();
    for address in ["203.0.113.1", "203.0.113.2"] {
        let answer = guess_through(&stranger, &[("X-Forwarded-For", address)]).await;
        answer.expect_problem(401, "wrong_credentials");
    }
    for name in ["X-Forwarded-For", "Forwarded", "X-Real-IP"] {
        refused(guess_through(&stranger, &[(name, "for=203.0.113.3")]).await, "login");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_trusted_says_for_whom_it_asks() {
    let server = Server::builder()
        .set("HERALD_RATE_LIMIT_LOGIN", "2/h")
        .set("HERALD_TRUSTED_PROXIES", r#"["127.0.0.0/8"]"#)
        .start()
        .await;
    let proxy = server.anonymous();
    // what the client made up itself stands before what the proxy adds
    for made_up in ["198.51.100.1", "198.51.100.2"] {
        let chain = format!("{made_up}, 203.0.113.1");
        let answer = guess_through(&proxy, &[("X-Forwarded-For", &chain)]).await;
        answer.expect_problem(401, "wrong_credentials");
    }
    refused(guess_through(&proxy, &[("X-Forwarded-For", "203.0.113.1")]).await, "login");
    refused(guess_through(&proxy, &[("Forwarded", "for=203.0.113.1")]).await, "login");
    for header in [("X-Forwarded-For", "203.0.113.2"), ("Forwarded", "for=\"[2001:db8::1]:7\"")] {
        guess_through(&proxy, &[header]).await.expect_problem(401, "wrong_credentials");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_are_limited_and_refusals_counted() {
    let server = Server::builder().set("HERALD_RATE_LIMIT_REALTIME", "2/h").start().await;
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    for _ in 0..2 {
        alice.socket().await.next_of("hello").await;
    }
    refused(alice.post("/api/v1/realtime/tickets", &json!({})).await, "realtime");
    let handshake = alice
        .request("GET", "/api/v1/ws")
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    refused(alice.send(handshake).await, "realtime");
    bob.socket().await.next_of("hello").await;
    let figures = server.admin().await.get("/metrics").await.expect(200);
    assert_eq!(figures.header("ratelimit"), "");
    let text = String::from_utf8(figures.bytes).unwrap();
    for line in ["{class=\"realtime\"} 2", "{class=\"read\"} 0"] {
        let line = format!("herald_http_requests_limited_total{line}");
        assert!(text.lines().any(|told| told == line), "{line}:\n{text}");
    }
}
