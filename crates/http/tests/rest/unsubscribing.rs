//! The page behind the link in a mail.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use herald_domain::{Channel, UserId};
use serde_json::{Value, json};

use crate::support::{Api, PUBLIC_URL, api, by};

/// The link in a mail to alice, as this server has it.
fn link(api: &Api, category: Option<&str>) -> String {
    let user: UserId = "alice".parse().unwrap();
    let category = category.map(|name| name.parse().unwrap());
    let link = api.services.unsubscriber.link(&user, Channel::Email, category.as_ref());
    link.strip_prefix(PUBLIC_URL).unwrap().to_owned()
}

async fn wishes(api: &Api) -> Value {
    api.get("/api/v1/preferences", "u/alice").await.expect(200)
}

#[actix_web::test]
async fn looking_at_the_link_changes_nothing_and_the_button_does() {
    let api = api().await;
    let before = wishes(&api).await;
    let link = link(&api, Some("ci"));
    let head = api.call(Method::HEAD, &link, "").await;
    let page = api.get(&link, "").await;
    for reply in [&head, &page] {
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        assert!(reply.header("content-security-policy").starts_with("default-src 'none'"));
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
    }
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    assert!(html.contains("<form method=\"post\">") && html.contains("<b>ci</b>"), "{html}");
    assert!(!html.contains("<script") && !html.contains("style="), "{html}");
    assert_eq!(wishes(&api).await, before);

    let done = api.call(Method::POST, &link, "").await;
    assert_eq!(done.status, 200);
    assert!(String::from_utf8(done.body.to_vec()).unwrap().contains("no more e-mails"));
    assert_eq!(wishes(&api).await["categories"], json!({"ci": {"email": false}}));
}

#[actix_web::test]
async fn one_click_is_enough_whatever_it_sends() {
    let api = api().await;
    wishes(&api).await;
    let link = link(&api, None);
    let bodies = [
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
        ("multipart/form-data; boundary=x", "--x\r\n\r\n--x--"),
        ("text/plain", "\0\0"),
    ];
    for (kind, body) in bodies {
        let request = by(Method::POST, &link, "").insert_header(("Content-Type", kind));
        let done = api.request(request.set_payload(body)).await;
        assert_eq!(done.status, 200, "{kind}");
        assert_eq!(wishes(&api).await["default"], json!({"email": false}));
    }
    // whoever counts clicks adds to the link
    let counted = format!("{link}&utm_source=mail");
    assert_eq!(api.request(TestRequest::post().uri(&counted)).await.status, 200);
}

#[actix_web::test]
async fn a_link_that_is_none_of_ours_is_a_page_too() {
    let api = api().await;
    let before = wishes(&api).await;
    let good = link(&api, None);
    let forged = format!("{}A{}", &good[..20], &good[20..]);
    let both = format!("{good}&token=x");
    for bad in ["/unsubscribe", "/unsubscribe?token=", "/unsubscribe?token=x.y", &forged, &both] {
        for method in [Method::GET, Method::POST] {
            let reply = api.call(method, bad, "").await;
            assert_eq!(reply.status, 404, "{bad}");
            assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        }
    }
    assert_eq!(wishes(&api).await, before);
}

#[actix_web::test]
async fn a_link_of_somebody_who_is_gone_is_not_valid() {
    let api = api().await;
    let link = link(&api, None);
    assert_eq!(api.call(Method::POST, &link, "").await.status, 404);
}
