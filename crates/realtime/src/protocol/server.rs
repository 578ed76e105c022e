//! What the server says.

use bytes::Bytes;
use herald_domain::{Epoch, Head, InboxItem, ItemBody, Notification, NotificationId, Timestamp};
use herald_ports::Resync;
use serde::Serialize;
use serde_json::json;

use super::HEARTBEAT_SECONDS;
use crate::Frame;

/// The part of a `notification` message that all recipients share.
pub(crate) fn notification_tail(notification: &Notification) -> Bytes {
    tail("notification", &ItemBody::fresh(notification))
}

/// The part of a `changed` message behind place and counts.
pub(crate) fn changed_tail(items: &[InboxItem], deleted: &[NotificationId]) -> Bytes {
    #[derive(Serialize)]
    struct Body<'a> {
        items: &'a [InboxItem],
        deleted: &'a [NotificationId],
    }
    let object = to_json(&Body { items, deleted });
    Bytes::from(object).slice(1..)
}

/// The part of `all_read` and `all_seen` behind place and counts: when it happened.
pub(crate) fn at_tail(at: Timestamp) -> Bytes {
    tail("at", &at)
}

pub(crate) fn hello(epoch: &Epoch, head: Head) -> Frame {
    Frame::at(
        "hello",
        head,
        tail_with("epoch", epoch, &format!(r#","heartbeat_seconds":{HEARTBEAT_SECONDS}"#)),
    )
}

pub(crate) fn heartbeat_ack() -> Frame {
    Frame::whole("heartbeat_ack", r#"{"type":"heartbeat_ack"}"#.to_owned())
}

pub(crate) fn ok(reference: Option<&str>) -> Frame {
    Frame::whole("ok", json!({"type": "ok", "ref": reference}).to_string())
}

pub(crate) fn error(reference: Option<&str>, code: &str, detail: &str) -> Frame {
    let text = json!({"type": "error", "ref": reference, "code": code, "detail": detail});
    Frame::whole("error", text.to_string())
}

/// The client's position is lost: it must read the whole inbox again.
pub(crate) fn resync(reason: &str) -> Frame {
    Frame::whole("resync", json!({"type": "resync", "reason": reason}).to_string())
}

pub(crate) fn resync_reason(resync: Resync) -> &'static str {
    match resync {
        Resync::Epoch => "epoch",
        Resync::Pruned => "pruned",
        Resync::Unknown => "unknown_position",
    }
}

/// The token ends soon: send `refresh`.
pub(crate) fn expiring(at: Timestamp) -> Frame {
    Frame::whole("expiring", json!({"type": "expiring", "at": at}).to_string())
}

pub(crate) fn going_away(retry_after_ms: u32) -> Frame {
    let text = json!({"type": "going_away", "retry_after_ms": retry_after_ms});
    Frame::whole("going_away", text.to_string())
}

fn tail(name: &str, value: &impl Serialize) -> Bytes {
    tail_with(name, value, "")
}

/// `"name":value` and what follows it, up to the brace that closes the message.
fn tail_with(name: &str, value: &impl Serialize, rest: &str) -> Bytes {
    let mut text = format!(r#""{name}":"#).into_bytes();
    text.extend(to_json(value));
    text.extend(rest.as_bytes());
    text.push(b'}');
    text.into()
}

#[expect(
    clippy::expect_used,
    reason = "our own types have only string keys, and writing to memory cannot fail"
)]
pub(crate) fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("serialises")
}
