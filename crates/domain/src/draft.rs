use crate::{
    Audience, Channel, ChannelSet, Content, Data, Kind, Priority, RawAudience, Route, Rule,
    Timestamp, Violation, Violations,
};

/// What somebody asks to be sent, not yet checked: every text as it came.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of `Content`, `Route` and `Draft`")]
pub struct RawDraft {
    pub to: RawAudience,
    pub title: Option<String>,
    pub message: String,
    pub kind: Option<Kind>,
    pub priority: Option<Priority>,
    pub category: Option<String>,
    pub topic: Option<String>,
    pub data: Option<serde_json::Map<String, serde_json::Value>>,
    pub action_url: Option<String>,
    pub send_at: Option<String>,
    pub expires_at: Option<String>,
    pub collapse_key: Option<String>,
    pub channels: Option<Vec<Channel>>,
    pub escalate_after: Option<i64>,
}

/// A notification that keeps every rule which needs neither the clock nor the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// whom it is for
    pub to: Audience,
    /// what it says
    pub content: Content,
    /// by which ways it is to be told
    pub route: Route,
    /// when it is to be told; at once, if it is not given or has passed
    pub send_at: Option<Timestamp>,
}

impl Draft {
    /// Checks every field, and reports every rule that was broken, not only the first. What goes to
    /// the subscribers of a topic is about that topic, unless it says otherwise.
    pub fn parse(raw: RawDraft) -> Result<Self, Violations> {
        let mut broken = Violations::default();
        let to = broken.take_all(Audience::parse(raw.to));
        let mut optional = Optional(&mut broken);
        let title = optional.text("title", raw.title);
        let category = optional.text("category", raw.category);
        let topic = optional.text("topic", raw.topic);
        let action_url = optional.text("action_url", raw.action_url);
        let collapse_key = optional.text("collapse_key", raw.collapse_key);
        let send_at = optional.time("send_at", raw.send_at);
        let expires_at = optional.time("expires_at", raw.expires_at);
        let escalate_after =
            raw.escalate_after.and_then(|seconds| broken.take("escalate_after", wait(seconds)));
        let channels = raw.channels.and_then(|some| broken.take("channels", at_least_one(some)));
        let data = raw.data.and_then(|object| broken.take("data", Data::from_object(&object)));
        let message = broken.take("message", raw.message.parse());
        if let (Some(send_at), Some(expires_at)) = (send_at, expires_at)
            && expires_at <= send_at
        {
            let detail = "must be after send_at";
            broken.push(Violation::new("expires_at", Rule::OutOfRange, detail));
        }
        let (Some(to), Some(message), true) = (to, message, broken.is_empty()) else {
            return Err(broken);
        };
        let subject = match &to {
            Audience::Subscribers(topic) => Some(topic.clone()),
            _ => None,
        };
        Ok(Self {
            to,
            content: Content {
                title,
                message,
                kind: raw.kind.unwrap_or_default(),
                priority: raw.priority.unwrap_or_default(),
                category,
                topic: topic.or(subject),
                data: data.unwrap_or_default(),
                action_url,
                expires_at,
                collapse_key,
            },
            route: Route { channels, escalate_after },
            send_at,
        })
    }

    /// When it is to be told, if that is not now.
    pub fn scheduled(&self, now: Timestamp) -> Option<Timestamp> {
        self.send_at.filter(|at| *at > now)
    }

    /// Checks the rule that needs the clock: what is sent must not have expired already.
    pub fn check_expiry(&self, now: Timestamp) -> Result<(), Violation> {
        if self.content.has_expired(now) {
            return Err(Violation::new("expires_at", Rule::OutOfRange, "must be in the future"));
        }
        Ok(())
    }
}

/// The longest time, in seconds, for which anything is held until somebody has read it: a week.
const LONGEST_WAIT: u32 = 7 * 24 * 60 * 60;

fn wait(seconds: i64) -> Result<u32, Violation> {
    let wait = u32::try_from(seconds).ok().filter(|wait| (1..=LONGEST_WAIT).contains(wait));
    let detail = "must be 1 to 604800 seconds";
    wait.ok_or_else(|| Violation::new("", Rule::OutOfRange, detail))
}

fn at_least_one(channels: Vec<Channel>) -> Result<ChannelSet, Violation> {
    match ChannelSet::of(channels) {
        none if none.is_empty() => {
            Err(Violation::new("", Rule::Required, "must hold at least one"))
        }
        some => Ok(some),
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

    fn time(&mut self, field: &str, text: Option<String>) -> Option<Timestamp> {
        text.and_then(|text| self.0.take(field, Timestamp::parse(&text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw() -> RawDraft {
        RawDraft { to: RawAudience::user("alice"), message: "hello".into(), ..RawDraft::default() }
    }

    #[test]
    fn only_a_recipient_and_a_message_are_required() {
        let draft = Draft::parse(raw()).unwrap();
        assert_eq!(draft.content, Content::of("hello".parse().unwrap()));
    }

    #[test]
    fn every_broken_rule_is_reported() {
        let broken = Draft::parse(RawDraft {
            to: RawAudience::users(["ok", "not ok"]),
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
    fn what_goes_to_a_topic_is_about_it() {
        let to = RawAudience { topic: Some("releases".into()), ..RawAudience::default() };
        let draft = Draft::parse(RawDraft { to, ..raw() }).unwrap();
        assert_eq!(draft.content.topic.unwrap().as_str(), "releases");
    }

    #[test]
    fn what_is_sent_has_not_expired() {
        let now = Timestamp::parse("2026-11-21T09:00:00Z").unwrap();
        let at = |text: &str| RawDraft { expires_at: Some(text.into()), ..raw() };
        assert!(Draft::parse(at("2026-11-21T09:00:01Z")).unwrap().check_expiry(now).is_ok());
        assert!(Draft::parse(at("2026-11-21T09:00:00Z")).unwrap().check_expiry(now).is_err());
        let at_once = |text: &str| RawDraft { send_at: Some(text.into()), ..at(text) };
        assert!(Draft::parse(at_once("2026-11-21T09:00:01Z")).is_err());
    }

    #[test]
    fn a_time_that_has_passed_is_now() {
        let now = Timestamp::parse("2026-11-21T09:00:00Z").unwrap();
        let at = |text: &str| {
            let raw = RawDraft { send_at: Some(text.into()), ..raw() };
            Draft::parse(raw).unwrap().scheduled(now)
        };
        assert_eq!(at("2026-11-21T09:00:00Z"), None);
        assert_eq!(at("2026-11-21T09:00:01Z"), Some(now.plus(std::time::Duration::from_secs(1))));
    }
}
