use std::collections::BTreeMap;

use diesel::prelude::*;
use herald_domain::{Address, Channel, ChannelSet, Choices, Preferences, Webhook};
use herald_ports::{EndpointStore, NewEndpoint, PreferenceStore, Registered, UserStore};

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

/// Nothing goes out to a webhook before it has answered a test; and whoever does not exist is not known.
#[tokio::test]
async fn endpoints_that_wait_for_a_test_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let alice = store.ensure("alice".parse().unwrap(), NOW).await.unwrap().unwrap().key;
    let url = "https://example.com/hook".parse().unwrap();
    let webhook = Address::Webhook(Webhook { url, secrets: Vec::new() });
    let token = Address::Push("token".parse().unwrap());
    let mut ids = Vec::new();
    for address in [webhook.clone(), token.clone()] {
        let new = NewEndpoint { user: alice, address, label: None, verified: false, now: NOW };
        let Registered::Done(endpoint) = EndpointStore::register(&store, new, 9).await.unwrap()
        else {
            panic!("two are not too many")
        };
        ids.push(endpoint.id);
    }
    let endpoints = async || {
        let found = store.read(move |conn| known(conn, [1_000, alice.get()], NOW)).await.unwrap();
        assert_eq!(found.keys().collect::<Vec<_>>(), [&alice.get()]);
        found.into_values().flat_map(|known| known.endpoints).collect::<Vec<_>>()
    };
    assert_eq!(endpoints().await, [(ids[1], token.clone())]);
    store.verified(alice, ids[0], NOW).await.unwrap();
    assert_eq!(endpoints().await, [(ids[0], webhook), (ids[1], token)]);
}
