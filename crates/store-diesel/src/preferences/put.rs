use diesel::prelude::*;
use herald_domain::{Category, Channel, Mute, Preferences, Timestamp, UserKey};

use super::{Body, NEVER};
use crate::conn::{Conn, on_conn};
use crate::failure::{Failure, column};
use crate::locks;
use crate::schema::{inbox_choices, mutes, preferences, users};
use crate::statements::{AddInboxChoices, AddMutes, List, OTHERS};

/// Replaces all that a user wants, and what is made of it for those who ask about many users.
pub(super) fn put(conn: &mut Conn, user: UserKey, new: &Preferences) -> Result<(), Failure> {
    locks::user(conn, user)?;
    put_body(conn, user, new)?;
    put_mutes(conn, user, &new.mutes)?;
    put_inbox_choices(conn, user, new)?;
    on_conn!(conn, c => diesel::update(users::table.find(user.get()))
        .set(users::eager.eq(new.eager().bits()))
        .execute(c))?;
    Ok(())
}

fn put_body(conn: &mut Conn, user: UserKey, new: &Preferences) -> Result<(), Failure> {
    on_conn!(conn, c => diesel::delete(preferences::table.find(user.get())).execute(c))?;
    let body = Body::from(new.clone());
    if body == Body::default() {
        return Ok(());
    }
    let json = column("preferences", "body", serde_json::to_string(&body))?;
    let row = (preferences::usr.eq(user.get()), preferences::body.eq(json));
    on_conn!(conn, c => diesel::insert_into(preferences::table).values(row).execute(c))?;
    Ok(())
}

fn put_mutes(conn: &mut Conn, user: UserKey, new: &[Mute]) -> Result<(), Failure> {
    on_conn!(conn, c => diesel::delete(mutes::table)
        .filter(mutes::usr.eq(user.get()))
        .execute(c))?;
    if new.is_empty() {
        return Ok(());
    }
    let until = |mute: &Mute| mute.until.map_or(NEVER, Timestamp::as_micros);
    let categories = &List::of_categories(new.iter().map(|mute| mute.category.as_str()));
    let ends = &List::of_numbers(new.iter().map(until));
    on_conn!(conn, c => AddMutes { user: user.get(), categories, ends }.execute(c))?;
    Ok(())
}

fn put_inbox_choices(conn: &mut Conn, user: UserKey, new: &Preferences) -> Result<(), Failure> {
    on_conn!(conn, c => diesel::delete(inbox_choices::table)
        .filter(inbox_choices::usr.eq(user.get()))
        .execute(c))?;
    let by_category =
        new.categories.iter().map(|(name, choices)| (Category::as_str(name), choices));
    let chosen: Vec<(&str, bool)> = by_category
        .chain([(OTHERS, &new.default)])
        .filter_map(|(name, choices)| Some((name, choices.get(Channel::InApp)?)))
        .collect();
    if chosen.is_empty() {
        return Ok(());
    }
    let categories = &List::of_categories(chosen.iter().map(|(name, _)| *name));
    let hidden = &List::of_numbers(chosen.iter().map(|(_, wanted)| i64::from(!wanted)));
    on_conn!(conn, c => AddInboxChoices { user: user.get(), categories, hidden }.execute(c))?;
    Ok(())
}
