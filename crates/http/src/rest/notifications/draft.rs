use herald_domain::{Kind, Priority, RawDraft, Rule, Violation, Violations};
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
    /// for now `["in_app"]`, which is what it is if absent
    #[schema(value_type = Option<Vec<ChannelName>>, min_items = 1, max_items = 1)]
    channels: Option<Vec<String>>,
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

/// The ways to reach somebody.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "documents the only channel so far")]
enum ChannelName {
    InApp,
}

impl DraftBody {
    /// Checks what this version does not do yet, and passes on the rest to be checked.
    pub(super) fn parse(self) -> Result<RawDraft, Violations> {
        if self.channels.is_some_and(|channels| channels != ["in_app"]) {
            let detail = "not supported yet, other than [\"in_app\"]";
            return Err(Violation::new("channels", Rule::Unknown, detail).into());
        }
        Ok(RawDraft {
            to: self.to.into(),
            title: self.title,
            message: self.message,
            kind: self.kind,
            priority: self.priority,
            category: self.category,
            topic: self.topic,
            data: self.data,
            action_url: self.action_url,
            send_at: self.send_at,
            expires_at: self.expires_at,
            collapse_key: self.collapse_key,
            channels: None,
            escalate_after: None,
        })
    }
}
