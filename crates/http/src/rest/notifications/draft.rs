use herald_domain::{Channel, Kind, Priority, RawDraft};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::audience::{Audience, To};
use crate::extract::object;

/// What is to be said, and to whom.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NotificationRequest)]
pub(super) struct DraftBody {
    /// who should know
    #[serde(deserialize_with = "object")]
    #[schema(value_type = Audience)]
    to: To,
    /// headline, one line
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]+$",
        example = "Build finished"
    )]
    title: Option<String>,
    /// body; line breaks and tabs are allowed
    #[schema(
        min_length = 1,
        max_length = 4000,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]+$",
        example = "main is green"
    )]
    message: String,
    /// how it looks; `info` if absent
    kind: Option<Kind>,
    /// how much it may disturb; `medium` if absent
    priority: Option<Priority>,
    /// what it is about
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.:@-]+$", example = "ci")]
    category: Option<String>,
    /// the subject it is published under
    #[schema(
        min_length = 1,
        max_length = 128,
        pattern = "^[A-Za-z0-9_.:@-]+$",
        example = "releases"
    )]
    topic: Option<String>,
    /// what the application attaches, at most 16 KiB of JSON
    #[schema(value_type = Option<Object>, example = json!({"run": 7}))]
    data: Option<Map<String, Value>>,
    /// where a click leads: http, https, or a path on the same site
    #[schema(
        min_length = 1,
        max_length = 2048,
        pattern = "^([hH][tT][tT][pP][sS]?://[^/\\s\\\\\\x00-\\x1f\\x7f-\\x9f][^\\s\\\\\\x00-\\x1f\\x7f-\\x9f]*|/([^/\\s\\\\\\x00-\\x1f\\x7f-\\x9f][^\\s\\\\\\x00-\\x1f\\x7f-\\x9f]*)?)$",
        example = "/runs/7"
    )]
    action_url: Option<String>,
    /// tell it by these channels and no other; by those that its recipients want, if absent
    #[schema(min_items = 1)]
    channels: Option<Vec<Channel>>,
    /// after how many seconds it goes out by other channels than the inbox, if nobody has read it by then;
    /// at once, if absent
    // later than the rest: a request under an idempotency key of before is still the same request
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 604_800, example = 300)]
    escalate_after: Option<i64>,
    /// when it is told; at once if absent or past
    #[schema(format = DateTime, example = "2099-12-31T09:00:00Z")]
    send_at: Option<String>,
    /// when it stops being worth showing; must be in the future, and after `send_at`
    #[schema(format = DateTime, example = "2099-12-31T23:59:59Z")]
    expires_at: Option<String>,
    /// replaces an unread notification with the same key
    #[schema(
        min_length = 1,
        max_length = 128,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]+$",
        example = "build-7"
    )]
    collapse_key: Option<String>,
}

impl From<DraftBody> for RawDraft {
    fn from(body: DraftBody) -> Self {
        Self {
            to: body.to.into(),
            title: body.title,
            message: body.message,
            kind: body.kind,
            priority: body.priority,
            category: body.category,
            topic: body.topic,
            data: body.data,
            action_url: body.action_url,
            send_at: body.send_at,
            expires_at: body.expires_at,
            collapse_key: body.collapse_key,
            channels: body.channels,
            escalate_after: body.escalate_after,
        }
    }
}
