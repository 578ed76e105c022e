use std::collections::BTreeMap;

use super::{Cadence, Choices, Locale, Preferences, QuietHours, Weekday};
use crate::{Category, Mute, RawMute, Rule, Violation, Violations};

/// What somebody wants their preferences to be, not yet checked: every text as it came.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of `Preferences`")]
pub struct RawPreferences {
    pub default: Choices,
    pub categories: BTreeMap<String, Choices>,
    pub quiet_hours: Option<RawQuietHours>,
    pub mutes: Vec<RawMute>,
    pub digest: BTreeMap<String, Cadence>,
    pub locale: Option<String>,
}

/// Quiet hours, not yet checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of `QuietHours`")]
pub struct RawQuietHours {
    pub start: String,
    pub end: String,
    pub time_zone: String,
    /// every day, if there is none
    pub days: Vec<Weekday>,
}

impl Preferences {
    /// Checks every field, and reports every rule that was broken.
    pub fn parse(raw: RawPreferences) -> Result<Self, Violations> {
        let mut broken = Violations::default();
        let categories = by_category("categories", raw.categories, &mut broken);
        let quiet_hours = raw.quiet_hours.and_then(|raw| broken.take_all(QuietHours::parse(raw)));
        let mutes = broken.take_all(Mute::parse_all(raw.mutes)).unwrap_or_default();
        let digest = by_category("digest", raw.digest, &mut broken);
        let locale = raw.locale.and_then(|text| broken.take("locale", text.parse::<Locale>()));
        broken.into_result()?;
        let mut parsed =
            Self { default: raw.default, categories, quiet_hours, mutes, digest, locale };
        parsed.mutes.sort_by(|one, other| one.category.cmp(&other.category));
        Ok(parsed)
    }
}

fn by_category<T>(
    field: &str,
    raw: BTreeMap<String, T>,
    broken: &mut Violations,
) -> BTreeMap<Category, T> {
    if raw.len() > Preferences::MAX_CATEGORIES {
        broken.push(Violation::new(field, Rule::TooLong, "must hold at most 100"));
        return BTreeMap::new();
    }
    let parse = |(category, value): (String, T)| {
        // a name that breaks the rules is not repeated
        let category = broken.take(field, category.parse::<Category>())?;
        Some((category, value))
    };
    raw.into_iter().filter_map(parse).collect()
}

impl QuietHours {
    /// Checks every field, and reports every rule that was broken.
    pub fn parse(raw: RawQuietHours) -> Result<Self, Violations> {
        let mut broken = Violations::default();
        let start = broken.take("quiet_hours.start", raw.start.parse());
        let end = broken.take("quiet_hours.end", raw.end.parse());
        let time_zone = broken.take("quiet_hours.time_zone", raw.time_zone.parse());
        let mut days = raw.days;
        if days.is_empty() {
            days = Weekday::ALL.to_vec();
        }
        days.sort_unstable();
        days.dedup();
        if start.is_some() && start == end && days.len() == Weekday::ALL.len() {
            let detail = "must differ from start, or leave out a day: quiet hours have to end";
            broken.push(Violation::new("quiet_hours.end", Rule::Contradiction, detail));
            return Err(broken);
        }
        match (start, end, time_zone) {
            (Some(start), Some(end), Some(time_zone)) => Ok(Self { start, end, time_zone, days }),
            _ => Err(broken),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_broken_rule_is_reported() {
        let raw = RawPreferences {
            categories: [("not ok".to_owned(), Choices::default())].into(),
            quiet_hours: Some(RawQuietHours {
                start: "25:00".into(),
                end: "07:00".into(),
                time_zone: "Mars/Base".into(),
                days: vec![],
            }),
            mutes: vec![RawMute { category: String::new(), until: None }],
            digest: [("also not".to_owned(), Cadence::Daily)].into(),
            locale: Some("??".into()),
            ..RawPreferences::default()
        };
        let broken = Preferences::parse(raw).unwrap_err();
        let fields: Vec<_> = broken.as_slice().iter().map(|one| one.field.as_str()).collect();
        let expected = [
            "categories",
            "quiet_hours.start",
            "quiet_hours.time_zone",
            "mutes[0].category",
            "digest",
            "locale",
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn quiet_hours_end() {
        let raw = |days: &[Weekday]| RawQuietHours {
            start: "08:00".into(),
            end: "08:00".into(),
            time_zone: "UTC".into(),
            days: days.to_vec(),
        };
        let broken = QuietHours::parse(raw(&[])).unwrap_err();
        assert_eq!(broken.as_slice()[0].rule, Rule::Contradiction);
        assert!(QuietHours::parse(raw(&[Weekday::Sunday])).is_ok());
    }

    #[test]
    fn what_was_parsed_survives_as_json() {
        let raw = RawPreferences {
            quiet_hours: Some(RawQuietHours {
                start: "22:00".into(),
                end: "07:00".into(),
                time_zone: "europe/berlin".into(),
                days: vec![Weekday::Tuesday, Weekday::Monday, Weekday::Tuesday],
            }),
            mutes: vec![RawMute {
                category: "ci".into(),
                until: Some("2026-11-21T09:00:00Z".into()),
            }],
            digest: [("news".to_owned(), Cadence::Daily)].into(),
            locale: Some("pt-BR".into()),
            ..RawPreferences::default()
        };
        let parsed = Preferences::parse(raw).unwrap();
        let hours = parsed.quiet_hours.as_ref().unwrap();
        assert_eq!(hours.days, [Weekday::Monday, Weekday::Tuesday]);
        assert_eq!(hours.time_zone.as_str(), "Europe/Berlin");
        let json = serde_json::to_string(&parsed).unwrap();
        assert!(json.contains(r#""days":["mon","tue"]"#), "{json}");
        assert_eq!(serde_json::from_str::<Preferences>(&json).unwrap(), parsed);
    }
}
