use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Api, Reply, api, by, filled};

/// What an answer shows, apart from the path and the name of the request.
fn shown(reply: &Reply) -> (u16, Value) {
    let status = reply.status.as_u16();
    let mut body = reply.json();
    let members = body.as_object_mut().unwrap();
    members.remove("instance").unwrap();
    members.remove("request_id").unwrap();
    (status, body)
}

async fn each_way(api: &Api, id: i64, token: &str) -> Vec<(u16, Value)> {
    let path = format!("/api/v1/notifications/{id}");
    vec![
        shown(&api.get(&path, token).await),
        shown(&api.send(Method::PATCH, &path, token, json!({"read": true})).await),
        shown(&api.call(Method::DELETE, &path, token).await),
        shown(&api.call(Method::PUT, &format!("{path}/read"), token).await),
    ]
}

#[actix_web::test]
async fn anothers_item_is_as_unknown_as_one_that_never_was() {
    let api = api().await;
    let admin = api.admin().await;
    let id = api.note("alice", "mine").await;
    for token in ["u/bob", &admin] {
        let (theirs, unknown) =
            (each_way(&api, id, token).await, each_way(&api, 4711, token).await);
        assert_eq!(theirs, unknown);
        assert!(theirs.iter().all(|(status, body)| *status == 404 && body["code"] == "not_found"));
    }
    assert_eq!(api.get("/api/v1/notifications/count", "u/alice").await.json()["unread"], 1);
}

#[actix_web::test]
async fn nothing_but_health_and_logging_in_is_open() {
    let api = api().await;
    let document = serde_json::to_value(herald_http::openapi()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let security = operation["security"].as_array();
            if !operation["responses"]["101"].is_null() {
                continue; // sockets take a server (tests/it)
            }
            let is_public = security.is_some_and(Vec::is_empty);
            let path = filled(path);
            for (token, code) in [
                ("", "token_required"),
                ("expired/x", "token_expired"),
                ("x", "token_invalid"),
                ("hk_x", "token_invalid"),
            ] {
                let reply = api.request(by(method.clone(), &path, token).set_json(json!({}))).await;
                let refused = reply.status == 401;
                if is_public {
                    let code = if refused { reply.json()["code"].clone() } else { Value::Null };
                    assert_ne!(code, "token_required", "{method} {path}");
                } else {
                    assert!(refused, "{method} {path} {}", reply.status);
                    assert!(reply.header("www-authenticate").starts_with("Bearer"));
                    assert_eq!(reply.json()["code"], code, "{method} {path}");
                }
            }
        }
    }
}

#[actix_web::test]
async fn sending_to_others_takes_a_right() {
    let api = api().await;
    let body = json!({"to": {"users": ["alice", "bob"]}, "message": "hello"});
    let refused = api.post("/api/v1/notifications", "u/alice", body).await.expect(403);
    assert_eq!(refused["code"], "forbidden");
    assert_eq!(refused["errors"][0]["field"], "to.users");
    assert_eq!(refused["errors"][0]["rule"], "forbidden");
    assert_eq!(api.get("/api/v1/notifications/count", "u/alice").await.json()["unread"], 0);
}

#[actix_web::test]
async fn the_scheme_is_read_in_any_case_and_once() {
    let api = api().await;
    let ask = async |headers: &[&str]| {
        let mut request = by(Method::GET, "/api/v1/me", "");
        for header in headers {
            request = request.append_header(("Authorization", *header));
        }
        api.request(request).await
    };
    ask(&["bEaReR u/alice"]).await.expect(200);
    for (headers, code) in [
        (&["Basic YTpi"][..], "token_required"),
        (&["Bearer"], "token_required"),
        (&["Bearer u/alice", "Bearer u/bob"], "token_invalid"),
    ] {
        assert_eq!(ask(headers).await.expect(401)["code"], code, "{headers:?}");
    }
}
