use std::borrow::Cow;

use herald_domain::{
    ActionUrl, Category, Data, Kind, Notification, NotificationId, Priority, Timestamp, Topic,
};
use herald_outbound::{headline, json_len, shortened};
use herald_ports::Outgoing;
use serde::Serialize;

/// The most bytes of a message before its encryption: every push service takes 4096 after it, which
/// adds 103 (RFC 8291, section 4).
pub(crate) const MAX: usize = 3_993;
/// The most bytes of JSON that a headline and an address may take of that, so that there is room for
/// all else.
const TITLE: usize = 800;
const URL: usize = 2_048;

/// What a service worker gets.
#[derive(Serialize)]
struct Payload<'a> {
    title: Option<String>,
    body: Cow<'a, str>,
    url: Option<&'a ActionUrl>,
    tag: Option<&'a str>,
    id: Option<NotificationId>,
    count: usize,
    kind: Kind,
    priority: Priority,
    category: Option<&'a Category>,
    topic: Option<&'a Topic>,
    timestamp: Timestamp,
    data: Option<&'a Data>,
}

/// The message as JSON, of [`MAX`] bytes at most. What replaces each other has the same tag.
pub(crate) fn payload(message: &Outgoing, tag: Option<&str>) -> serde_json::Result<Vec<u8>> {
    let newest: Option<&Notification> = message.notifications.last().map(|newest| &**newest);
    // what is of one alone, no digest has
    let only = newest.filter(|_| message.notifications.len() == 1);
    let content = only.map(|only| &only.content);
    let mut payload = Payload {
        title: message.subject.as_deref().map(headline),
        body: Cow::from(&message.text),
        url: content.and_then(|content| content.action_url.as_ref()),
        tag,
        id: only.map(|only| only.id),
        count: message.notifications.len(),
        kind: newest.map(|newest| newest.content.kind).unwrap_or_default(),
        priority: message.priority,
        category: content.and_then(|content| content.category.as_ref()),
        topic: content.and_then(|content| content.topic.as_ref()),
        timestamp: newest.map_or(message.now, |newest| newest.created_at),
        data: content.map(|content| &content.data),
    };
    let whole = serde_json::to_vec(&payload)?;
    if whole.len() <= MAX {
        return Ok(whole);
    }
    payload.data = None;
    payload.url = payload.url.filter(|url| json_len(url.as_str()) <= URL);
    payload.title = payload.title.map(|title| shortened(&title, TITLE).into_owned());
    payload.body = Cow::default();
    let room = MAX.saturating_sub(serde_json::to_vec(&payload)?.len());
    payload.body = shortened(&message.text, room);
    serde_json::to_vec(&payload)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use herald_contract::fixtures::{NOW, notification, outgoing};
    use herald_domain::Address;
    use serde_json::{Map, Value, json};

    use super::*;

    fn message() -> Outgoing {
        outgoing(Address::Email("alice@example.com".parse().unwrap()))
    }

    fn read(message: &Outgoing) -> (usize, Value) {
        let bytes = payload(message, Some("tag")).unwrap();
        (bytes.len(), serde_json::from_slice(&bytes).unwrap())
    }

    #[test]
    fn a_service_worker_gets_what_it_shows() {
        let mut one = notification(5, "main is green");
        one.content.action_url = Some("/runs/7".parse().unwrap());
        one.content.category = Some("ci".parse().unwrap());
        let message = Outgoing { notifications: vec![Arc::new(one)], ..message() };
        let expected = json!({
            "title": "Build finished", "body": "main is green", "url": "/runs/7", "tag": "tag",
            "id": 5, "count": 1, "kind": "info", "priority": "medium", "category": "ci",
            "topic": null, "timestamp": message.notifications[0].created_at, "data": {"run": 7},
        });
        assert_eq!(read(&message).1, expected);
    }

    #[test]
    fn a_digest_says_how_many_and_leads_to_none_of_them() {
        let notifications = vec![Arc::new(notification(5, "x")), Arc::new(notification(3, "y"))];
        let digest = Outgoing { notifications, ..message() };
        let (_, read) = read(&digest);
        assert_eq!((&read["count"], &read["id"]), (&json!(2), &Value::Null));
        assert_eq!(read["timestamp"], json!(digest.notifications[1].created_at));
    }

    #[test]
    fn a_long_text_fills_what_there_is_room_for() {
        // each takes other numbers of bytes in UTF-8 and in JSON
        for unit in ["a", "é", "日", "🦀", "\"", "\\", "\n", "\u{1}", "a🦀\"\u{1}"] {
            let text = unit.repeat(4_000);
            let (len, read) = read(&Outgoing { text: text.clone(), ..message() });
            assert!(len <= MAX && len + 20 > MAX, "{unit:?}: {len} bytes");
            let body = read["body"].as_str().unwrap().strip_suffix('…').unwrap();
            assert!(text.starts_with(body) && !body.is_empty(), "{unit:?}");
            assert_eq!(read["data"], Value::Null, "what is attached goes first");
        }
    }

    #[test]
    fn a_text_that_just_fits_is_whole() {
        let len = |text: &str| read(&Outgoing { text: text.to_owned(), ..message() }).0;
        let text = "x".repeat(MAX - len(""));
        assert_eq!(len(&text), MAX);
        let (_, kept) = read(&Outgoing { text: text.clone(), ..message() });
        assert_eq!((kept["body"].as_str(), &kept["data"]), (Some(&*text), &json!({"run": 7})));
        let (_, kept) = read(&Outgoing { text: text.clone() + "x", ..message() });
        assert_eq!((kept["body"].as_str(), &kept["data"]), (Some(&*(text + "x")), &Value::Null));
    }

    #[test]
    fn whatever_is_allowed_fits() {
        let mut one = notification(5, &"日".repeat(4_000));
        one.id = NotificationId::new(i64::MAX);
        let url = |unit: &str, length: usize| format!("/{}", unit.repeat(length)).parse().unwrap();
        one.content.title = Some("🦀".repeat(200).parse().unwrap());
        one.content.category = Some("c".repeat(64).parse().unwrap());
        one.content.topic = Some("t".repeat(128).parse().unwrap());
        let object = Map::from_iter([("a".to_owned(), json!("x".repeat(16_000)))]);
        one.content.data = Data::from_object(&object).unwrap();
        for (address, kept) in [(url("x", 2_000), true), (url("🦀", 2_000), false)] {
            one.content.action_url = Some(address);
            let large = Outgoing {
                subject: Some("\"".repeat(10_000)),
                text: "🦀".repeat(100_000),
                notifications: vec![Arc::new(one.clone())],
                now: NOW,
                ..message()
            };
            let tag = "x".repeat(32);
            let bytes = payload(&large, Some(&tag)).unwrap();
            assert!(bytes.len() <= MAX, "{} bytes", bytes.len());
            let read: Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(read["url"].is_string(), kept);
            assert!(read["body"].as_str().unwrap().starts_with("🦀🦀🦀"));
        }
    }
}
