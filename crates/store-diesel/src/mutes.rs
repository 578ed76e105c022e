use async_trait::async_trait;
use diesel::prelude::*;
use herald_domain::{Mute, Timestamp, UserKey};
use herald_ports::{MuteStore, StoreError};

use crate::conn::{Conn, on_conn};
use crate::failure::{Failure, column};
use crate::locks;
use crate::schema::mutes;
use crate::statements::{AddMutes, List};
use crate::store::DieselStore;

/// The end of a mute that has none: later than every moment.
const NEVER: i64 = i64::MAX;

#[async_trait]
impl MuteStore for DieselStore {
    async fn mutes(&self, user: UserKey, now: Timestamp) -> Result<Vec<Mute>, StoreError> {
        self.read(move |conn| self::mutes(conn, user, now)).await
    }

    async fn set_mutes(&self, user: UserKey, mutes: Vec<Mute>) -> Result<(), StoreError> {
        self.write(move |conn| set_mutes(conn, user, &mutes)).await
    }
}

fn mutes(conn: &mut Conn, user: UserKey, now: Timestamp) -> Result<Vec<Mute>, Failure> {
    let rows: Vec<(String, i64)> = on_conn!(conn, c => mutes::table
        .filter(mutes::usr.eq(user.get()))
        .filter(mutes::until.gt(now.as_micros()))
        .order(mutes::category)
        .select((mutes::category, mutes::until))
        .load(c))?;
    let mute = |(category, until): (String, i64)| {
        Ok(Mute {
            category: column("mutes", "category", category.parse())?,
            until: (until != NEVER).then(|| Timestamp::from_micros(until)),
        })
    };
    rows.into_iter().map(mute).collect()
}

fn set_mutes(conn: &mut Conn, user: UserKey, new: &[Mute]) -> Result<(), Failure> {
    locks::user(conn, user)?;
    on_conn!(conn, c => diesel::delete(mutes::table)
        .filter(mutes::usr.eq(user.get()))
        .execute(c))?;
    let until = |mute: &Mute| mute.until.map_or(NEVER, Timestamp::as_micros);
    let categories = &List::of_categories(new.iter().map(|mute| &mute.category));
    let ends = &List::of_numbers(new.iter().map(until));
    on_conn!(conn, c => AddMutes { user: user.get(), categories, ends }.execute(c))?;
    Ok(())
}
