//! Who may ask how often, and how they are told.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use herald_domain::Scope;
use herald_http::{Class, Rates};
use serde_json::{Value, json};

use crate::support::{Api, Reply, Settings, api, api_with, by, filled};

/// Nothing but these classes is limited, each to two requests an hour.
async fn two_an_hour(limited: &[Class]) -> Api {
    let mut rates = Rates::default();
    for class in Class::ALL {
        rates.set(class, if limited.contains(&class) { "2/h" } else { "off" }).unwrap();
    }
    api_with(Settings { rates, ..Settings::default() }).await
}

#[track_caller]
fn assert_refused(reply: &Reply, class: &str) {
    assert_eq!(reply.status, 429);
    assert_eq!(reply.json()["code"], "rate_limited");
    let wait: u64 = reply.header("retry-after").parse().unwrap();
    assert!((1..=1_800).contains(&wait), "{wait}");
    assert_eq!(reply.header("ratelimit"), format!("\"{class}\";r=0;t={wait}"));
    assert_eq!(reply.header("ratelimit-policy"), format!("\"{class}\";q=2;w=3600"));
}

fn all<'a>(reply: &'a Reply, name: &str) -> Vec<&'a str> {
    reply.headers.get_all(name).map(|value| value.to_str().unwrap()).collect()
}

fn message(to: &str) -> Value {
    json!({"to": {"user": to}, "message": "hello"})
}

#[actix_web::test]
async fn every_route_but_the_operators_says_how_the_caller_stands() {
    let api = api().await;
    let document = serde_json::to_value(herald_http::openapi()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let is_health = operation["tags"] == json!(["health"]);
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            // sockets take a server (tests/it/rate_limits.rs)
            if !operation["responses"]["101"].is_null() {
                continue;
            }
            let reply = api.call(method, &filled(path), "u/alice").await;
            assert_ne!(reply.header("ratelimit").is_empty(), !is_health, "{path}");
            assert_ne!(reply.header("ratelimit-policy").is_empty(), !is_health, "{path}");
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let told = ["1", "2", "3", "429"].iter().any(|start| status.starts_with(start));
                let documented = !answer["headers"]["RateLimit"].is_null();
                assert_eq!(documented, told && !is_health, "{path} {status}");
            }
            assert_eq!(operation["responses"]["429"].is_null(), is_health, "{path}");
        }
    }
    for path in ["/docs/", "/openapi.json", "/nowhere"] {
        assert!(api.get(path, "u/alice").await.header("ratelimit").is_empty(), "{path}");
    }
}

#[actix_web::test]
async fn what_is_left_counts_down_and_then_the_caller_has_to_wait() {
    let api = two_an_hour(&[Class::Read]).await;
    for left in ["\"read\";r=1;t=1800", "\"read\";r=0;t=1800"] {
        let reply = api.get("/api/v1/notifications", "u/alice").await;
        assert_eq!((reply.status.as_u16(), reply.header("ratelimit")), (200, left));
        assert_eq!(reply.header("ratelimit-policy"), "\"read\";q=2;w=3600");
    }
    assert_refused(&api.get("/api/v1/me", "u/alice").await, "read");
    assert_refused(&api.call(Method::HEAD, "/api/v1/me", "u/alice").await, "read");
    // whom it does not concern
    assert_eq!(api.get("/api/v1/me", "u/bob").await.status, 200);
    assert_eq!(api.get("/healthz", "u/alice").await.status, 200);
    api.note("alice", "of another class").await;
}

#[actix_web::test]
async fn each_class_has_a_quota_of_its_own() {
    use Class::{Realtime, Send, Write};
    let api = two_an_hour(&[Send, Write, Realtime]).await;
    for (class, path, body) in [
        ("send", "/api/v1/notifications", message("alice")),
        ("write", "/api/v1/notifications/read-all", json!({})),
        ("realtime", "/api/v1/realtime/tickets", json!({})),
    ] {
        for _ in 0..2 {
            assert!(api.post(path, "u/alice", body.clone()).await.status.is_success(), "{path}");
        }
        assert_refused(&api.post(path, "u/alice", body).await, class);
    }
    let batch = json!({"notifications": [message("alice")]});
    assert_refused(&api.post("/api/v1/notifications/batch", "u/alice", batch).await, "send");
    assert_refused(&api.get("/api/v1/stream", "u/alice").await, "realtime");
    assert_eq!(api.get("/api/v1/notifications/count", "u/alice").await.json()["rev"], 3);
}

