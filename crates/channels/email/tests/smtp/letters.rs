//! What is written, as Python's own library reads it.

use std::sync::Arc;

use herald_contract::MailServer;
use herald_contract::fixtures::{later, notification};
use herald_domain::{DeliveryId, Priority};
use herald_ports::{DeliveryChannel, Outgoing};
use serde_json::{Value, json};

use crate::{header, message, plain, started, to};

/// Sends it, and says how it arrived; it is well-formed.
async fn arrives(server: &MailServer, message: &Outgoing) -> Value {
    plain(server).deliver(message).await.unwrap();
    let mail = server.mail().pop().unwrap();
    assert_eq!(mail["defects"], json!([]), "{mail}");
    assert_eq!(mail["bare"], false, "{mail}");
    assert!(mail["longest"].as_u64().unwrap() <= 998, "{mail}");
    mail
}

#[tokio::test]
async fn a_letter_has_what_belongs_to_it() {
    let server = started!(MailServer::start());
    let mail = arrives(&server, &message()).await;
    assert_eq!(mail["mail_from"], "herald@example.com");
    assert_eq!(mail["rcpt_tos"], json!(["alice@example.com"]));
    assert_eq!(mail["kinds"], json!(["text/plain"]));
    assert_eq!(mail["text"], "main is green\n");
    for (name, value) in [
        ("From", json!("Herald <herald@example.com>")),
        ("To", json!("alice@example.com")),
        ("Subject", json!("Build finished")),
        ("Date", json!("Sat, 21 Nov 2026 09:00:00 +0000")),
        ("Auto-Submitted", json!("auto-generated")),
        ("MIME-Version", json!("1.0")),
        ("X-Priority", Value::Null),
        ("Importance", Value::Null),
        ("List-Unsubscribe", Value::Null),
        ("List-Unsubscribe-Post", Value::Null),
    ] {
        assert_eq!(header(&mail, name), value, "{name}");
    }
    let taken = plain(&server).deliver(&message()).await.unwrap();
    assert_eq!(taken.reference.as_deref(), Some("2.0.0 Ok: queued as 4F3A"));
}

#[tokio::test]
async fn a_page_stands_beside_the_text() {
    let server = started!(MailServer::start());
    let html = "<p>main is <b>grün</b></p>\n.\n<p>..</p>";
    let mail = arrives(&server, &Outgoing { html: Some(html.to_owned()), ..message() }).await;
    assert_eq!(mail["kinds"], json!(["multipart/alternative", "text/plain", "text/html"]));
    assert_eq!(mail["text"], "main is green");
    assert_eq!(mail["html"], html);
}

#[tokio::test]
async fn an_attempt_has_the_id_of_the_first() {
    let server = started!(MailServer::start());
    let first = message();
    let again = Outgoing { attempt: 2, now: later(60), ..first.clone() };
    let other = Outgoing { delivery: DeliveryId::new(8), ..first.clone() };
    // another installation, or a database that began anew
    let told = Arc::new(notification(6, "main is green"));
    let elsewhere = Outgoing { notifications: vec![told], ..first.clone() };
    let mut ids = Vec::new();
    for message in [&first, &again, &other, &elsewhere] {
        let id = header(&arrives(&server, message).await, "Message-ID");
        ids.push(id.as_str().unwrap().to_owned());
    }
    assert!(ids[0].starts_with("<7.") && ids[0].ends_with("@example.com>"), "{ids:?}");
    assert_eq!(ids[0], ids[1]);
    assert!(ids[2] != ids[0] && ids[3] != ids[0], "{ids:?}");
}

