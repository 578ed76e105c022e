use herald_domain::Channel;
use serde_json::{Map, json};

use super::*;
use crate::defaults;

/// All that the application says of a notification.
fn notification(number: usize) -> Value {
    json!({
        "id": number,
        "title": format!("Title {number}"),
        "message": format!("Message {number}\nand a second line"),
        "kind": (["info", "success", "warning", "error"][number % 4]),
        "priority": "medium",
        "category": "ci",
        "topic": "releases",
        "data": { "build": number },
        "action_url": format!("https://ci.example/builds/{number}?a=1&b=2"),
        "sender": "ci-bot",
        "created_at": "2026-11-22T04:44:09.123456Z",
    })
}

fn variables(notifications: &[Value], is_digest: bool) -> Value {
    json!({
        "notification": notifications.last(),
        "notifications": notifications,
        "is_digest": is_digest,
        "user": { "id": "ann" },
        "locale": "en",
        "unsubscribe_url": "https://herald.example/unsubscribe?t=abc",
        "public_url": "https://herald.example",
    })
}

fn render(channel: Channel, variables: &Value) -> Rendered {
    JinjaRenderer::new()
        .render(defaults(channel), variables)
        .unwrap_or_else(|error| panic!("{channel:?}: {error}"))
}

#[test]
fn every_built_in_template_is_one() {
    for channel in Channel::ALL {
        JinjaRenderer::new().check(defaults(*channel)).unwrap();
    }
}

#[test]
fn every_channel_says_what_matters() {
    let one = variables(&[notification(7)], false);
    for channel in Channel::EXTERNAL {
        let rendered = render(channel, &one);
        let said = format!("{} {}", rendered.subject.clone().unwrap_or_default(), rendered.text);
        assert!(said.contains("Title 7") && said.contains("Message 7"), "{channel:?}: {said}");
        assert!(!rendered.text.contains("{{"), "{channel:?}");
    }
    let mail = render(Channel::Email, &one);
    assert_eq!(mail.subject.unwrap(), "Title 7");
    let html = mail.html.unwrap();
    for part in [mail.text.as_str(), html.as_str()] {
        for said in [
            "Title 7",
            "and a second line",
            "ci-bot",
            "ci",
            "22 Nov 2026, 04:44 UTC",
            "Unsubscribe",
        ] {
            assert!(part.contains(said), "{said}: {part}");
        }
    }
    assert!(mail.text.contains("https://ci.example/builds/7?a=1&b=2"));
    assert!(html.contains("#b91c1c"), "the colour of an error");
    let sms = render(Channel::Sms, &one).text;
    assert_eq!(sms, "Title 7: Message 7 and a second line https://ci.example/builds/7?a=1&b=2");
}

#[test]
fn a_digest_has_each_with_its_time_and_link() {
    let digest: Vec<_> = (1..=12).map(notification).collect();
    let digest = variables(&digest, true);
    let mail = render(Channel::Email, &digest);
    assert_eq!(mail.subject.unwrap(), "12 new notifications");
    let html = mail.html.unwrap();
    for number in 1..=12 {
        for part in [mail.text.as_str(), html.as_str()] {
            assert!(part.contains(&format!("Title {number}")), "{number}");
            assert!(part.contains(&format!("Message {number}")), "{number}");
        }
        assert!(mail.text.contains(&format!("builds/{number}?")), "{number}");
        assert!(html.contains(&format!("builds&#x2f;{number}?")), "{number}");
    }
    assert_eq!(html.matches("22 Nov 2026, 04:44 UTC").count(), 12);
    assert!(mail.text.find("Title 1\n") < mail.text.find("Title 2\n"), "oldest first");

    let many: Vec<_> = (1..=100).map(notification).collect();
    let mail = render(Channel::Email, &variables(&many, true));
    for part in [mail.text, mail.html.unwrap()] {
        assert!(part.contains("70 more"), "{part}");
        assert!(part.contains("Title 71") && !part.contains("Title 70"), "the newest are shown");
    }
}

