//! The secret of tokens, and that no secret is ever told.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::accounts::{holder, login, me, refresh, register};
use crate::support::{SECRET, Server, Socket, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_made_at_the_first_start_and_kept() {
    let builder = Server::builder().unset("HERALD_JWT_SECRET");
    let data = builder.folder().join("herald-data");
    let server = builder.clone().start().await;
    let tokens = login(&server, "admin", "admin-password").await.expect(200);

    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    let mut secrets = 0;
    for file in std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path()) {
        if !file.file_name().unwrap().to_str().unwrap().starts_with("herald.db") {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
            assert!(std::fs::read(&file).unwrap().len() >= 32);
            secrets += 1;
        }
    }
    assert_eq!(secrets, 1, "one file with the secret, beside the database");

    let server = server.kill_and_restart().await;
    me(&holder(&server, &tokens)).await;
    drop(server);

    // another folder has another secret
    let other = Server::builder().unset("HERALD_JWT_SECRET").start().await;
    holder(&other, &tokens).get("/api/v1/me").await.expect_problem(401, "token_invalid");
}

#[test]
fn a_short_secret_is_no_secret() {
    let canary = "canary-canary-canary-canary-can";
    assert_eq!(canary.len(), 31);
    let (done, said) = Server::builder().set("HERALD_JWT_SECRET", canary).run(&["serve"]);
    assert!(!done);
    assert!(said.to_lowercase().contains("jwt_secret") && said.contains("32"), "{said}");
    assert!(!said.contains(canary), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_ever_logged() {
    let password = "canary-password";
    let server = Server::builder()
        .set("HERALD_LOG", "trace")
        .set("HERALD_ADMIN_PASSWORD", "canary-of-the-admin")
        .start()
        .await;
    let mut secrets = vec![
        password.to_owned(),
        "canary-of-the-admin".to_owned(),
        SECRET.to_owned(),
        "canary-in-body".to_owned(),
    ];

    register(&server, "alice", password).await.expect(201);
    register(&server, "alice", password).await.expect(409);
    login(&server, "alice", "canary-password-wrong").await.expect(401);
    login(&server, password, password).await.expect(401);
    let first = login(&server, "alice", password).await.expect(200);
    let second = refresh(&server, &first.json["refresh_token"]).await.expect(200);
    for pair in [&first, &second] {
        for name in ["access_token", "refresh_token"] {
            secrets.push(pair.json[name].as_str().unwrap().to_owned());
        }
    }
    let alice = holder(&server, &second);
    me(&alice).await;

    let admin = server.login("admin", "canary-of-the-admin").await;
    let body = json!({"name": "bot", "scopes": ["send"]});
    let key = admin.post("/api/v1/admin/api-keys", &body).await.expect(201).json["key"].clone();
    secrets.extend([admin.token.clone().unwrap(), key.as_str().unwrap().to_owned()]);
    server.with_token(key.as_str().unwrap()).tell("bob", "hello").await;

    let ticket = alice.post("/api/v1/realtime/tickets", &json!({})).await.expect(201);
    let ticket = ticket.json["ticket"].as_str().unwrap().to_owned();
    let query = format!("?ticket={ticket}");
    secrets.push(ticket);
    Socket::open(server.address, None, &query).await.unwrap().next_of("hello").await;
    assert!(Socket::open(server.address, None, &query).await.is_err());
    let mut socket = Socket::open(server.address, None, "").await.unwrap();
    let token = alice.token.clone().unwrap();
    socket.say(json!({"type": "auth", "token": token})).await;
    socket.next_of("hello").await;
    socket.say(json!({"type": "refresh", "token": "canary-in-body"})).await;
    socket.next_of("error").await;
    socket.say(json!({"type": "canary-in-body", "token": token})).await;
    socket.next_of("error").await;

    // what is wrong is told without what it was
    let minted = server.user("carol");
    secrets.push(minted.token.clone().unwrap());
    let wrong = json!({"username": "x", "password": {"canary-in-body": "canary-in-body"}});
    minted.post("/api/v1/auth/login", &wrong).await.expect(422);
    minted.get(&format!("/api/v1/me?token={}", secrets[4])).await.expect(422);
    refresh(&server, &first.json["refresh_token"]).await.expect(401);
    assert_eq!(socket.close_code().await, 4401);

    eventually("the last of it is logged", || async {
        server.log().iter().any(|line| line.contains("refresh token reused"))
    })
    .await;
    let log = server.log();
    for secret in &secrets {
        let told = log.iter().find(|line| line.contains(secret.as_str()));
        assert_eq!(told, None, "{secret} is in the log");
    }
    // nor in the files, where passwords, keys and tokens are kept as hashes
    let data = server.builder_again().folder().join("herald-data");
    for file in std::fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path()) {
        let bytes = std::fs::read(&file).unwrap();
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} is in {}", file.display());
        }
    }
}
