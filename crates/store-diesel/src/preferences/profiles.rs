use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use herald_domain::{Address, Channel, ChannelSet, EndpointId, Timestamp, User, UserId};
use herald_ports::Profile;

use super::find::of_many;
use crate::conn::{Conn, on_conn};
use crate::endpoints;
use crate::failure::{Failure, column};
use crate::rows::UserRow;
use crate::schema::users;
use crate::statements::{FindSuppressed, InListDsl, List};

/// What is known of a user, and where channels reach that user that have endpoints.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) profile: Profile,
    /// those that something may go out to, the oldest first
    pub(crate) endpoints: Vec<(EndpointId, Address)>,
}

/// What is known of those of these users who exist, by their keys.
pub(crate) fn known(
    conn: &mut Conn,
    keys: impl IntoIterator<Item = i64>,
    now: Timestamp,
) -> Result<BTreeMap<i64, Known>, Failure> {
    let keys = List::of_numbers(keys);
    let rows: Vec<(UserRow, i64)> = on_conn!(conn, c => users::table
        .filter(users::key.in_list(&keys))
        .select((UserRow::as_select(), users::reach))
        .load(c))?;
    let mut endpoints = endpoints::reachable(conn, &keys)?;
    let known = |profile: Profile| {
        let key = profile.user.key.get();
        let endpoints = endpoints.remove(&key).unwrap_or_default();
        (key, Known { profile, endpoints })
    };
    Ok(profiles(conn, rows, now)?.into_iter().map(known).collect())
}

/// What is known of those of these users who exist, in the order in which they are named.
pub(super) fn of_ids(
    conn: &mut Conn,
    ids: &[UserId],
    now: Timestamp,
) -> Result<Vec<Profile>, Failure> {
    let named = List::of_ids(ids);
    let rows: Vec<(UserRow, i64)> = on_conn!(conn, c => users::table
        .filter(users::id.in_list(&named))
        .select((UserRow::as_select(), users::reach))
        .load(c))?;
    let profiles = profiles(conn, rows, now)?.into_iter();
    let by_id: HashMap<UserId, Profile> =
        profiles.map(|profile| (profile.user.id.clone(), profile)).collect();
    Ok(ids.iter().filter_map(|id| by_id.get(id).cloned()).collect())
}

fn profiles(
    conn: &mut Conn,
    rows: Vec<(UserRow, i64)>,
    now: Timestamp,
) -> Result<Vec<Profile>, Failure> {
    let read = |(row, reach)| Ok((User::try_from(row)?, ChannelSet::from_bits(reach)));
    let rows: Vec<(User, ChannelSet)> =
        rows.into_iter().map(read).collect::<Result<_, Failure>>()?;
    let keys = List::of_numbers(rows.iter().map(|(user, _)| user.key.get()));
    let mut preferences = of_many(conn, &keys, now)?;
    let suppressed = suppressed(conn, &keys)?;
    let profile = |(user, reach): (User, ChannelSet)| Profile {
        preferences: preferences.remove(&user.key.get()).unwrap_or_default(),
        suppressed: suppressed.get(&user.key.get()).copied().unwrap_or_default(),
        user,
        reach,
    };
    Ok(rows.into_iter().map(profile).collect())
}

/// By which channels nothing goes to these users.
fn suppressed(conn: &mut Conn, users: &List<i64>) -> Result<HashMap<i64, ChannelSet>, Failure> {
    let rows: Vec<(i64, String)> = on_conn!(conn, c => FindSuppressed { users }.load(c))?;
    let mut suppressed: HashMap<i64, ChannelSet> = HashMap::new();
    for (user, channel) in rows {
        let channel: Channel = column("suppressions", "channel", channel.parse())?;
        suppressed.entry(user).or_default().insert(channel);
    }
    Ok(suppressed)
}
