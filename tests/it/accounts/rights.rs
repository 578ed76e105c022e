//! Rights that change while their owner is connected.

use serde_json::{Value, json};

use crate::accounts::me;
use crate::support::{Client, Server, eventually};

async fn may_send(client: &Client) -> bool {
    let body = json!({"to": {"user": "somebody"}, "message": "hello"});
    let answer = client.post("/api/v1/notifications", &body).await;
    assert!(matches!(answer.status, 201 | 403), "{}", answer.json);
    answer.status == 201
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_takes_notice_of_the_command_line() {
    let server = Server::start().await;
    let operator = server.builder_again();
    let bob = server.user("bob");
    assert!(!may_send(&bob).await);

    let (done, said) = operator.run(&["user", "set-role", "bob", "admin"]);
    assert!(done && said.contains("bob is now admin"), "{said}");
    eventually("bob may send", || may_send(&bob)).await;
    assert_eq!(me(&bob).await["role"], "admin");

    // an admin who is demoted is cut off, in the middle of a connection
    let mut socket = bob.socket().await;
    socket.next_of("hello").await;
    let (done, said) = operator.run(&["user", "set-role", "bob", "user"]);
    assert!(done, "{said}");
    assert_eq!(socket.close_code().await, 4401);
    assert!(!may_send(&bob).await);
    bob.get("/api/v1/admin/api-keys").await.expect_problem(403, "forbidden");
    // and may come back as who he is now
    bob.socket().await.next_of("hello").await;

    let (done, said) = operator.run(&["user", "set-company", "bob", "acme"]);
    assert!(done && said.contains("acme"), "{said}");
    eventually("bob is of acme", || async { me(&bob).await["company"] == "acme" }).await;

    let (done, said) = operator.run(&["user", "set-role", "nobody", "admin"]);
    assert!(!done && said.contains("user nobody"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_changes_rights_at_once() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let bob = server.user("bob");
    let boss = me(&admin).await["id"].clone();
    me(&bob).await;
    let path = "/api/v1/admin/users/bob";
    let mut socket = bob.socket().await;
    let mut stream = bob.stream(None).await;
    assert_eq!(stream.next().await.unwrap()["type"], "hello");

    let change = json!({"role": "admin", "company": "acme"});
    let changed = admin.patch(path, &change).await.expect(200).json;
    assert_eq!((&changed["role"], &changed["company"]), (&json!("admin"), &json!("acme")));
    assert_eq!(socket.close_code().await, 4401);
    assert_eq!(stream.next().await, None::<Value>);
    assert!(may_send(&bob).await);

    // he may demote even the one who promoted him, who is then refused at once
    let mut socket = admin.socket().await;
    let path = format!("/api/v1/admin/users/{}", boss.as_str().unwrap());
    bob.patch(&path, &json!({"role": "user"})).await.expect(200);
    assert!(!may_send(&admin).await);
    admin.patch("/api/v1/admin/users/bob", &json!({"role": "user"})).await.expect(403);
    assert_eq!(socket.close_code().await, 4401);

    bob.patch("/api/v1/admin/users/nobody", &change).await.expect_problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_other_role_has_no_rights() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let bob = server.user("bob");
    me(&bob).await;
    for role in ["Admin", "ADMIN", "administrator", "root", "admin2"] {
        admin.patch("/api/v1/admin/users/bob", &json!({"role": role})).await.expect(200);
        assert!(!may_send(&bob).await, "{role}");
        bob.get("/api/v1/admin/api-keys").await.expect_problem(403, "forbidden");
    }
}
