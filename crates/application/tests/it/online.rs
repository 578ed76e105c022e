//! Who is online, by name.

use std::sync::Arc;

use herald_application::{Devices, WhoIsOnline};
use herald_contract::Stores;
use herald_domain::UserKey;
use herald_memory::MemoryStore;
use herald_ports::{Online, OnlinePage, Part, Presence};

/// Everybody has as many devices as their key, up to a key.
struct UpTo(i64);

impl Presence for UpTo {
    fn devices(&self, user: UserKey) -> usize {
        if user.get() > self.0 { 0 } else { user.get() as usize }
    }

    fn online(&self, after: Option<UserKey>, limit: usize) -> OnlinePage {
        let keys = (after.unwrap_or_default().get() + 1..=self.0).map(UserKey::new);
        let online = keys.map(|user| Online { user, devices: self.devices(user) });
        let part = Part::of(online.take(limit + 1).collect(), limit, |last| last.user);
        OnlinePage { part, people: self.0 as usize, devices: (1..=self.0).sum::<i64>() as usize }
    }
}

fn devices(user: &str, devices: usize) -> Devices {
    Devices { user: user.parse().unwrap(), devices }
}

#[tokio::test]
async fn devices_are_told_by_name_in_the_order_asked() {
    let store = Arc::new(MemoryStore::default());
    let stores = Stores::of(store.clone(), ());
    for id in ["alice", "bob", "carol"] {
        stores.ensure(id).await;
    }
    let online = WhoIsOnline::new(Arc::new(UpTo(2)), store);
    let asked = ["carol", "bob", "nobody", "alice", "bob"].map(|id| id.parse().unwrap()).to_vec();
    let expected = [("carol", 0), ("bob", 2), ("nobody", 0), ("alice", 1), ("bob", 2)]
        .map(|(u, n)| devices(u, n));
    assert_eq!(online.of(asked).await.unwrap(), expected);
    assert_eq!(online.of(vec![]).await.unwrap(), []);
}

#[tokio::test]
async fn who_is_online_is_listed_by_name_and_who_is_gone_passed_over() {
    let store = Arc::new(MemoryStore::default());
    let stores = Stores::of(store.clone(), ());
    for id in ["alice", "bob", "carol"] {
        stores.ensure(id).await;
    }
    stores.users.delete("bob".parse().unwrap(), herald_contract::fixtures::NOW).await.unwrap();
    let online = WhoIsOnline::new(Arc::new(UpTo(3)), store);
    let first = online.list(None, 2).await.unwrap();
    assert_eq!(first.part.items, [devices("alice", 1)]);
    assert_eq!((first.people, first.devices), (3, 6));
    let rest = online.list(first.part.next, 2).await.unwrap();
    assert_eq!((rest.part.items, rest.part.next), (vec![devices("carol", 3)], None));
}
