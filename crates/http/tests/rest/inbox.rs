use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{api, by};

const PATH: &str = "/api/v1/notifications";

fn messages(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|i| i["message"].as_str().unwrap()).collect()
}

/// The target of the link of that relation.
fn link(header: &str, relation: &str) -> Option<String> {
    let relation = format!("rel=\"{relation}\"");
    let link = header.split(", ").find(|link| link.ends_with(&relation))?;
    Some(link.strip_prefix('<')?.split('>').next()?.to_owned())
}

#[actix_web::test]
async fn cursors_lead_through_the_list() {
    let api = api().await;
    for n in 1..=5 {
        api.note("alice", &format!("m{n}")).await;
    }
    let mut path = format!("{PATH}?limit=2&status=unread");
    let mut seen = Vec::new();
    loop {
        let reply = api.get(&path, "u/alice").await;
        let links = reply.header("link").to_owned();
        let page = reply.expect(200);
        seen.extend(messages(&page).into_iter().map(str::to_owned));
        assert_eq!(
            (&page["rev"], &page["unread"], &page["unseen"]),
            (&json!(5), &json!(5), &json!(5))
        );
        assert!(page.get("page").is_none() && page.get("total").is_none());
        assert_eq!(link(&links, "first").unwrap(), format!("{PATH}?limit=2&status=unread"));
        assert_eq!(link(&links, "next").is_none(), page["next_cursor"].is_null());
        match link(&links, "next") {
            Some(next) => path = next,
            None => break,
        }
    }
    assert_eq!(seen, ["m5", "m4", "m3", "m2", "m1"]);
}

#[actix_web::test]
async fn pages_have_numbers_and_a_total() {
    let api = api().await;
    for n in 1..=5 {
        api.note("alice", &format!("m{n}")).await;
    }
    let reply = api.get(&format!("{PATH}?page=2&limit=2"), "u/alice").await;
    let links = reply.header("link").to_owned();
    let page = reply.expect(200);
    assert_eq!(messages(&page), ["m3", "m2"]);
    assert_eq!((&page["page"], &page["limit"], &page["total"]), (&json!(2), &json!(2), &json!(5)));
    for (relation, number) in [("first", 1), ("prev", 1), ("next", 3)] {
        assert_eq!(link(&links, relation).unwrap(), format!("{PATH}?limit=2&page={number}"));
    }
    let last = api.get(&format!("{PATH}?page=3&limit=2"), "u/alice").await;
    assert_eq!(link(last.header("link"), "next"), None);
    assert_eq!(messages(&last.expect(200)), ["m1"]);
}

#[actix_web::test]
async fn filters_let_through_what_matches() {
    let api = api().await;
    let send = async |message: &str, category: &str, kind: &str| {
        let body = json!({"to": {"user": "alice"}, "message": message, "category": category, "kind": kind});
        api.post(PATH, "u/alice", body).await.expect(201)["id"].clone()
    };
    send("a", "ci", "error").await;
    send("b", "ci", "info").await;
    let billing = send("c", "billing", "info").await;
    api.send(Method::PATCH, &format!("{PATH}/{billing}"), "u/alice", json!({"archived": true}))
        .await
        .expect(200);

    for (query, expected) in [
        ("", vec!["b", "a"]),
        ("?category=ci&kind=error", vec!["a"]),
        ("?status=archived", vec!["c"]),
        ("?status=all&kind=info", vec!["c", "b"]),
        ("?topic=none", vec![]),
    ] {
        let page = api.get(&format!("{PATH}{query}"), "u/alice").await.expect(200);
        assert_eq!(messages(&page), expected, "{query}");
    }
}

#[actix_web::test]
async fn flags_change_and_are_read_back() {
    let api = api().await;
    let id = api.note("alice", "hello").await;
    let path = format!("{PATH}/{id}");
    let read = api.call(Method::PUT, &format!("{path}/read"), "u/alice").await.expect(200);
    assert!(read["read_at"].is_string() && read["seen_at"].is_string());
    assert_eq!(
        api.get(&format!("{PATH}/count"), "u/alice").await.json(),
        json!({"rev": 2, "unread": 0, "unseen": 0})
    );
    let again = api.call(Method::PUT, &format!("{path}/read"), "u/alice").await.expect(200);
    assert_eq!(again, read);

    let patch = async |body| api.send(Method::PATCH, &path, "u/alice", body).await.expect(200);
    let unread = patch(json!({"read": false, "archived": true})).await;
    assert!(unread["read_at"].is_null() && unread["archived_at"].is_string());
    assert_eq!(unread["rev"], 3);
}

#[actix_web::test]
async fn all_at_once() {
    let api = api().await;
    api.note("alice", "one").await;
    api.note("alice", "two").await;
    let head = api.call(Method::POST, &format!("{PATH}/seen-all"), "u/alice").await.expect(200);
    assert_eq!(head, json!({"rev": 3, "unread": 2, "unseen": 0}));
    let head = api.call(Method::POST, &format!("{PATH}/read-all"), "u/alice").await.expect(200);
    assert_eq!(head, json!({"rev": 4, "unread": 0, "unseen": 0}));
}

#[actix_web::test]
async fn changes_bring_a_copy_up_to_date() {
    let api = api().await;
    let first = api.note("alice", "one").await;
    api.note("alice", "two").await;
    let path = format!("{PATH}/{first}");
    api.call(Method::DELETE, &path, "u/alice").await.expect(204);
    api.get(&path, "u/alice").await; // its sender still sees it; the inbox does not

    let changes = api.get(&format!("{PATH}/changes?since=1"), "u/alice").await.expect(200);
    assert_eq!(
        (&changes["rev"], &changes["more"], &changes["unread"]),
        (&json!(3), &json!(false), &json!(1))
    );
    assert_eq!(messages(&changes), ["two"]);
    assert_eq!(changes["deleted"], json!([first]));

    let epoch = changes["epoch"].as_str().unwrap();
    let none =
        api.get(&format!("{PATH}/changes?since=3&epoch={epoch}"), "u/alice").await.expect(200);
    assert_eq!((messages(&none).len(), &none["rev"]), (0, &json!(3)));

    for lost in ["since=1&epoch=another", "since=99"] {
        let refused = api.get(&format!("{PATH}/changes?{lost}"), "u/alice").await.expect(410);
        assert_eq!(refused["code"], "resync", "{lost}");
    }
}

#[actix_web::test]
async fn counts_are_sent_when_they_changed() {
    let api = api().await;
    api.note("alice", "one").await;
    let path = format!("{PATH}/count");
    let counts = api.get(&path, "u/alice").await;
    let etag = counts.header("etag").to_owned();
    assert!(etag.starts_with('"') && etag.ends_with("-1\""), "{etag}");
    assert_eq!(counts.expect(200), json!({"rev": 1, "unread": 1, "unseen": 1}));

    let ask = async |known: &str| {
        let request = by(Method::GET, &path, "u/alice").insert_header(("If-None-Match", known));
        api.request(request).await
    };
    for known in [&*etag, "*", &format!("W/{etag}"), &format!("\"other\", {etag}")] {
        let reply = ask(known).await;
        assert_eq!((reply.status.as_u16(), reply.body.len()), (304, 0), "{known}");
        assert_eq!(reply.header("etag"), etag);
    }
    assert_eq!(ask("\"other\"").await.status, 200);
    api.note("alice", "two").await;
    assert_eq!(ask(&etag).await.status, 200);
}
