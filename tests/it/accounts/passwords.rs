use serde_json::{Value, json};

use crate::accounts::{holder, login, me, register};
use crate::support::Server;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_registers_can_log_in_and_is_nobody_special() {
    let server = Server::start().await;
    let body = json!({"username": "alice", "password": "correct horse", "email": "a@example.com"});
    let answer = server.anonymous().post("/api/v1/auth/register", &body).await.expect(201);
    let told: Vec<_> = answer.json.as_object().unwrap().keys().collect();
    assert_eq!(told, ["company", "created_at", "email", "id", "role", "username"]);
    assert_eq!(answer.json["role"], "user");
    assert_eq!(answer.json["company"], Value::Null);
    assert!(answer.json["id"].as_str().unwrap().parse::<i64>().is_ok(), "{}", answer.json);

    let tokens = login(&server, "alice", "correct horse").await.expect(200);
    assert_eq!(
        (&tokens.json["token_type"], &tokens.json["expires_in"]),
        (&json!("bearer"), &json!(900))
    );
    assert_eq!(me(&holder(&server, &tokens)).await, answer.json);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_does_not_distinguish_names() {
    let server = Server::start().await;
    let alice = register(&server, "Alice", "correct horse").await.expect(201);
    for other in ["Alice", "alice", "ALICE", "aLiCe"] {
        register(&server, other, "another one").await.expect_problem(409, "username_taken");
        let tokens = login(&server, other, "correct horse").await.expect(200);
        assert_eq!(me(&holder(&server, &tokens)).await["id"], alice.json["id"]);
    }
    register(&server, "ADMIN", "another one").await.expect_problem(409, "username_taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_has_8_to_72_bytes_and_every_one_counts() {
    let server = Server::start().await;
    let (long, accented) = ("x".repeat(72), "é".repeat(36));
    for (name, password) in
        [("eight", "12345678"), ("four", "éééé"), ("long", &long), ("accented", &accented)]
    {
        register(&server, name, password).await.expect(201);
        login(&server, name, password).await.expect(200);
        // neither shorter, nor longer, nor in another case
        let mut shorter = password.to_owned();
        shorter.pop();
        for wrong in [shorter, format!("{password}x"), password.to_uppercase()] {
            if wrong != password {
                login(&server, name, &wrong).await.expect_problem(401, "wrong_credentials");
            }
        }
    }
    let (too_long, accented) = ("x".repeat(73), "é".repeat(37));
    for (password, rule) in [
        ("1234567", "too_short"),
        ("ééé", "too_short"),
        ("", "required"),
        (&*too_long, "too_long"),
        (&accented, "too_long"),
        ("nul\0within", "format"),
    ] {
        let answer = register(&server, "nobody", password).await.expect_problem(422, "validation");
        let error = &answer.json["errors"][0];
        assert_eq!((&error["field"], &error["rule"]), (&json!("password"), &json!(rule)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_user_are_answered_alike() {
    let server = Server::start().await;
    register(&server, "alice", "correct horse").await.expect(201);
    // a user without a login: known by a token alone
    me(&server.user("minted")).await;
    let wrong = login(&server, "alice", "wrong horse").await;
    let without_id = |mut body: Value| {
        body.as_object_mut().unwrap().remove("request_id");
        body
    };
    let long = "x".repeat(10_000);
    for (username, password) in [
        ("nobody", "wrong horse"),
        ("minted", "wrong horse"),
        ("no such name", "wrong horse"),
        ("", ""),
        (&*long, &*long),
        ("alice", &*long),
        ("alice", "nul\0within"),
    ] {
        let answer = login(&server, username, password).await;
        let answer = answer.expect_problem(401, "wrong_credentials");
        assert_eq!(without_id(answer.json), without_id(wrong.json.clone()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_logins_at_once_are_served_or_told_to_come_again() {
    let server = Server::builder().set("HERALD_RATE_LIMIT_ACCOUNT", "off").start().await;
    let attempts = (0..100).map(|_| login(&server, "admin", "admin-password"));
    let answers = futures_util::future::join_all(attempts).await;
    let served = answers.iter().filter(|answer| answer.status == 200).count();
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        let answer = answer.expect_problem(503, "unavailable");
        assert!(!answer.header("retry-after").is_empty());
    }
    assert!(served > 0);
    login(&server, "admin", "admin-password").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn registration_can_be_closed() {
    let server = Server::builder().set("HERALD_REGISTRATION", "closed").start().await;
    register(&server, "eve", "correct horse").await.expect_problem(403, "registration_closed");
    login(&server, "admin", "admin-password").await.expect(200);
    // an application's tokens are good all the same
    me(&server.user("alice")).await;
}