#[tokio::test]
async fn one_click_ends_it() {
    let server = started!(MailServer::start());
    let url = format!("https://herald.example.com/unsubscribe?token={}", "x".repeat(300));
    let mail = arrives(&server, &Outgoing { unsubscribe: Some(url.clone()), ..message() }).await;
    assert_eq!(header(&mail, "List-Unsubscribe"), format!("<{url}>"));
    assert_eq!(header(&mail, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");

    let open = Some("http://herald.example.com/u".to_owned());
    let mail = arrives(&server, &Outgoing { unsubscribe: open, ..message() }).await;
    assert_eq!(header(&mail, "List-Unsubscribe"), "<http://herald.example.com/u>");
    assert_eq!(header(&mail, "List-Unsubscribe-Post"), Value::Null);

    for wrong in ["https://a/>\r\nBcc: eve@example.com", "https://a/ b", "https://é/"] {
        let message = Outgoing { unsubscribe: Some(wrong.to_owned()), ..message() };
        let mail = arrives(&server, &message).await;
        assert_eq!(header(&mail, "List-Unsubscribe"), Value::Null, "{wrong}");
        assert_eq!(header(&mail, "Bcc"), Value::Null);
    }
}

#[tokio::test]
async fn urgent_mail_says_so() {
    let server = started!(MailServer::start());
    for (priority, number, importance) in [
        (Priority::Low, Value::Null, Value::Null),
        (Priority::Medium, Value::Null, Value::Null),
        (Priority::High, json!("2 (High)"), json!("high")),
        (Priority::Critical, json!("1 (Highest)"), json!("high")),
    ] {
        let mail = arrives(&server, &Outgoing { priority, ..message() }).await;
        assert_eq!(header(&mail, "X-Priority"), number);
        assert_eq!(header(&mail, "Importance"), importance);
    }
}

#[tokio::test]
async fn a_subject_need_not_be() {
    let server = started!(MailServer::start());
    let mail = arrives(&server, &Outgoing { subject: None, ..message() }).await;
    assert_eq!(header(&mail, "Subject"), Value::Null);
}

#[tokio::test]
async fn subjects_arrive_as_they_are() {
    let server = started!(MailServer::start());
    for subject in [
        "Größe 日本語 🎉",
        "=?utf-8?q?Bcc:_eve=40example.com?= and =?x",
        "=?utf-8?b?4?= 🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉",
        "Re: [a] <b@c.example>, \"d\"; e: (f) \\g",
        &"x".repeat(1_200),
        &"é".repeat(200),
        "🎉 ".repeat(100).trim_end(),
        "word ".repeat(40).trim_end(),
    ] {
        let mail =
            arrives(&server, &Outgoing { subject: Some(subject.to_owned()), ..message() }).await;
        assert_eq!(header(&mail, "Subject"), subject);
        assert_eq!(mail["ascii"], true);
    }
}

#[tokio::test]
async fn texts_arrive_as_they_are() {
    let server = started!(MailServer::start());
    for text in [
        "",
        "\n",
        ".",
        ".\n..\n...",
        "first\n.\nMAIL FROM:<eve@example.com>",
        "From here\nto there",
        "spaces at the end   \nand tabs\t\n",
        "= equal = signs =\n=3D",
        "Größe 日本語 🎉👩‍👩‍👧",
        "--boundary\nContent-Type: text/html",
        &"x".repeat(3_000),
        &"🎉".repeat(1_000),
        &"line\n".repeat(1_000),
    ] {
        for html in [None, Some("<p>x</p>".to_owned())] {
            let mail =
                arrives(&server, &Outgoing { text: text.to_owned(), html, ..message() }).await;
            let arrived = mail["text"].as_str().unwrap();
            // the last line of a letter has an end
            assert!(arrived == text || arrived == format!("{text}\n"), "{text:?}: {arrived:?}");
        }
    }
    let odd = "a\rb\r\nc\0\u{1b}[31md";
    let mail = arrives(&server, &Outgoing { text: odd.to_owned(), ..message() }).await;
    assert_eq!(mail["text"], "a\nb\nc[31md\n");
}

#[tokio::test]
async fn addresses_may_be_of_any_script() {
    let server = started!(MailServer::start());
    let mail = arrives(&server, &Outgoing { to: to("alice@bücher.example"), ..message() }).await;
    assert_eq!(mail["rcpt_tos"], json!(["alice@xn--bcher-kva.example"]));
    assert_eq!(mail["mail_options"], json!([]));
    let mail = arrives(&server, &Outgoing { to: to("jörg@bücher.example"), ..message() }).await;
    assert_eq!(mail["rcpt_tos"], json!(["jörg@xn--bcher-kva.example"]));
    assert_eq!(mail["mail_options"], json!(["SMTPUTF8"]));
    assert_eq!(header(&mail, "To"), "jörg@xn--bcher-kva.example");
}
