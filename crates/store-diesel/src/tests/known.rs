use std::collections::BTreeMap;

use diesel::prelude::*;
use herald_domain::{Channel, ChannelSet, Choices, Preferences};
use herald_ports::{PreferenceStore, UserStore};

use super::fixtures::{NOW, store};
use crate::conn::on_conn;
use crate::preferences::known;
use crate::schema::users;

/// Who has asked for an external channel is told apart from all others by the row of the user alone.
#[tokio::test]
async fn who_asks_for_a_channel_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let alice = store.ensure("alice".parse().unwrap(), NOW).await.unwrap().unwrap().key;
    let eager = async || {
        let read = store.read(move |conn| {
            Ok(on_conn!(conn, c => users::table
                .find(alice.get())
                .select(users::eager)
                .get_result::<i64>(c))?)
        });
        ChannelSet::from_bits(read.await.unwrap())
    };
    assert_eq!(eager().await, ChannelSet::NONE);
    let ci = Choices::from([(Channel::Email, true), (Channel::InApp, true)]);
    let categories = BTreeMap::from([("ci".parse().unwrap(), ci)]);
    let wanted = Preferences { categories, ..Preferences::default() };
    store.set_preferences(alice, wanted.clone()).await.unwrap();
    assert_eq!(eager().await, ChannelSet::of([Channel::Email]));

    let found = store.read(move |conn| known(conn, [alice.get(), 1_000], NOW)).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[&alice.get()].profile.preferences, wanted);
    store.set_preferences(alice, Preferences::default()).await.unwrap();
    assert_eq!(eager().await, ChannelSet::NONE);
}
