//! Users who are disabled and deleted, and what is left of them.

use serde_json::{Value, json};

use crate::support::{Client, Copy, Database, Server, eventually, mint_claims, skip};

const USERS: &str = "/api/v1/admin/users";

fn path(id: &str) -> String {
    format!("{USERS}/{id}")
}

/// A token that was issued so many seconds ago, and is good for an hour.
fn issued(id: &str, seconds_ago: i64) -> String {
    let at = jiff::Timestamp::now().as_second() - seconds_ago;
    mint_claims(id, 3_600, &json!({"iat": at}))
}

async fn send(service: &Client, to: &Value, message: &str) -> i64 {
    let body = json!({"to": to, "message": message});
    service.post("/api/v1/notifications", &body).await.expect(201).json["id"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_deleted_is_cut_off_at_once_and_erased() {
    let server = Server::start().await;
    let (admin, service) = (server.admin().await, server.service().await);
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let both = json!({"users": ["alice", "bob"]});
    let id = send(&service, &both, "to both").await;
    for nth in 0..300 {
        send(&service, &json!({"user": "alice"}), &format!("number {nth}")).await;
    }
    alice.delete(&format!("/api/v1/notifications/{id}")).await.expect(204);
    let body = json!({"mutes": [{"category": "ci"}]});
    alice.put_json("/api/v1/preferences", &body).await.expect(200);
    let (mut socket, mut stream) = (alice.socket().await, alice.stream(None).await);
    socket.next_of("hello").await;
    assert_eq!(stream.next().await.unwrap()["type"], "hello");

    admin.delete(&path("alice")).await.expect(204);
    assert_eq!(socket.close_code().await, 4401);
    assert_eq!(stream.next().await, None::<Value>);
    alice.get("/api/v1/me").await.expect_problem(401, "token_invalid");
    admin.get(&path("alice")).await.expect_problem(404, "not_found");
    admin.delete(&path("alice")).await.expect_problem(404, "not_found");
    let bobs = Copy::of(&bob).await;
    bobs.check_counts();
    assert!(bobs.items.contains_key(&id), "bob keeps it");

    // the janitor looks at everything when a server starts
    let server = server.kill_and_restart().await;
    let Some(mut database) = Database::open(&server.database()) else {
        return skip(
            "users::who_is_deleted_is_cut_off_at_once_and_erased",
            "no program that reads SQLite",
        );
    };
    let mut left = || {
        let counts = [
            "inbox_items WHERE usr NOT IN (SELECT key FROM users)",
            "inbox_heads WHERE usr NOT IN (SELECT key FROM users)",
            "inbox_tombstones WHERE usr NOT IN (SELECT key FROM users)",
            "mutes",
            "estates",
        ];
        counts.map(|rows| database.ask(&format!("SELECT count(*) FROM {rows}")))
    };
    eventually("nothing is left", || {
        let left = left();
        async move { left.iter().all(|count| count == "0") }
    })
    .await;
    assert_eq!(Copy::of(&server.user("bob")).await, bobs);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_token_brings_nobody_back_and_a_new_one_somebody_else() {
    let server = Server::start().await;
    let (admin, service) = (server.admin().await, server.service().await);
    let old = server.with_token(&issued("alice", 60));
    old.tell("alice", "a note to myself").await;
    admin.delete(&path("alice")).await.expect(204);
    let recent = server.with_token(&issued("alice", 1));
    recent.get("/api/v1/me").await.expect_problem(401, "token_invalid");
    old.get("/api/v1/me").await.expect_problem(401, "token_invalid");
    let server = server.kill_and_restart().await;
    let old = server.with_token(&issued("alice", 60));
    old.get("/api/v1/me").await.expect_problem(401, "token_invalid");

    // a sender may name the id anew; what was said before stays gone
    let service = server.with_token(service.token.as_deref().unwrap());
    send(&service, &json!({"user": "alice"}), "hello, whoever you are").await;
    let later = server.with_token(&issued("alice", -3));
    let inbox = later.everything().await;
    assert_eq!(inbox.len(), 1);
    assert_eq!(inbox[0]["message"], "hello, whoever you are");
    old.get("/api/v1/me").await.expect_problem(401, "token_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_disabled_keeps_the_inbox() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let alice = server.user("alice");
    alice.tell("alice", "before").await;
    let mut socket = alice.socket().await;
    socket.next_of("hello").await;
    let disabled = admin.patch(&path("alice"), &json!({"disabled": true})).await.expect(200).json;
    assert!(disabled["disabled_at"].is_string(), "{disabled}");
    assert_eq!(socket.close_code().await, 4401);
    alice.get("/api/v1/me").await.expect_problem(403, "account_disabled");
    admin.tell("alice", "meanwhile").await;
    admin.patch(&path("alice"), &json!({"disabled": false})).await.expect(200);
    assert_eq!(alice.everything().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_counts_for_a_running_server() {
    let server = Server::start().await;
    let operator = server.builder_again();
    let bob = server.user("bob");
    bob.tell("bob", "a note to myself").await;
    let mut socket = bob.socket().await;
    socket.next_of("hello").await;
    let (done, said) = operator.run(&["user", "disable", "bob"]);
    assert!(done, "{said}");
    assert_eq!(socket.close_code().await, 4401);
    bob.get("/api/v1/me").await.expect_problem(403, "account_disabled");
    let (done, said) = operator.run(&["user", "delete", "bob"]);
    assert!(done, "{said}");
    eventually("bob is unknown", || async { bob.get("/api/v1/me").await.status == 401 }).await;
    let (done, said) = operator.run(&["user", "delete", "admin"]);
    assert!(!done && said.contains("last administrator"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_found_in_a_large_list() {
    let server = Server::start().await;
    let (admin, service) = (server.admin().await, server.service().await);
    let many: Vec<_> = (0..100).map(|nth| format!("tenant:{nth}")).collect();
    send(&service, &json!({"users": many}), "hello").await;
    let (mut walked, mut query) = (Vec::new(), "?limit=30&q=TENANT:".to_owned());
    loop {
        let page = admin.get(&format!("{USERS}{query}")).await.expect(200);
        let items = page.json["items"].as_array().unwrap();
        walked.extend(items.iter().map(|user| user["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        query = format!("?limit=30&q=TENANT:&cursor={cursor}");
        let next = format!("<{USERS}{query}>; rel=\"next\"");
        assert!(page.header("link").ends_with(&next), "{:?}", page.headers);
    }
    assert_eq!(walked, many);
    let page = admin.get(&format!("{USERS}?q=tenant:9&page=2&limit=5")).await.expect(200).json;
    assert_eq!((&page["total"], page["items"].as_array().unwrap().len()), (&json!(11), 5));
}
