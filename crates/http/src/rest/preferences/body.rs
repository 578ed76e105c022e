use std::collections::BTreeMap;

use herald_domain::{Cadence, Category, Choices, Locale, Mute, Preferences, QuietHours, Weekday};
use serde::Serialize;
use utoipa::ToSchema;

use crate::rest::choices::ChoicesBody;

/// What the caller wants to hear of, how, and when.
#[derive(Serialize, ToSchema)]
#[schema(as = Preferences)]
pub(super) struct PreferencesBody<'a> {
    /// which channels, for every category
    #[schema(value_type = ChoicesBody)]
    default: &'a Choices,
    /// which channels, for one
    #[schema(value_type = BTreeMap<String, ChoicesBody>, example = json!({"ci": {"email": false}}))]
    categories: &'a BTreeMap<Category, Choices>,
    /// when not to be disturbed
    #[schema(required)]
    quiet_hours: Option<QuietHoursBody<'a>>,
    /// the categories that are muted, in their order
    #[schema(value_type = Vec<Mute>)]
    mutes: &'a [Mute],
    /// the categories that are collected, and how often they go out
    #[schema(value_type = BTreeMap<String, Cadence>, example = json!({"news": "daily"}))]
    digest: &'a BTreeMap<Category, Cadence>,
    /// in which language
    #[schema(value_type = Option<Locale>, required, example = "en")]
    locale: Option<&'a Locale>,
}

/// When not to be disturbed.
#[derive(Serialize, ToSchema)]
#[schema(as = QuietHours)]
struct QuietHoursBody<'a> {
    /// when they begin, by the clocks there
    #[schema(example = "22:00")]
    start: String,
    /// when they end: on the next day, if that is no later than they begin
    #[schema(example = "07:00")]
    end: String,
    /// the time zone, as IANA names it
    #[schema(example = "Europe/Berlin")]
    time_zone: &'a str,
    /// the days on which they begin
    #[schema(value_type = Vec<Weekday>)]
    days: &'a [Weekday],
}

impl<'a> From<&'a Preferences> for PreferencesBody<'a> {
    fn from(preferences: &'a Preferences) -> Self {
        let Preferences { default, categories, quiet_hours, mutes, digest, locale } = preferences;
        Self {
            default,
            categories,
            quiet_hours: quiet_hours.as_ref().map(QuietHoursBody::from),
            mutes,
            digest,
            locale: locale.as_ref(),
        }
    }
}

impl<'a> From<&'a QuietHours> for QuietHoursBody<'a> {
    fn from(hours: &'a QuietHours) -> Self {
        Self {
            start: hours.start.to_string(),
            end: hours.end.to_string(),
            time_zone: hours.time_zone.as_str(),
            days: &hours.days,
        }
    }
}
