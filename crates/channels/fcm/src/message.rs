use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use herald_domain::{Notification, Priority};
use herald_outbound::{headline, json_len, shortened};
use herald_ports::Outgoing;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The most that FCM takes, in bytes; it does not count the token.
const MAX: usize = 4_096;
/// What is left to the text at least, before what the sender attached is left out.
const TEXT: usize = 512;
/// The longest headline, in bytes: those of notifications are not longer.
const TITLE: usize = 800;
/// The longest time that FCM keeps a message: four weeks.
const KEPT: Duration = Duration::from_secs(28 * 24 * 60 * 60);
/// The longest name that Apple collapses by, in bytes.
const NAME: usize = 64;

/// The body of a request.
#[derive(Serialize)]
pub(crate) struct Request<'a> {
    message: Message<'a>,
}

#[derive(Serialize)]
struct Message<'a> {
    token: &'a str,
    notification: Shown,
    data: BTreeMap<&'static str, String>,
    android: Android,
    apns: Apns,
}

#[derive(Serialize)]
struct Shown {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    body: String,
}

#[derive(Serialize)]
struct Android {
    priority: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collapse_key: Option<String>,
    notification: Tagged,
}

#[derive(Serialize)]
struct Tagged {
    /// what is shown with the same one is replaced
    tag: String,
}

#[derive(Serialize)]
struct Apns {
    headers: BTreeMap<&'static str, String>,
}

impl<'a> Request<'a> {
    /// What FCM is told, in no more bytes than it takes.
    pub(crate) fn of(message: &Outgoing, token: &'a str) -> Self {
        let title = message.subject.as_deref().map(headline);
        let title = title.map(|title| shortened(&title, TITLE).into_owned());
        let mut request = Self {
            message: Message {
                token,
                notification: Shown { title, body: String::new() },
                data: data(message),
                android: android(message),
                apns: apns(message),
            },
        };
        if request.room() < TEXT.min(json_len(&message.text)) {
            request.message.data.remove("data");
        }
        request.message.notification.body = shortened(&message.text, request.room()).into_owned();
        request
    }

    /// How many bytes are left.
    fn room(&self) -> usize {
        let taken = serde_json::to_vec(self).map_or(MAX, |json| json.len());
        (MAX + self.message.token.len()).saturating_sub(taken)
    }
}

fn data(message: &Outgoing) -> BTreeMap<&'static str, String> {
    let mut data = BTreeMap::from([("priority", message.priority.as_str().to_owned())]);
    let Some(notification) = only(message) else {
        data.insert("type", "digest".to_owned());
        return data;
    };
    let content = &notification.content;
    data.insert("type", "notification".to_owned());
    data.insert("id", notification.id.to_string());
    data.insert("kind", content.kind.as_str().to_owned());
    data.insert("data", content.data.as_str().to_owned());
    data.extend(content.category.as_ref().map(|category| ("category", category.to_string())));
    data.extend(content.action_url.as_ref().map(|url| ("action_url", url.to_string())));
    data
}

fn android(message: &Outgoing) -> Android {
    let life = message.expires_at.map(|at| at.since(message.now).min(KEPT).as_secs());
    Android {
        // what is not high may wait until the device is used
        priority: if message.priority == Priority::Low { "NORMAL" } else { "HIGH" },
        ttl: life.map(|seconds| format!("{seconds}s")),
        collapse_key: collapse_key(message).map(str::to_owned),
        notification: Tagged { tag: name(message) },
    }
}

fn apns(message: &Outgoing) -> Apns {
    let urgency = if message.priority == Priority::Low { "5" } else { "10" };
    let mut headers = BTreeMap::from([
        ("apns-priority", urgency.to_owned()),
        ("apns-collapse-id", name(message)),
    ]);
    headers.extend(message.expires_at.map(|at| ("apns-expiration", at.as_secs().to_string())));
    Apns { headers }
}

/// What replaces this on the device: whatever has its collapse key, or, if it has none, itself, when it comes twice.
fn name(message: &Outgoing) -> String {
    match collapse_key(message) {
        Some(key) if key.len() <= NAME && key.bytes().all(|byte| byte.is_ascii_graphic()) => {
            key.to_owned()
        }
        // one that does not fit a header of Apple's
        Some(key) => BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(key)),
        None => format!("herald-{}", message.delivery),
    }
}

fn collapse_key(message: &Outgoing) -> Option<&str> {
    only(message)?.content.collapse_key.as_ref().map(|key| key.as_str())
}

/// The notification that it tells of, if it is one.
fn only(message: &Outgoing) -> Option<&Notification> {
    match &*message.notifications {
        [notification] => Some(notification),
        _ => None,
    }
}
