//! What an administrator does with users, and who may know who is online.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Api, api};

const USERS: &str = "/api/v1/admin/users";

async fn patch(api: &Api, admin: &str, id: &str, body: Value) -> Value {
    let path = format!("{USERS}/{id}");
    api.send(Method::PATCH, &path, admin, body).await.expect(200)
}

fn ids(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|user| user["id"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_user_is_shown_changed_and_cleared() {
    let api = api().await;
    let admin = api.admin().await;
    api.get("/api/v1/me", "u/alice").await.expect(200);
    let path = format!("{USERS}/alice");
    let before = api.get(&path, &admin).await.expect(200);
    let expected = json!({
        "id": "alice", "username": null, "email": null, "phone": null, "company": null,
        "role": "user", "disabled_at": null, "created_at": before["created_at"],
    });
    assert_eq!(before, expected);

    let everything = json!({
        "role": "support", "company": "acme", "email": "alice@example.com",
        "phone": "+4915123456789", "disabled": true,
    });
    let changed = patch(&api, &admin, "alice", everything.clone()).await;
    for field in ["role", "company", "email", "phone"] {
        assert_eq!(changed[field], everything[field], "{field}");
    }
    assert!(changed["disabled_at"].is_string());
    assert_eq!(api.get(&path, &admin).await.expect(200), changed);
    assert_eq!(api.get("/api/v1/me", "u/alice").await.expect(403)["code"], "account_disabled");

    let cleared = json!({"company": null, "email": null, "phone": null, "disabled": false});
    let cleared = patch(&api, &admin, "alice", cleared).await;
    assert_eq!(cleared["role"], "support");
    for field in ["company", "email", "phone", "disabled_at"] {
        assert!(cleared[field].is_null(), "{field}");
    }
    api.get("/api/v1/me", "u/alice").await.expect(200);
}

#[actix_web::test]
async fn what_is_wrong_with_a_change_is_told() {
    let api = api().await;
    let admin = api.admin().await;
    api.get("/api/v1/me", "u/alice").await.expect(200);
    let path = format!("{USERS}/alice");
    for (body, field, rule) in [
        (json!({}), "body", "required"),
        (json!({"role": null, "disabled": null}), "body", "required"),
        (json!({"role": ""}), "role", "required"),
        (json!({"company": "a b"}), "company", "format"),
        (json!({"email": "nowhere"}), "email", "format"),
        (json!({"email": 7}), "email", "format"),
        (json!({"phone": "0151"}), "phone", "format"),
        (json!({"phone": "+1234567890123456"}), "phone", "too_long"),
        (json!({"disabled": "yes"}), "disabled", "format"),
        (json!({"username": "eve"}), "username", "unknown"),
    ] {
        let problem = api.send(Method::PATCH, &path, &admin, body.clone()).await.expect(422);
        assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem}");
        assert_eq!(problem["errors"][0]["rule"], rule, "{body}: {problem}");
    }
    for query in [
        "company=a%20b",
        "role=",
        "disabled=1",
        "q=",
        "q=%00",
        "limit=0",
        "limit=101",
        "page=0",
        "page=1&cursor=MTo3",
        "name=alice",
    ] {
        api.get(&format!("{USERS}?{query}"), &admin).await.expect(422);
    }
    let unknown = format!("{USERS}/nobody");
    api.get(&unknown, &admin).await.expect(404);
    api.send(Method::PATCH, &unknown, &admin, json!({"role": "x"})).await.expect(404);
    api.call(Method::DELETE, &unknown, &admin).await.expect(404);
}

#[actix_web::test]
async fn users_are_listed_by_page_and_by_cursor() {
    let api = api().await;
    let admin = api.admin().await;
    for nth in 0..5 {
        api.get("/api/v1/me", &format!("u/User+{nth}").replace('+', "-")).await.expect(200);
    }
    let page = api.get(&format!("{USERS}?page=2&limit=2&q=user-"), &admin).await;
    let link = page.header("link").to_owned();
    let page = page.expect(200);
    assert_eq!(ids(&page), ["User-2", "User-3"]);
    assert_eq!((&page["page"], &page["limit"], &page["total"]), (&json!(2), &json!(2), &json!(5)));
    let base = format!("{USERS}?limit=2&q=user-");
    let expected = format!(
        "<{base}&page=1>; rel=\"first\", <{base}&page=1>; rel=\"prev\", <{base}&page=3>; rel=\"next\""
    );
    assert_eq!(link, expected);

    let first = api.get(&format!("{USERS}?limit=4"), &admin).await.expect(200);
    assert!(first["total"].is_null() && first["page"].is_null(), "{first}");
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = api.get(&format!("{USERS}?limit=4&cursor={cursor}"), &admin).await.expect(200);
    assert_eq!(ids(&rest), ["User-3", "User-4"]);
    assert!(rest["next_cursor"].is_null());

    patch(&api, &admin, "User-1", json!({"email": "one+news@example.com", "disabled": true})).await;
    let found = api.get(&format!("{USERS}?q=ONE%2Bnews&limit=1&page=1"), &admin).await;
    assert!(found.header("link").contains("&q=ONE%2Bnews&page=1>"), "{:?}", found.headers);
    assert_eq!(ids(&found.expect(200)), ["User-1"]);
    let disabled = api.get(&format!("{USERS}?disabled=true"), &admin).await.expect(200);
    assert_eq!(ids(&disabled), ["User-1"]);
    let admins = api.get(&format!("{USERS}?role=admin&disabled=false"), &admin).await.expect(200);
    assert_eq!(ids(&admins).len(), 1);
}

#[actix_web::test]
async fn who_is_deleted_is_gone_and_the_last_administrator_stays() {
    let api = api().await;
    let admin = api.admin().await;
    let boss = admin.strip_prefix("u/").unwrap();
    api.note("alice", "hello").await;
    api.call(Method::DELETE, &format!("{USERS}/alice"), &admin).await.expect(204);
    api.get(&format!("{USERS}/alice"), &admin).await.expect(404);
    for body in [json!({"role": "user"}), json!({"disabled": true})] {
        let path = format!("{USERS}/{boss}");
        let refused = api.send(Method::PATCH, &path, &admin, body).await.expect(409);
        assert_eq!(refused["code"], "last_admin");
    }
    let refused = api.call(Method::DELETE, &format!("{USERS}/{boss}"), &admin).await.expect(409);
    assert_eq!(refused["code"], "last_admin");
    api.get("/api/v1/admin/users", &admin).await.expect(200);
}

#[actix_web::test]
async fn presence_is_for_those_who_may_send_to_others() {
    let api = api().await;
    let admin = api.admin().await;
    let body = json!({"name": "ci-bot", "scopes": ["send"]});
    let key = api.post("/api/v1/admin/api-keys", &admin, body).await.expect(201);
    let path = "/api/v1/presence?users=alice,bob";
    for caller in [&*admin, key["key"].as_str().unwrap()] {
        let presence = api.get(path, caller).await.expect(200);
        let offline = |user: &str| json!({"user": user, "online": false, "devices": 0});
        assert_eq!(presence, json!({"items": [offline("alice"), offline("bob")]}));
    }
    api.get(path, "u/alice").await.expect(403);
    api.get("/api/v1/admin/presence", "u/alice").await.expect(403);
    let nobody = api.get("/api/v1/admin/presence", &admin).await.expect(200);
    let expected = json!({"items": [], "next_cursor": null, "people": 0, "devices": 0});
    assert_eq!(nobody, expected);
    let many = vec!["u"; 101].join(",");
    for (query, rule) in [
        ("".to_owned(), "required"),
        ("?users=".to_owned(), "required"),
        ("?users=a,,b".to_owned(), "required"),
        ("?users=a,b%20c".to_owned(), "format"),
        (format!("?users={many}"), "too_long"),
    ] {
        let refused = api.get(&format!("/api/v1/presence{query}"), &admin).await.expect(422);
        assert_eq!(refused["errors"][0]["field"], "users", "{query}");
        assert_eq!(refused["errors"][0]["rule"], rule, "{query}");
    }
}
