use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::{Category, Rule, Timestamp, Violation, Violations};

/// What somebody wants to mute, not yet checked: every text as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of `Mute`")]
pub struct RawMute {
    pub category: String,
    pub until: Option<String>,
}

/// A category of which a user does not want to hear, unless it is critical.
///
/// ```
/// use herald_domain::{Mute, RawMute, Timestamp};
///
/// let raw = RawMute { category: "ci".into(), until: Some("2026-11-21T09:00:00Z".into()) };
/// let mutes = Mute::parse_all(vec![raw]).unwrap();
/// assert!(mutes[0].holds(Timestamp::parse("2026-11-21T08:59:59Z").unwrap()));
/// assert!(!mutes[0].holds(Timestamp::parse("2026-11-21T09:00:00Z").unwrap()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mute {
    /// what the user does not want to hear of
    pub category: Category,
    /// when it ends; never, if null
    #[cfg_attr(feature = "openapi", schema(required))]
    pub until: Option<Timestamp>,
}

impl Mute {
    /// The most mutes of one user.
    pub const MAX: usize = 100;

    /// Checks all mutes of a user: at most [`Mute::MAX`], each category once. One whose end has
    /// passed breaks no rule; it counts as none.
    pub fn parse_all(raw: Vec<RawMute>) -> Result<Vec<Self>, Violations> {
        if raw.len() > Self::MAX {
            let detail = "must hold at most 100";
            return Err(Violation::new("mutes", Rule::TooLong, detail).into());
        }
        let mut broken = Violations::default();
        let mut seen = HashSet::new();
        let mut mutes = Vec::with_capacity(raw.len());
        for (nth, RawMute { category, until }) in raw.into_iter().enumerate() {
            let field = format!("mutes[{nth}].category");
            let category = broken.take(&field, category.parse::<Category>());
            let until = until.and_then(|text| {
                broken.take(&format!("mutes[{nth}].until"), Timestamp::parse(&text))
            });
            let Some(category) = category else { continue };
            if seen.insert(category.clone()) {
                mutes.push(Self { category, until });
            } else {
                broken.push(Violation::new(field, Rule::Contradiction, "must be given once only"));
            }
        }
        broken.into_result().map(|()| mutes)
    }

    /// Whether it has not ended.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(category: &str, until: Option<&str>) -> RawMute {
        RawMute { category: category.into(), until: until.map(Into::into) }
    }

    #[test]
    fn every_broken_rule_is_reported() {
        let raw = vec![raw("ci", None), raw("not ok", Some("tomorrow")), raw("ci", None)];
        let broken = Mute::parse_all(raw).unwrap_err();
        let broken: Vec<_> = broken.as_slice().iter().map(|v| (v.field.as_str(), v.rule)).collect();
        assert_eq!(
            broken,
            [
                ("mutes[1].category", Rule::Format),
                ("mutes[1].until", Rule::Format),
                ("mutes[2].category", Rule::Contradiction),
            ]
        );
    }

    #[test]
    fn a_user_has_a_hundred_mutes_at_most() {
        let mutes = |count| (0..count).map(|nth| raw(&format!("c{nth}"), None)).collect();
        assert_eq!(Mute::parse_all(mutes(100)).unwrap().len(), 100);
        let broken = Mute::parse_all(mutes(101)).unwrap_err();
        assert_eq!(broken.as_slice()[0].rule, Rule::TooLong);
    }

    #[test]
    fn without_an_end_it_holds_for_good() {
        let mute = Mute { category: "ci".parse().unwrap(), until: None };
        assert!(mute.holds(Timestamp::from_micros(i64::MAX)));
    }
}