#[actix_web::test]
async fn a_key_is_counted_by_itself_whatever_it_does() {
    let api = two_an_hour(&[Class::ApiKey, Class::Send, Class::Read]).await;
    let key =
        async |name: &str| api.services.api_keys.create(name, vec![Scope::Send]).await.unwrap().1;
    let (first, second) = (key("first").await, key("second").await);
    api.post("/api/v1/notifications", &first, message("alice")).await.expect(201);
    api.get("/api/v1/notifications/count", &first).await.expect(403);
    let third = api.post("/api/v1/notifications", &first, message("alice")).await;
    assert_refused(&third, "api_key");
    api.post("/api/v1/notifications", &second, message("alice")).await.expect(201);
}

#[actix_web::test]
async fn who_shows_no_credential_or_a_wrong_one_is_counted_by_address() {
    let api = two_an_hour(&[Class::Anonymous]).await;
    let from = |address: &str, token: &str| {
        by(Method::GET, "/api/v1/me", token).peer_addr(address.parse().unwrap())
    };
    api.request(from("192.0.2.1:1", "")).await.expect(401);
    api.request(from("192.0.2.1:2", "nonsense")).await.expect(401);
    assert_refused(&api.request(from("192.0.2.1:3", "nonsense")).await, "anonymous");
    // the good ones behind the same address do not suffer
    api.request(from("192.0.2.1:4", "u/alice")).await.expect(200);
    api.request(from("192.0.2.2:1", "nonsense")).await.expect(401);
    // whoever has one address of such a network has all
    for host in 1..=2 {
        let address = format!("[2001:db8:1:2::{host}]:1");
        api.request(from(&address, "")).await.expect(401);
    }
    assert_refused(&api.request(from("[2001:db8:1:2:ffff::]:1", "")).await, "anonymous");
    let stream = TestRequest::get().uri("/api/v1/stream?ticket=ht_nonsense");
    let stream = stream.peer_addr("192.0.2.1:5".parse().unwrap());
    assert_refused(&api.request(stream).await, "anonymous");
}

#[actix_web::test]
async fn an_account_is_counted_by_its_name_and_a_guest_by_address() {
    let api = two_an_hour(&[Class::Account]).await;
    let attempt = async |name: &str| {
        let body = json!({"username": name, "password": "a guess"});
        api.post("/api/v1/auth/login", "", body).await
    };
    for name in ["alice", "ALICE"] {
        attempt(name).await.expect(401);
    }
    assert_refused(&attempt("Alice").await, "account");
    attempt("bob").await.expect(401);
    // what can be nobody's name
    for _ in 0..3 {
        attempt("no such name").await.expect(401);
    }

    let api = two_an_hour(&[Class::Login, Class::Account]).await;
    let user = json!({"username": "alice", "password": "correct horse"});
    api.post("/api/v1/auth/register", "", user.clone()).await.expect(201);
    let login = api.post("/api/v1/auth/login", "", user.clone()).await;
    assert_eq!(all(&login, "ratelimit"), ["\"login\";r=0;t=1800", "\"account\";r=1;t=1800"]);
    let policies = ["\"login\";q=2;w=3600", "\"account\";q=2;w=3600"];
    assert_eq!(all(&login, "ratelimit-policy"), policies);
    assert_refused(&api.post("/api/v1/auth/login", "", user).await, "login");
    let refresh = json!({"refresh_token": login.json()["refresh_token"]});
    assert_refused(&api.post("/api/v1/auth/refresh", "", refresh).await, "login");
}

#[actix_web::test]
async fn what_is_not_limited_says_nothing_of_limits() {
    let api = two_an_hour(&[]).await;
    for _ in 0..5 {
        let reply = api.get("/api/v1/notifications", "u/alice").await;
        assert_eq!(reply.status, 200);
        assert!(
            reply.header("ratelimit").is_empty() && reply.header("ratelimit-policy").is_empty()
        );
    }
}
