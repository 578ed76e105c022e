use async_trait::async_trait;
use diesel::prelude::*;
use herald_ports::{SettingStore, StoreError};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::schema::settings;
use crate::store::DieselStore;

#[async_trait]
impl SettingStore for DieselStore {
    async fn draw(&self, name: &'static str, value: String) -> Result<String, StoreError> {
        self.write(move |conn| draw(conn, name, &value)).await
    }
}

fn draw(conn: &mut Conn, name: &str, value: &str) -> Result<String, Failure> {
    let row = (settings::name.eq(name), settings::value.eq(value));
    on_conn!(conn, c => diesel::insert_into(settings::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    let drawn = get(conn, name)?;
    drawn.ok_or_else(|| Failure::Corrupt(format!("settings.name: {name} is not there")))
}

/// The value of a setting, if it was set.
pub(crate) fn get(conn: &mut Conn, name: &str) -> Result<Option<String>, Failure> {
    Ok(on_conn!(conn, c => settings::table
        .filter(settings::name.eq(name))
        .select(settings::value)
        .get_result(c)
        .optional())?)
}

/// Sets it, whatever it was.
pub(crate) fn set(conn: &mut Conn, name: &str, value: &str) -> Result<(), Failure> {
    let row = (settings::name.eq(name), settings::value.eq(value));
    on_conn!(conn, c => diesel::insert_into(settings::table)
        .values(row)
        .on_conflict(settings::name)
        .do_update()
        .set(settings::value.eq(value))
        .execute(c))?;
    Ok(())
}
