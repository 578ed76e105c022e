//! Mail, at a server that others wrote.

use herald_contract::MailServer;
use serde_json::{Value, json};

use super::{address, builder, decided, delivery, outcomes, planned, send};
use crate::support::{Builder, Client, Server, http, skip};

const SUPPRESSIONS: &str = "/api/v1/admin/suppressions";

/// A server of mail, and one of Herald that sends by it; nothing, and a note, without aiosmtpd.
async fn started(test: &str) -> Option<(MailServer, Server, Client)> {
    let Some(mail) = MailServer::start() else {
        skip(test, "aiosmtpd is not installed");
        return None;
    };
    let server = of(&mail, builder()).start().await;
    let admin = server.admin().await;
    address(&admin, "alice", &json!({"email": "Alice@example.com"})).await;
    Some((mail, server, admin))
}

fn of(mail: &MailServer, builder: Builder) -> Builder {
    builder
        .set("HERALD_EMAIL_URL", &format!("smtp://127.0.0.1:{}", mail.port))
        .set("HERALD_EMAIL_FROM", "Herald <herald@example.com>")
        .set("HERALD_PUBLIC_URL", "https://herald.example.com/")
}

fn header<'a>(mail: &'a Value, name: &str) -> &'a str {
    let headers = mail["headers"].as_array().unwrap();
    let found = headers.iter().find(|header| header[0] == name);
    found.unwrap_or_else(|| panic!("no {name}: {mail}"))[1].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_arrives_and_its_link_ends_mail_of_that_category() {
    let test = "a_mail_arrives_and_its_link_ends_mail_of_that_category";
    let Some((mail, server, admin)) = started(test).await else { return };
    let alice = server.user("alice");
    let wants = json!({"default": {"email": true}});
    alice.put_json("/api/v1/preferences", &wants).await.expect(200);
    let news = json!({"title": "Grüße", "message": "<b>bold</b> & plain", "category": "news"});
    let id = send(&admin, "alice", &news).await;
    let sent = delivery(&alice, id, "alice", "sent").await;
    assert_eq!(sent["attempts"][0]["detail"], "2.0.0 Ok: queued as 4F3A");

    let letter = mail.wait_for("mail", 1).remove(0);
    assert_eq!(letter["mail_from"], "herald@example.com");
    assert_eq!(letter["rcpt_tos"].as_array().unwrap().len(), 1);
    let to = letter["rcpt_tos"][0].as_str().unwrap();
    assert!(to.eq_ignore_ascii_case("alice@example.com"), "{to}");
    assert_eq!(header(&letter, "Subject"), "Grüße");
    assert_eq!(header(&letter, "From"), "Herald <herald@example.com>");
    assert!(letter["text"].as_str().unwrap().contains("<b>bold</b> & plain"), "{letter}");
    let html = letter["html"].as_str().unwrap();
    assert!(html.contains("&lt;b&gt;bold&lt;") && !html.contains("<b>bold"), "{html}");
    assert_eq!(letter["defects"], json!([]));
    assert_eq!(header(&letter, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let link = header(&letter, "List-Unsubscribe");
    let link = link.strip_prefix('<').unwrap().split_once('>').unwrap().0;
    let path = link.strip_prefix("https://herald.example.com").unwrap();

    // a program that looks at every link ends nothing
    let page = server.anonymous().get(path).await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(String::from_utf8(page.bytes).unwrap().contains("<b>news</b>"));
    let id = send(&admin, "alice", &news).await;
    delivery(&alice, id, "alice", "sent").await;

    let one_click = http().post(server.url(path));
    let one_click = one_click.header("content-type", "application/x-www-form-urlencoded");
    let answer = one_click.body("List-Unsubscribe=One-Click").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let preferences = alice.get("/api/v1/preferences").await.expect(200).json;
    assert_eq!(preferences["categories"], json!({"news": {"email": false}}));
    assert_eq!(preferences["default"], json!({"email": true}));

    let quiet = send(&admin, "alice", &news).await;
    let other = send(&admin, "alice", &json!({"category": "ci"})).await;
    delivery(&alice, other, "alice", "sent").await;
    let trace = planned(&alice, quiet, "alice").await;
    assert_eq!(decided(&trace, "email").1, "the user's choice for news");
    assert_eq!(trace["deliveries"], json!([]));
    assert_eq!(mail.mail().len(), 3);

    for wrong in ["/unsubscribe", "/unsubscribe?token=x", &path[..path.len() - 2]] {
        server.anonymous().get(wrong).await.expect(404);
        server.anonymous().post(wrong, &Value::Null).await.expect(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_refused_is_suppressed_until_that_is_lifted() {
    let test = "an_address_that_is_refused_is_suppressed_until_that_is_lifted";
    let Some((mail, _server, admin)) = started(test).await else { return };
    let email = json!({"channels": ["email"]});
    mail.at("RCPT", "550 5.1.1 no such user");
    let refused = send(&admin, "alice", &email).await;
    let failed = delivery(&admin, refused, "alice", "failed").await;
    assert_eq!(outcomes(&failed), ["endpoint_gone"]);
    let list = admin.get(SUPPRESSIONS).await.expect(200).json;
    let entry = &list["items"][0];
    assert_eq!(entry["address"], "alice@example.com");
    assert_eq!(entry["channel"], "email");
    assert!(entry["reason"].as_str().unwrap().contains("no such user"), "{entry}");

    mail.takes();
    let id = send(&admin, "alice", &email).await;
    let trace = planned(&admin, id, "alice").await;
    let suppressed = ("suppress".to_owned(), "the address is suppressed".to_owned());
    assert_eq!(decided(&trace, "email"), suppressed);
    assert_eq!(trace["deliveries"], json!([]));

    admin.delete(&format!("{SUPPRESSIONS}/{}", entry["id"])).await.expect(204);
    let id = send(&admin, "alice", &email).await;
    delivery(&admin, id, "alice", "sent").await;
    assert_eq!(mail.mail().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_busy_is_asked_again() {
    let Some((mail, _server, admin)) = started("a_server_that_is_busy_is_asked_again").await else {
        return;
    };
    mail.at("DATA", "451 4.3.0 later");
    let id = send(&admin, "alice", &json!({"channels": ["email"]})).await;
    let retrying = delivery(&admin, id, "alice", "retrying").await;
    assert!(retrying["attempts"][0]["detail"].as_str().unwrap().contains("451"), "{retrying}");
    mail.takes();
    let sent = delivery(&admin, id, "alice", "sent").await;
    assert_eq!(outcomes(&sent).last(), Some(&"sent"));
    assert_eq!(mail.mail().len(), 1);
}
