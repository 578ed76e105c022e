use herald_domain::{Kind, Priority, RawDraft, Rule, UserId, Violation, Violations};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

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
    // not supported yet: absent or null, which most generators of clients cannot express
    #[schema(ignore)]
    send_at: Option<String>,
    /// when it stops being worth showing; must be in the future
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

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct To {
    user: Option<String>,
    users: Option<Vec<String>>,
}

/// One user, or up to 100.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents `To`, which reads it with better errors")]
enum Audience {
    One(OneUser),
    Many(ManyUsers),
}

/// One user.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents a form of `To`")]
struct OneUser {
    user: UserId,
}

/// Several users; each is told once.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents a form of `To`")]
struct ManyUsers {
    #[schema(min_items = 1, max_items = 100, example = json!(["alice", "bob"]))]
    users: Vec<UserId>,
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
        let mut broken = Violations::default();
        if self.channels.is_some_and(|channels| channels != ["in_app"]) {
            broken.push(not_supported("channels", "not supported yet, other than [\"in_app\"]"));
        }
        if self.send_at.is_some() {
            broken.push(not_supported("send_at", "not supported yet"));
        }
        let (recipients_field, recipients) = match (self.to.user, self.to.users) {
            (Some(user), None) => ("to.user", vec![user]),
            (None, Some(users)) => ("to.users", users),
            (Some(_), Some(_)) => {
                let detail = "must name either user or users";
                broken.push(Violation::new("to", Rule::Contradiction, detail));
                ("to", Vec::new())
            }
            (None, None) => {
                broken.push(Violation::new("to", Rule::Required, "must name user or users"));
                ("to", Vec::new())
            }
        };
        broken.into_result()?;
        Ok(RawDraft {
            recipients,
            recipients_field,
            title: self.title,
            message: self.message,
            kind: self.kind,
            priority: self.priority,
            category: self.category,
            topic: self.topic,
            data: self.data,
            action_url: self.action_url,
            expires_at: self.expires_at,
            collapse_key: self.collapse_key,
        })
    }
}

fn not_supported(field: &str, detail: &str) -> Violation {
    Violation::new(field, Rule::Unknown, detail)
}
