use std::sync::atomic::Ordering;

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Settings, api, api_with, by, filled};

#[actix_web::test]
async fn every_answer_is_named_and_safe() {
    let api = api().await;
    for path in ["/healthz", "/api/v1/me", "/nowhere", "/openapi.json", "/docs/"] {
        let reply = api.get(path, "").await;
        let id = reply.header("x-request-id");
        assert!(id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{path} {id}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert!(reply.header("content-security-policy").contains("frame-ancestors 'none'"));
    }
}

#[actix_web::test]
async fn a_sane_request_id_is_kept() {
    let api = api().await;
    let ask = async |id: &str| {
        let request = by(Method::GET, "/nowhere", "").insert_header(("X-Request-Id", id));
        let reply = api.request(request).await;
        let answered = reply.header("x-request-id").to_owned();
        assert_eq!(reply.json()["request_id"], *answered);
        answered
    };
    let long = "a".repeat(64);
    for id in ["abc-123_x.y", &long] {
        assert_eq!(ask(id).await, id);
    }
    for id in ["", "a b", "a\tb", "<script>", &"a".repeat(65)] {
        assert_ne!(ask(id).await, id);
    }
    assert_ne!(ask("").await, ask("").await);
}

#[actix_web::test]
async fn what_does_not_exist_is_a_problem_too() {
    let api = api().await;
    for path in [
        "/nothing",
        "/api",
        "/api/v1",
        "/api/v1/nothing",
        "/api/v1/notifications/1/2",
        "/docs/nothing.js",
    ] {
        let reply = api.get(path, "u/alice").await;
        assert_eq!(reply.header("content-type"), "application/problem+json", "{path}");
        let problem = reply.expect(404);
        assert_eq!(problem["type"], "/docs/problems#not_found");
        assert_eq!((&problem["instance"], &problem["status"]), (&json!(path), &json!(404)));
    }
}

#[actix_web::test]
async fn every_path_names_its_methods() {
    let api = api().await;
    let admin = api.admin().await;
    let document = serde_json::to_value(herald_http::openapi()).unwrap();
    let mut paths: Vec<(String, Vec<String>)> = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys().map(|method| method.to_uppercase());
        paths.push((filled(path), methods.collect()));
    }
    paths.push(("/openapi.json".to_owned(), vec!["GET".to_owned()]));
    paths.push(("/docs".to_owned(), vec!["GET".to_owned()]));
    paths.push(("/docs/index.html".to_owned(), vec!["GET".to_owned()]));
    for (path, known) in paths {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
            if known.iter().any(|known| known == method) {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let reply = api.call(method.clone(), &path, &admin).await;
            let mut allowed: Vec<_> =
                reply.header("allow").split(", ").map(str::to_owned).collect();
            assert_eq!(reply.expect(405)["code"], "method_not_allowed", "{method} {path}");
            let mut expected = known.clone();
            expected.extend(known.iter().any(|method| method == "GET").then(|| "HEAD".to_owned()));
            expected.sort();
            allowed.sort();
            assert_eq!(allowed, expected, "{method} {path}");
        }
    }
}

#[actix_web::test]
async fn head_is_answered_like_get() {
    let api = api().await;
    for path in ["/healthz", "/api/v1/me", "/api/v1/notifications"] {
        let head = api.call(Method::HEAD, path, "u/alice").await;
        assert_eq!(head.status, 200, "{path}");
        assert_eq!(head.header("content-type"), "application/json");
    }
    assert_eq!(api.call(Method::HEAD, "/api/v1/auth/login", "").await.status, 405);
    assert_eq!(api.call(Method::HEAD, "/nowhere", "").await.status, 404);
}

#[actix_web::test]
async fn health() {
    let api = api().await;
    assert_eq!(api.get("/healthz", "").await.expect(200), json!({"status": "ok"}));
    let ready =
        json!({"status": "ready", "components": [{"name": "store", "ok": true, "detail": null}]});
    assert_eq!(api.get("/readyz", "").await.expect(200), ready);
    api.draining.store(true, Ordering::Relaxed);
    assert_eq!(api.get("/readyz", "").await.expect(503)["status"], "draining");
    assert_eq!(api.get("/healthz", "").await.status, 200);

    for (broker_ok, status) in [(true, "ready"), (false, "degraded")] {
        let settings = Settings { broker_ok: Some(broker_ok), ..Settings::default() };
        let answer = api_with(settings).await.get("/readyz", "").await.expect(200);
        let broker = json!({"name": "broker", "ok": broker_ok, "detail": null});
        assert_eq!((&answer["status"], &answer["components"][1]), (&json!(status), &broker));
    }

    let broken = api_with(Settings { store_ok: false, ..Settings::default() }).await;
    let answer = broken.get("/readyz", "").await.expect(503);
    assert_eq!(
        (&answer["status"], &answer["components"][0]["ok"]),
        (&json!("not ready"), &Value::Bool(false))
    );
}

#[actix_web::test]
async fn the_documentation_is_served_from_here_alone() {
    let api = api().await;
    for path in ["/", "/docs"] {
        let redirect = api.get(path, "").await;
        assert_eq!((redirect.status.as_u16(), redirect.header("location")), (307, "/docs/"));
    }
    let page = api.get("/docs/", "").await;
    assert_eq!(page.status, 200);
    let page = String::from_utf8(page.body.to_vec()).unwrap();
    assert!(!page.contains("http://") && !page.contains("https://"), "{page}");
    // what the page loads is allowed and there
    for file in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-initializer.js"] {
        assert!(page.contains(file), "{file}");
        assert_eq!(api.get(&format!("/docs/{file}"), "").await.status, 200);
    }
    assert!(!page.contains("<script>") && !page.contains("onload="));
    let settings = api.get("/docs/swagger-initializer.js", "").await;
    assert!(String::from_utf8_lossy(&settings.body).contains("\"/openapi.json\""));

    let problems = api.get("/docs/problems", "").await;
    assert_eq!(problems.header("content-type"), "text/plain; charset=utf-8");
    let document = api.get("/openapi.json", "").await.expect(200);
    assert_eq!(document, serde_json::to_value(herald_http::openapi()).unwrap());
}
