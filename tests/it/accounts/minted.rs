//! Tokens that an application's own backend mints.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::accounts::me;
use crate::support::{SECRET, Server, mint, mint_claims};

/// A token of `alice` with claims changed or, by null, left out.
fn with(changes: &Value) -> String {
    let mut claims = json!({
        "sub": "alice", "iat": 1_700_000_000, "exp": 4_000_000_000_i64,
        "iss": "herald", "aud": "herald",
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    sign(&Header::default(), &claims, SECRET)
}

fn sign(header: &Header, claims: &Value, secret: &str) -> String {
    encode(header, claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_in_a_token_is_a_new_user() {
    let server = Server::start().await;
    let alice = server.user("tenant:7/alice".replace('/', ".").as_str());
    let user = me(&alice).await;
    assert_eq!((&user["id"], &user["username"]), (&json!("tenant:7.alice"), &Value::Null));
    assert_eq!(user["role"], "user");
    alice.tell("tenant:7.alice", "to myself").await;
    assert_eq!(alice.count().await["unread"], 1);
    // from then on it is the same user
    assert_eq!(me(&server.user("tenant:7.alice")).await, user);

    // many tokens at once do not make many users
    let bob = (0..16).map(|_| async { me(&server.user("bob")).await });
    let bobs = futures_util::future::join_all(bob).await;
    assert!(bobs.iter().all(|bob| *bob == bobs[0]), "{bobs:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_are_not_taken_from_a_token() {
    let server = Server::start().await;
    let boast = json!({"role": "admin", "roles": ["admin"], "company": "acme", "admin": true});
    let eve = server.with_token(&mint_claims("eve", 3_600, &boast));
    let user = me(&eve).await;
    assert_eq!((&user["role"], &user["company"]), (&json!("user"), &Value::Null));
    eve.get("/api/v1/admin/api-keys").await.expect_problem(403, "forbidden");
    let body = json!({"to": {"user": "bob"}, "message": "hello"});
    eve.post("/api/v1/notifications", &body).await.expect_problem(403, "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_breaks_a_rule_is_refused() {
    let server = Server::start().await;
    let good = with(&json!({}));
    assert_eq!(me(&server.with_token(&good)).await["id"], "alice");
    let refused = [
        json!({"iss": "somebody else"}),
        json!({"iss": null}),
        json!({"aud": "somebody else"}),
        json!({"aud": ["somebody", "else"]}),
        json!({"aud": null}),
        json!({"exp": null}),
        json!({"exp": "4000000000"}),
        json!({"iat": null}),
        json!({"sub": null}),
        json!({"sub": ""}),
        json!({"sub": 7}),
        json!({"sub": "no spaces"}),
        json!({"sub": "nul\0"}),
        json!({"sub": "x".repeat(129)}),
        json!({"nbf": 3_999_999_999_i64}),
        json!({"sid": "a login that is not"}),
        // given out by Herald alone, and this one was not
        json!({"sub": "7777777"}),
    ];
    for changes in refused {
        let client = server.with_token(&with(&changes));
        let answer = client.get("/api/v1/me").await;
        assert_eq!(answer.status, 401, "{changes}: {}", answer.json);
        answer.expect_problem(401, "token_invalid");
    }
    let expired = server.with_token(&with(&json!({"exp": 1_700_000_001})));
    expired.get("/api/v1/me").await.expect_problem(401, "token_expired");
    server.with_token(&mint_claims("alice", -10, &json!({}))).get("/api/v1/me").await.expect(401);
    // clocks may differ a little
    server.with_token(&mint_claims("alice", -2, &json!({}))).get("/api/v1/me").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_is_not_ours_is_refused() {
    let server = Server::start().await;
    let good = mint("alice");
    let [header, claims, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let decoded = json!({
        "sub": "alice", "iat": 1_700_000_000, "exp": 4_000_000_000_i64,
        "iss": "herald", "aud": "herald",
    });
    // {"alg":"none","typ":"JWT"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let jku = Some("https://evil.example/keys".to_owned());
    let key_url = Header { jku, ..Header::default() };
    let refused = [
        ("alg none", format!("{none}.{claims}.")),
        ("alg none, signed", format!("{none}.{claims}.{signature}")),
        ("not signed", format!("{header}.{claims}.")),
        ("two parts", format!("{header}.{claims}")),
        ("four parts", format!("{good}.{signature}")),
        (
            "other claims",
            format!("{header}.{}.{signature}", mint("bob").split('.').nth(1).unwrap()),
        ),
        ("another secret", sign(&Header::default(), &decoded, &"another secret ".repeat(4))),
        ("an empty secret", sign(&Header::default(), &decoded, "")),
        ("HS512", sign(&Header::new(Algorithm::HS512), &decoded, SECRET)),
        ("a key from elsewhere", sign(&key_url, &decoded, SECRET)),
        ("nothing", "..".to_owned()),
        ("no base64", "a b.c d.e f".to_owned()),
    ];
    for (case, token) in refused {
        let answer = server.with_token(&token).get("/api/v1/me").await;
        assert_eq!(answer.status, 401, "{case}: {}", answer.json);
        assert_eq!(answer.json["code"], "token_invalid", "{case}");
    }
}
