use serde_json::{Value, json};

use crate::input::{Clumsy, SEND, assert_field, good};
use crate::support::Server;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_json_is_no_body() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let data = |value: &str| format!(r#"{{"to":{{"user":"alice"}},"message":"x","data":{value}}}"#);
    let deep = data(&format!(r#"{{"a":{}{}}}"#, "[".repeat(129), "]".repeat(129)));
    let cases: &[(&str, &[u8])] = &[
        ("nothing", b""),
        ("blank", b" \n"),
        ("cut off", br#"{"to":{"user":"alice"},"message":"#),
        ("two objects", br#"{"to":{"user":"alice"},"message":"x"}{}"#),
        ("single quotes", b"{'to':{'user':'alice'},'message':'x'}"),
        ("trailing comma", br#"{"to":{"user":"alice"},"message":"x",}"#),
        ("comment", br#"{"to":{"user":"alice"},"message":"x"/**/}"#),
        ("a bare nul", b"{\"to\":{\"user\":\"alice\"},\"message\":\"a\0b\"}"),
        ("not utf-8", b"{\"to\":{\"user\":\"alice\"},\"message\":\"\xff\"}"),
        ("utf-16", b"\xff\xfe{\0}\0"),
        ("a lone high surrogate", br#"{"to":{"user":"alice"},"message":"\ud83d"}"#),
        ("a lone low surrogate", br#"{"to":{"user":"alice"},"message":"\ude00"}"#),
        ("surrogates in the wrong order", br#"{"to":{"user":"alice"},"message":"\ude00\ud83d"}"#),
        ("129 levels", deep.as_bytes()),
        ("a depth bomb", &[b'['; 200_000]),
        ("a depth bomb of objects", &b"{\"a\":".repeat(40_000)),
        ("infinity", br#"{"to":{"user":"alice"},"message":"x","data":{"n":1e999}}"#),
        ("not a number", br#"{"to":{"user":"alice"},"message":"x","data":{"n":NaN}}"#),
        ("form data", b"to=alice&message=x"),
    ];
    for (case, body) in cases {
        let answer = clumsy.post(body.to_vec()).await;
        assert_eq!(answer.status, 400, "{case}: {}", answer.json);
        let answer = answer.expect_problem(400, "malformed_json");
        assert!(answer.bytes.len() < 1_000, "{case}");
        clumsy.wrote_nothing(case).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_notification_is_told_which_field_breaks_which_rule() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let with = |name: &str, value: Value| {
        let mut body: Value = serde_json::from_str(&good()).unwrap();
        body[name] = value;
        body.to_string()
    };
    let raw = str::to_owned;
    let users: Vec<_> = (0..10_001).map(|n| format!("u{n}")).collect();
    let cases = [
        (with("titel", json!("slip")), "titel", "unknown"),
        (with("To", json!({"user": "alice"})), "To", "unknown"),
        (with("sender", json!("the bank")), "sender", "unknown"),
        (with("id", json!(7)), "id", "unknown"),
        (raw(r#"{"message":"x"}"#), "to", "required"),
        (raw(r#"{"to":{"user":"alice"}}"#), "message", "required"),
        (raw(r#"{"to":{"user":"alice"},"message":"x","message":"y"}"#), "message", "contradiction"),
        (raw(r#"{"to":{"user":"a","user":"b"},"message":"x"}"#), "to.user", "contradiction"),
        (raw("[]"), "body", "format"),
        (raw("null"), "body", "format"),
        (raw("7"), "body", "format"),
        (raw(r#""text""#), "body", "format"),
        (raw(r#"[{"user":"alice"},null,"hello"]"#), "body", "format"),
        (with("to", json!("alice")), "to", "format"),
        (with("to", json!(["alice"])), "to", "format"),
        (with("to", json!(null)), "to", "format"),
        (with("to", json!({})), "to", "required"),
        (with("to", json!({"user": ""})), "to.user", "required"),
        (with("to", json!({"user": 7})), "to.user", "format"),
        (with("to", json!({"user": "a\0"})), "to.user", "format"),
        (with("to", json!({"user": "ali\u{301}ce"})), "to.user", "format"),
        (with("to", json!({"user": "x".repeat(129)})), "to.user", "too_long"),
        (with("to", json!({"users": users})), "to.users", "too_long"),
        (with("to", json!({"users": []})), "to.users", "required"),
        (with("message", json!("")), "message", "required"),
        (with("message", json!(7)), "message", "format"),
        (with("message", json!(["x"])), "message", "format"),
        (with("message", json!("a\0b")), "message", "format"),
        (with("message", json!("\u{1b}[31m")), "message", "format"),
        (with("message", json!("x".repeat(4_001))), "message", "too_long"),
        (with("message", json!("é".repeat(4_001))), "message", "too_long"),
        (with("title", json!("two\nlines")), "title", "format"),
        (with("title", json!("x".repeat(201))), "title", "too_long"),
        (with("kind", json!("INFO")), "kind", "unknown"),
        (with("priority", json!(1)), "priority", "format"),
        (with("data", json!("{}")), "data", "format"),
        (with("data", json!([])), "data", "format"),
        (with("data", json!({"a": "x".repeat(16 * 1024)})), "data", "too_long"),
        (with("action_url", json!("javascript:alert(1)")), "action_url", "format"),
        (with("action_url", json!("//evil.example")), "action_url", "format"),
        (with("expires_at", json!("tomorrow")), "expires_at", "format"),
        (with("expires_at", json!(1_900_000_000)), "expires_at", "format"),
        (with("expires_at", json!("2001-01-01T00:00:00Z")), "expires_at", "out_of_range"),
    ];
    for (body, field, rule) in cases {
        let case: String = body.chars().take(100).collect();
        let answer = clumsy.post(body).await;
        assert_field(&case, &answer, field, rule);
        clumsy.wrote_nothing(&case).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_bodies_are_held_to_the_same() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let admin = server.admin().await;
    let items = clumsy.client.everything().await;
    let item = format!("{SEND}/{}", items[0]["id"]);
    let login = "/api/v1/auth/login";
    let register = "/api/v1/auth/register";
    let keys = "/api/v1/admin/api-keys";
    let user = "/api/v1/admin/users/alice";
    let cases = [
        ("PATCH", &*item, r#"{"raed":true}"#, "raed", "unknown"),
        ("PATCH", &item, r#"{"read":"true"}"#, "read", "format"),
        ("PATCH", &item, r#"{"read":1}"#, "read", "format"),
        ("PATCH", &item, "{}", "body", "required"),
        ("PATCH", &item, "[true]", "body", "format"),
        ("PATCH", &item, r#"{"read":true,"read":false}"#, "read", "contradiction"),
        ("PATCH", &item, r#"{"read":true,"seen":false}"#, "seen", "contradiction"),
        ("PATCH", &item, r#"{"title":"edited"}"#, "title", "unknown"),
        ("POST", login, r#"{"username":"admin"}"#, "password", "required"),
        ("POST", login, r#"{"username":"admin","password":["x"]}"#, "password", "format"),
        ("POST", login, r#"{"username":"a","password":"b","otp":"c"}"#, "otp", "unknown"),
        ("POST", "/api/v1/auth/refresh", "{}", "refresh_token", "required"),
        ("POST", "/api/v1/auth/refresh", r#"{"refresh_token":7}"#, "refresh_token", "format"),
        ("POST", register, r#"{"password":"long enough"}"#, "username", "required"),
        (
            "POST",
            register,
            r#"{"username":"eve","password":"long enough","role":"admin"}"#,
            "role",
            "unknown",
        ),
        (
            "POST",
            register,
            r#"{"username":"e\u0000","password":"long enough"}"#,
            "username",
            "format",
        ),
        ("POST", "/api/v1/notifications/batch", "{}", "notifications", "required"),
        (
            "POST",
            "/api/v1/notifications/batch",
            r#"{"notifications":{}}"#,
            "notifications",
            "format",
        ),
        ("POST", keys, r#"{"name":"bot"}"#, "scopes", "required"),
        ("POST", keys, r#"{"name":"bot","scopes":"send"}"#, "scopes", "format"),
        ("POST", keys, r#"{"name":"bot","scopes":["admin"]}"#, "scopes[0]", "unknown"),
        ("POST", keys, r#"{"name":"bot","scopes":["send"],"key":"hk_mine"}"#, "key", "unknown"),
        ("PATCH", user, r#"{"role":7}"#, "role", "format"),
        ("PATCH", user, r#"{"role":"a b"}"#, "role", "format"),
        ("PATCH", user, r#"{"id":"bob"}"#, "id", "unknown"),
        ("PATCH", user, "{}", "body", "required"),
    ];
    for (method, path, body, field, rule) in cases {
        let client = if path.contains("/admin/") { &admin } else { &clumsy.client };
        let request = client.request(method, path).header("content-type", "application/json");
        let answer = client.send(request.body(body)).await;
        assert_field(&format!("{method} {path} {body}"), &answer, field, rule);
    }
    clumsy.wrote_nothing("one of them").await;
    let alice = clumsy.client.get("/api/v1/me").await.expect(200).json;
    assert_eq!((&alice["id"], &alice["role"]), (&json!("alice"), &json!("user")));
    assert_eq!(admin.get(keys).await.expect(200).json["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_part_of_a_batch_is_refused_in_its_place() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let path = "/api/v1/notifications/batch";
    let good: Value = serde_json::from_str(&good()).unwrap();
    let mut slip = good.clone();
    slip["titel"] = json!("slip");
    let body = json!({"notifications": [slip, {"to": {"user": "alice"}}, 7, good]});
    let results = clumsy.client.post(path, &body).await.expect(200).json["results"].clone();
    let told = |n: usize| &results[n]["error"]["errors"][0];
    assert_eq!((&told(0)["field"], &told(0)["rule"]), (&json!("titel"), &json!("unknown")));
    assert_eq!((&told(1)["field"], &told(1)["rule"]), (&json!("message"), &json!("required")));
    assert_eq!((&told(2)["field"], &told(2)["rule"]), (&json!("body"), &json!("format")));
    assert_eq!(results[3]["recipients"], 1);

    let too_many = json!({"notifications": vec![json!({}); 1_001]});
    let before = clumsy.client.count().await;
    let answer = clumsy.client.post(path, &too_many).await;
    assert_field("1,001 notifications", &answer, "notifications", "too_long");
    assert_eq!(clumsy.client.count().await, before);
    assert_eq!(before["rev"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_says_that_it_is_json() {
    let server = Server::start().await;
    let clumsy = Clumsy::new(&server).await;
    let types =
        ["", "text/plain", "text/json", "application/x-www-form-urlencoded", "multipart/form-data"];
    for kind in types {
        let request = clumsy.client.request("POST", SEND).header("content-type", kind);
        let answer = clumsy.client.send(request.body(good())).await;
        answer.expect_problem(415, "unsupported_media_type");
    }
    let untyped = clumsy.client.request("POST", SEND).body(good());
    clumsy.client.send(untyped).await.expect_problem(415, "unsupported_media_type");
    for coding in ["gzip", "br", "gzip, identity"] {
        let request = clumsy.client.request("POST", SEND).header("content-encoding", coding);
        let request = request.header("content-type", "application/json").body(good());
        clumsy.client.send(request).await.expect_problem(415, "unsupported_media_type");
    }
    clumsy.wrote_nothing("one of them").await;
}
