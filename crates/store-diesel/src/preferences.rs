mod find;
mod profiles;
mod put;

use std::collections::BTreeMap;

use async_trait::async_trait;
use herald_domain::{
    Cadence, Category, Choices, Defaults, Locale, Mute, Preferences, QuietHours, Timestamp, UserId,
    UserKey,
};
use herald_ports::{PreferenceStore, Profile, StoreError};
use serde::{Deserialize, Serialize};

use crate::conn::Conn;
use crate::failure::{Failure, column};
use crate::settings;
use crate::store::DieselStore;

pub(crate) use profiles::{Known, known};

/// The end of a mute that has none: later than every moment.
const NEVER: i64 = i64::MAX;

/// The setting that holds the defaults.
const DEFAULTS: &str = "defaults";

#[async_trait]
impl PreferenceStore for DieselStore {
    async fn preferences(&self, user: UserKey, now: Timestamp) -> Result<Preferences, StoreError> {
        self.read(move |conn| conn.at_one_moment(|conn| find::of_one(conn, user, now))).await
    }

    async fn set_preferences(
        &self,
        user: UserKey,
        preferences: Preferences,
    ) -> Result<(), StoreError> {
        self.write(move |conn| put::put(conn, user, &preferences)).await
    }

    async fn defaults(&self) -> Result<Defaults, StoreError> {
        self.read(defaults).await
    }

    async fn set_defaults(&self, defaults: Defaults) -> Result<(), StoreError> {
        self.write(move |conn| set_defaults(conn, &defaults)).await
    }

    async fn profiles(&self, ids: Vec<UserId>, now: Timestamp) -> Result<Vec<Profile>, StoreError> {
        self.read(move |conn| conn.at_one_moment(|conn| profiles::of_ids(conn, &ids, now))).await
    }
}

/// What stands in the table: all but the mutes, which have a table of their own.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Body {
    default: Choices,
    categories: BTreeMap<Category, Choices>,
    quiet_hours: Option<QuietHours>,
    digest: BTreeMap<Category, Cadence>,
    locale: Option<Locale>,
}

impl From<Preferences> for Body {
    fn from(preferences: Preferences) -> Self {
        let Preferences { default, categories, quiet_hours, mutes: _, digest, locale } =
            preferences;
        Self { default, categories, quiet_hours, digest, locale }
    }
}

impl Body {
    fn with(self, mutes: Vec<Mute>) -> Preferences {
        let Self { default, categories, quiet_hours, digest, locale } = self;
        Preferences { default, categories, quiet_hours, mutes, digest, locale }
    }
}

/// What holds for whoever has not chosen.
fn defaults(conn: &mut Conn) -> Result<Defaults, Failure> {
    let json = settings::get(conn, DEFAULTS)?;
    let defaults = json.map(|json| serde_json::from_str(&json)).transpose();
    Ok(column("settings", "value", defaults)?.unwrap_or_default())
}

fn set_defaults(conn: &mut Conn, defaults: &Defaults) -> Result<(), Failure> {
    let json = column("settings", "value", serde_json::to_string(defaults))?;
    settings::set(conn, DEFAULTS, &json)
}
