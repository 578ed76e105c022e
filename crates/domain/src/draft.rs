use crate::{Content, Data, Kind, Priority, Rule, Timestamp, UserId, Violation, Violations};

/// What somebody asks to be sent, not yet checked: every text as it came.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of `Content` and `Draft`")]
pub struct RawDraft {
    pub recipients: Vec<String>,
    /// where the recipients stood in the request: `to.user` or `to.users`
    pub recipients_field: &'static str,
    pub title: Option<String>,
    pub message: String,
    pub kind: Option<Kind>,
    pub priority: Option<Priority>,
    pub category: Option<String>,
    pub topic: Option<String>,
    pub data: Option<serde_json::Map<String, serde_json::Value>>,
    pub action_url: Option<String>,
    pub expires_at: Option<String>,
    pub collapse_key: Option<String>,
}

/// A notification that keeps every rule which needs neither the clock nor the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// who gets it: 1 to 100, each once, in the order named
    pub recipients: Vec<UserId>,
    /// what it says
    pub content: Content,
}

impl Draft {
    /// The most users that one notification may name.
    pub const MAX_RECIPIENTS: usize = 100;

    /// Checks every field, and reports every rule that was broken, not only the first.
    pub fn parse(raw: RawDraft) -> Result<Self, Violations> {
        let mut broken = Violations::default();
        let recipients = recipients(&mut broken, &raw);
        let mut optional = Optional(&mut broken);
        let title = optional.text("title", raw.title);
        let category = optional.text("category", raw.category);
        let topic = optional.text("topic", raw.topic);
        let action_url = optional.text("action_url", raw.action_url);
        let collapse_key = optional.text("collapse_key", raw.collapse_key);
        let expires_at =
            raw.expires_at.and_then(|text| broken.take("expires_at", Timestamp::parse(&text)));
        let data = raw.data.and_then(|object| broken.take("data", Data::from_object(&object)));
        let message = broken.take("message", raw.message.parse());
        broken.into_result()?;
        let Some(message) = message else {
            return Err(Violation::new("message", Rule::Required, "must not be empty").into());
        };
        Ok(Self {
            recipients,
            content: Content {
                title,
                message,
                kind: raw.kind.unwrap_or_default(),
                priority: raw.priority.unwrap_or_default(),
                category,
                topic,
                data: data.unwrap_or_default(),
                action_url,
                expires_at,
                collapse_key,
            },
        })
    }

    /// Checks the rule that needs the clock: what is sent must not have expired already.
    pub fn check_expiry(&self, now: Timestamp) -> Result<(), Violation> {
        match self.content.expires_at {
            Some(at) if at <= now => {
                Err(Violation::new("expires_at", Rule::OutOfRange, "must be in the future"))
            }
            _ => Ok(()),
        }
    }
}

/// Parses optional texts, noting what is wrong.
struct Optional<'a>(&'a mut Violations);

impl Optional<'_> {
    fn text<T: std::str::FromStr<Err = Violation>>(
        &mut self,
        field: &str,
        text: Option<String>,
    ) -> Option<T> {
        text.and_then(|text| self.0.take(field, text.parse()))
    }
}

fn recipients(broken: &mut Violations, raw: &RawDraft) -> Vec<UserId> {
    let (field, many) = (raw.recipients_field, raw.recipients_field == "to.users");
    if raw.recipients.is_empty() {
        broken.push(Violation::new(field, Rule::Required, "must name at least one user"));
    }
    if raw.recipients.len() > Draft::MAX_RECIPIENTS {
        broken.push(Violation::new(field, Rule::TooLong, "must name at most 100 users"));
        return Vec::new();
    }
    let mut seen = std::collections::HashSet::new();
    let mut recipients = Vec::with_capacity(raw.recipients.len());
    for (nth, text) in raw.recipients.iter().enumerate() {
        let place = if many { format!("{field}[{nth}]") } else { field.to_owned() };
        if let Some(id) = broken.take(&place, text.parse::<UserId>())
            && seen.insert(text)
        {
            recipients.push(id);
        }
    }
    recipients
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw() -> RawDraft {
        RawDraft {
            recipients: vec!["alice".into()],
            recipients_field: "to.users",
            message: "hello".into(),
            ..RawDraft::default()
        }
    }

    #[test]
    fn only_a_recipient_and_a_message_are_required() {
        let draft = Draft::parse(raw()).unwrap();
        assert_eq!(draft.content, Content::of("hello".parse().unwrap()));
    }

    #[test]
    fn every_broken_rule_is_reported() {
        let broken = Draft::parse(RawDraft {
            recipients: vec!["ok".into(), "not ok".into()],
            message: String::new(),
            action_url: Some("javascript:x".into()),
            expires_at: Some("tomorrow".into()),
            ..raw()
        })
        .unwrap_err();
        let fields: Vec<_> = broken.as_slice().iter().map(|v| v.field.as_str()).collect();
        assert_eq!(fields, ["to.users[1]", "action_url", "expires_at", "message"]);
    }

    #[test]
    fn a_user_named_twice_is_told_once() {
        let recipients = vec!["a".into(), "b".into(), "a".into()];
        let draft = Draft::parse(RawDraft { recipients, ..raw() }).unwrap();
        assert_eq!(draft.recipients.len(), 2);
    }

    #[test]
    fn one_to_a_hundred_recipients() {
        let many =
            |n: usize| RawDraft { recipients: (0..n).map(|i| format!("u{i}")).collect(), ..raw() };
        assert!(Draft::parse(many(0)).is_err());
        assert!(Draft::parse(many(100)).is_ok());
        assert!(Draft::parse(many(101)).is_err());
    }

    #[test]
    fn what_is_sent_has_not_expired() {
        let now = Timestamp::parse("2026-11-21T09:00:00Z").unwrap();
        let at = |text: &str| RawDraft { expires_at: Some(text.into()), ..raw() };
        assert!(Draft::parse(at("2026-11-21T09:00:01Z")).unwrap().check_expiry(now).is_ok());
        assert!(Draft::parse(at("2026-11-21T09:00:00Z")).unwrap().check_expiry(now).is_err());
    }
}