/// Every way to leave some of the names out, `null` or altogether.
fn every_gap(object: &Value, names: &[&str]) -> Vec<Value> {
    let mut all = Vec::new();
    for gaps in 0..1_usize << names.len() {
        for is_null in [true, false] {
            let mut object = object.as_object().cloned().unwrap_or_else(Map::new);
            for (bit, name) in names.iter().enumerate() {
                if gaps & (1 << bit) == 0 {
                    continue;
                }
                if is_null {
                    object.insert((*name).to_owned(), Value::Null);
                } else {
                    object.remove(*name);
                }
            }
            all.push(Value::Object(object));
        }
    }
    all
}

#[test]
fn whatever_is_missing_they_render() {
    let renderer = JinjaRenderer::new();
    let names = ["title", "message", "kind", "category", "action_url", "sender", "created_at"];
    for notification in every_gap(&notification(1), &names) {
        for is_digest in [false, true] {
            let whole = variables(&[notification.clone(), notification.clone()], is_digest);
            for channel in Channel::EXTERNAL {
                let rendered = renderer.render(defaults(channel), &whole).unwrap();
                assert_tidy(&rendered);
            }
        }
    }
    let names = [
        "notification",
        "notifications",
        "is_digest",
        "user",
        "locale",
        "unsubscribe_url",
        "public_url",
    ];
    for is_digest in [false, true] {
        for variables in every_gap(&variables(&[notification(1)], is_digest), &names) {
            for channel in Channel::EXTERNAL {
                assert_tidy(&renderer.render(defaults(channel), &variables).unwrap());
            }
        }
    }
}

/// No trace of a value that is not there, and nothing that hangs over.
fn assert_tidy(rendered: &Rendered) {
    let text = &rendered.text;
    let all = format!("{:?} {text} {}", rendered.subject, rendered.html.as_deref().unwrap_or(""));
    for trace in ["undefined", "null", "None,", "href=\"\""] {
        assert!(!all.contains(trace), "{trace}: {all}");
    }
    assert!(!text.contains("\n\n\n"), "{text:?}");
    assert!(!text.starts_with(char::is_whitespace), "{text:?}");
    for line in text.lines() {
        assert_eq!(line, line.trim_end(), "{text:?}");
        assert!(line.chars().count() <= 72 || line.contains("https://"), "{line}");
    }
}

#[test]
fn hostile_values_are_only_text() {
    for hostile in ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' style='x"] {
        let mut bad = notification(1);
        for (_, value) in bad.as_object_mut().unwrap() {
            *value = json!(hostile);
        }
        for is_digest in [false, true] {
            let mut whole = variables(&[bad.clone()], is_digest);
            for name in ["locale", "unsubscribe_url", "public_url"] {
                whole[name] = json!(hostile);
            }
            let clean =
                render(Channel::Email, &variables(&[notification(1)], is_digest)).html.unwrap();
            let html = render(Channel::Email, &whole).html.unwrap();
            for mark in ["<script", "<img", "onerror=alert(1)>", "' style='x"] {
                assert!(!html.contains(mark), "{html}");
            }
            // no tag that is not the template's own
            assert!(html.matches('<').count() <= clean.matches('<').count());
        }
    }
}

#[test]
fn only_addresses_of_the_web_become_links() {
    for bad in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//x.example",
        "file:///x",
    ] {
        let mut one = notification(1);
        one["action_url"] = json!(bad);
        for is_digest in [false, true] {
            let mut whole = variables(&[one.clone()], is_digest);
            whole["unsubscribe_url"] = json!(bad);
            whole["public_url"] = json!(bad);
            let html = render(Channel::Email, &whole).html.unwrap();
            assert!(!html.contains("href"), "{html}");
        }
    }
}

#[test]
fn the_longest_notifications_render() {
    let mut longest = notification(1);
    longest["title"] = json!("<".repeat(200));
    longest["message"] = json!("<\n".repeat(2_000));
    longest["action_url"] = json!(format!("https://{}", "/".repeat(2_000)));
    longest["sender"] = json!("<".repeat(128));
    longest["category"] = json!("c".repeat(64));
    longest["data"] = json!({ "x": "x".repeat(16_000) });
    let many = vec![longest; 100];
    for channel in Channel::EXTERNAL {
        render(channel, &variables(&many[..1], false));
        let digest = render(channel, &variables(&many, true));
        assert!(digest.html.unwrap_or_default().len() < 250 * 1024);
    }
}
