use std::collections::HashSet;

use crate::{Company, Role, Rule, Topic, UserId, Violation, Violations};

/// Whom somebody wants to tell, not yet checked: every text as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of a request, see `Audience`")]
pub struct RawAudience {
    pub user: Option<String>,
    pub users: Option<Vec<String>>,
    pub company: Option<String>,
    pub role: Option<String>,
    pub topic: Option<String>,
    pub everyone: Option<bool>,
}

impl RawAudience {
    /// One user.
    pub fn user(id: impl Into<String>) -> Self {
        Self { user: Some(id.into()), ..Self::default() }
    }

    /// Several users.
    pub fn users(ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { users: Some(ids.into_iter().map(Into::into).collect()), ..Self::default() }
    }

    /// The field of the request that names them; `to`, if it is not one alone.
    pub fn field(&self) -> &'static str {
        let named = [
            (self.user.is_some(), "to.user"),
            (self.users.is_some(), "to.users"),
            (self.company.is_some(), "to.company"),
            (self.role.is_some(), "to.role"),
            (self.topic.is_some(), "to.topic"),
            (self.everyone.is_some(), "to.everyone"),
        ];
        let mut fields = named.into_iter().filter(|(named, _)| *named).map(|(_, field)| field);
        match (fields.next(), fields.next()) {
            (Some(field), None) => field,
            _ => "to",
        }
    }
}

/// Whom a notification is for.
///
/// ```
/// use herald_domain::{Audience, RawAudience};
///
/// let raw = RawAudience { company: Some("acme".into()), ..RawAudience::default() };
/// let Ok(Audience::Members { company, role: None }) = Audience::parse(raw) else { panic!() };
/// assert_eq!(company.unwrap().as_str(), "acme");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// these users: 1 to [`Audience::MAX_NAMED`], each once, in the order named
    Users(Vec<UserId>),
    /// everybody of that company and in that role; everybody at all, if neither is given
    Members {
        /// where they belong
        company: Option<Company>,
        /// what they are
        role: Option<Role>,
    },
    /// everybody who subscribes to that topic
    Subscribers(Topic),
}

impl Audience {
    /// Every user there is.
    pub const EVERYONE: Self = Self::Members { company: None, role: None };
    /// The most users that one notification may name.
    pub const MAX_NAMED: usize = 10_000;
    /// The most users who have it in their inboxes when sending is answered; more are told by and by.
    pub const MAX_AT_ONCE: usize = 100;

    /// Checks whom a request names, and reports every rule that was broken.
    pub fn parse(raw: RawAudience) -> Result<Self, Violations> {
        let RawAudience { user, users, company, role, topic, everyone } = raw;
        let mut broken = Violations::default();
        let audience = match (user, users, company.is_some() || role.is_some(), topic, everyone) {
            (Some(user), None, false, None, None) => {
                broken.take("to.user", user.parse()).map(|id| Self::Users(vec![id]))
            }
            (None, Some(users), false, None, None) => named(&mut broken, &users).map(Self::Users),
            (None, None, true, None, None) => Some(Self::Members {
                company: company.and_then(|text| broken.take("to.company", text.parse())),
                role: role.and_then(|text| broken.take("to.role", text.parse())),
            }),
            (None, None, false, Some(topic), None) => {
                broken.take("to.topic", topic.parse()).map(Self::Subscribers)
            }
            (None, None, false, None, Some(true)) => Some(Self::EVERYONE),
            (None, None, false, None, Some(false)) => {
                broken.push(Violation::new("to.everyone", Rule::OutOfRange, "must be true"));
                None
            }
            (None, None, false, None, None) => {
                broken.push(Violation::new("to", Rule::Required, FORMS));
                None
            }
            _ => {
                broken.push(Violation::new("to", Rule::Contradiction, FORMS));
                None
            }
        };
        match audience {
            Some(audience) => broken.into_result().map(|()| audience),
            None => Err(broken),
        }
    }

    /// Whether it is that user, and nobody else.
    pub fn is_only(&self, user: &UserId) -> bool {
        matches!(self, Self::Users(users) if users.iter().all(|id| id == user))
    }
}

const FORMS: &str =
    "must name one of user, users, topic, everyone, or company and role, or one of these";

fn named(broken: &mut Violations, users: &[String]) -> Option<Vec<UserId>> {
    if users.is_empty() {
        let detail = "must name at least one user";
        broken.push(Violation::new("to.users", Rule::Required, detail));
    }
    if users.len() > Audience::MAX_NAMED {
        let detail = "must name at most 10000 users";
        broken.push(Violation::new("to.users", Rule::TooLong, detail));
        return None;
    }
    let mut seen = HashSet::with_capacity(users.len());
    let mut ids = Vec::with_capacity(users.len());
    for (nth, text) in users.iter().enumerate() {
        if let Some(id) = broken.take(&format!("to.users[{nth}]"), text.parse::<UserId>())
            && seen.insert(text)
        {
            ids.push(id);
        }
    }
    Some(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(raw: RawAudience) -> Vec<(String, Rule)> {
        let broken = Audience::parse(raw).unwrap_err();
        broken.as_slice().iter().map(|v| (v.field.clone(), v.rule)).collect()
    }

    #[test]
    fn a_user_named_twice_is_told_once() {
        let Ok(Audience::Users(users)) = Audience::parse(RawAudience::users(["a", "b", "a"]))
        else {
            panic!("users")
        };
        assert_eq!(users.len(), 2);
    }

    #[test]
    fn one_to_ten_thousand_users() {
        let many = |n: usize| Audience::parse(RawAudience::users((0..n).map(|i| format!("u{i}"))));
        assert!(many(0).is_err());
        assert!(many(10_000).is_ok());
        assert!(many(10_001).is_err());
    }

    #[test]
    fn every_bad_id_is_reported() {
        let rules = broken(RawAudience::users(["ok", "not ok", ""]));
        let expected =
            [("to.users[1]".into(), Rule::Format), ("to.users[2]".into(), Rule::Required)];
        assert_eq!(rules, expected);
    }

    #[test]
    fn one_audience_is_named() {
        let everyone = |everyone| RawAudience { everyone, ..RawAudience::default() };
        assert_eq!(Audience::parse(everyone(Some(true))), Ok(Audience::EVERYONE));
        assert_eq!(broken(everyone(Some(false))), [("to.everyone".into(), Rule::OutOfRange)]);
        assert_eq!(broken(everyone(None)), [("to".into(), Rule::Required)]);
        let both = RawAudience { topic: Some("news".into()), ..everyone(Some(true)) };
        assert_eq!(broken(both), [("to".into(), Rule::Contradiction)]);
        let both = RawAudience { company: Some("acme".into()), ..RawAudience::user("a") };
        assert_eq!(both.field(), "to");
        assert_eq!(broken(both), [("to".into(), Rule::Contradiction)]);
    }

    #[test]
    fn company_and_role_go_together() {
        let raw = RawAudience {
            company: Some("acme".into()),
            role: Some("user".into()),
            ..RawAudience::default()
        };
        let Ok(Audience::Members { company: Some(_), role: Some(_) }) = Audience::parse(raw) else {
            panic!("members")
        };
    }

    #[test]
    fn only_the_sender_is_nobody_else() {
        let me: UserId = "a".parse().unwrap();
        let only = |raw| Audience::parse(raw).unwrap().is_only(&me);
        assert!(only(RawAudience::user("a")));
        assert!(!only(RawAudience::users(["a", "b"])));
        assert!(!Audience::EVERYONE.is_only(&me));
    }
}
