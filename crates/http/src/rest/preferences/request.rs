use std::collections::BTreeMap;

use herald_domain::{Cadence, Category, RawMute, RawPreferences, RawQuietHours, Weekday};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::Object;
use crate::rest::choices::{CategoriesRequest, ChoicesRequest, by_category, choices};

/// What the caller wants to hear of, how, and when. What is absent or null is not said, and so taken
/// back if it was.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PreferencesRequest {
    /// which channels, for every category
    #[schema(value_type = Option<ChoicesRequest>)]
    default: Option<Object<ChoicesRequest>>,
    /// which channels, for one: at most 100 categories, by their names
    #[schema(value_type = Option<BTreeMap<Category, ChoicesRequest>>)]
    categories: Option<CategoriesRequest>,
    /// when not to be disturbed
    #[schema(value_type = Option<QuietHoursRequest>)]
    quiet_hours: Option<Object<QuietHoursRequest>>,
    /// the categories to be muted, each once; all others are not
    #[schema(value_type = Option<Vec<MuteRequest>>, max_items = 100)]
    mutes: Option<Vec<Object<MuteRequest>>>,
    /// what to collect, and how often it goes out: at most 100 categories, by their names
    #[schema(value_type = Option<BTreeMap<Category, Cadence>>)]
    digest: Option<BTreeMap<String, Cadence>>,
    /// in which language
    #[schema(
        min_length = 2,
        max_length = 35,
        pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}$",
        example = "en"
    )]
    locale: Option<String>,
}

/// When not to be disturbed: from one time of the day to another, which may be of the next day.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct QuietHoursRequest {
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "22:00")]
    start: String,
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "07:00")]
    end: String,
    /// by the clocks of which time zone, as IANA names it
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
    /// the days on which they begin; every day, if absent or empty
    days: Option<Vec<Weekday>>,
}

/// A category of which the caller does not want to hear, unless it is critical.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MuteRequest {
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.:@-]+$", example = "ci")]
    category: String,
    /// when it ends; never, if absent
    #[schema(format = DateTime, example = "2026-11-21T09:00:00Z")]
    until: Option<String>,
}

impl From<PreferencesRequest> for RawPreferences {
    fn from(body: PreferencesRequest) -> Self {
        let mutes = body.mutes.unwrap_or_default();
        Self {
            default: choices(body.default),
            categories: by_category(body.categories),
            quiet_hours: body.quiet_hours.map(|Object(hours)| hours.into()),
            mutes: mutes.into_iter().map(|Object(mute)| mute.into()).collect(),
            digest: body.digest.unwrap_or_default(),
            locale: body.locale,
        }
    }
}

impl From<QuietHoursRequest> for RawQuietHours {
    fn from(body: QuietHoursRequest) -> Self {
        let QuietHoursRequest { start, end, time_zone, days } = body;
        Self { start, end, time_zone, days: days.unwrap_or_default() }
    }
}

impl From<MuteRequest> for RawMute {
    fn from(body: MuteRequest) -> Self {
        Self { category: body.category, until: body.until }
    }
}
