//! [`EndpointStore`](herald_ports::EndpointStore).

use herald_domain::{
    Address, Channel, ChannelSet, EndpointId, PushSubscription, SigningSecret, UserKey, Webhook,
};
use herald_ports::{Endpoint, NewEndpoint, Registered, UserChange};

use crate::Stores;
use crate::fixtures::{NOW, ROUNDS, at_once, later, user_id};

/// More than any case registers.
const PLENTY: usize = 1_000;

/// An endpoint comes back as it was registered, and each user's are told, the oldest first.
pub async fn endpoints_are_listed_oldest_first(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    let addresses =
        [token("phone"), browser("a", "key"), webhook("a", &["whsec_b25l", "whsec_dHdv"])];
    let mut registered = Vec::new();
    for (nth, address) in (0..).zip(addresses) {
        let label = Some(format!("no. {nth}"));
        let new = NewEndpoint { label, now: later(nth), ..of(alice, address.clone()) };
        let endpoint = done(stores.endpoints.register(new, PLENTY).await.unwrap());
        assert_eq!((&endpoint.address, endpoint.created_at), (&address, later(nth)));
        assert_eq!(endpoint.verified_at, None);
        assert_eq!(endpoint.label.as_deref(), Some(&*format!("no. {nth}")));
        registered.push(endpoint);
    }
    register(stores, bob, token("other")).await;
    assert_eq!(endpoints(stores, alice).await, registered);
    assert_eq!(endpoints(stores, bob).await.len(), 1);
    assert_eq!(endpoints(stores, UserKey::new(1_000)).await, []);
}

/// Who registers their own again keeps its number, its age and its test; the keys are new, and the label
/// is if one is given.
pub async fn an_endpoint_that_is_registered_again_keeps_its_number(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let label = Some("laptop".to_owned());
    let new = NewEndpoint { label, verified: true, ..of(alice, browser("a", "old")) };
    let first = done(stores.endpoints.register(new, 1).await.unwrap());
    assert_eq!(first.verified_at, Some(NOW));
    // even where there is no room for another one
    let new = NewEndpoint { now: later(9), ..of(alice, browser("a", "new")) };
    let again = done(stores.endpoints.register(new, 1).await.unwrap());
    assert_eq!(again, Endpoint { address: browser("a", "new"), ..first.clone() });
    let label = Some("desk".to_owned());
    let new = NewEndpoint { label: label.clone(), ..of(alice, browser("a", "new")) };
    let named = done(stores.endpoints.register(new, 1).await.unwrap());
    assert_eq!(named, Endpoint { label, ..again });
    assert_eq!(endpoints(stores, alice).await, [named]);
}

/// A URL is one endpoint for each channel that it is an address of.
pub async fn channels_tell_addresses_apart(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    register(stores, alice, webhook("a", &[])).await;
    register(stores, alice, browser("a", "key")).await;
    assert_eq!(endpoints(stores, alice).await.len(), 2);
}

/// Who registers what another user has takes it over, under another number, and nothing else of it.
pub async fn a_device_is_its_last_user_s(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    let label = Some("alice's".to_owned());
    let new = NewEndpoint { label, verified: true, ..of(alice, webhook("a", &["whsec_b25l"])) };
    let hers = done(stores.endpoints.register(new, PLENTY).await.unwrap());
    let new = NewEndpoint { now: later(9), ..of(bob, webhook("a", &["whsec_dHdv"])) };
    let his = done(stores.endpoints.register(new, PLENTY).await.unwrap());
    assert_ne!(his.id, hers.id);
    assert_eq!((his.label.as_ref(), his.verified_at, his.created_at), (None, None, later(9)));
    assert_eq!(his.address, webhook("a", &["whsec_dHdv"]));
    assert_eq!(endpoints(stores, alice).await, []);
    assert_eq!(endpoints(stores, bob).await, [his]);
    assert_eq!(stores.profile("alice").await.reach, ChannelSet::NONE);
}

/// There is an end to how many a user has; what one more would have replaced stays.
pub async fn endpoints_are_limited(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    register(stores, bob, token("bob's")).await;
    for name in ["one", "two"] {
        done(stores.endpoints.register(of(alice, token(name)), 2).await.unwrap());
    }
    for name in ["three", "bob's"] {
        let refused = stores.endpoints.register(of(alice, token(name)), 2).await.unwrap();
        assert_eq!(refused, Registered::TooMany);
    }
    assert_eq!(endpoints(stores, bob).await.len(), 1);
    let id = endpoints(stores, alice).await[0].id;
    assert!(stores.endpoints.remove_endpoint(alice, id).await.unwrap());
    done(stores.endpoints.register(of(alice, token("three")), 2).await.unwrap());
}

/// An endpoint passes its test once, and nobody else's.
pub async fn an_endpoint_passes_its_test(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    let id = register(stores, alice, webhook("a", &["whsec_b25l"])).await.id;
    let verified = async |user, id, at| stores.endpoints.verified(user, id, at).await.unwrap();
    assert_eq!(verified(bob, id, later(1)).await, None);
    assert_eq!(verified(alice, EndpointId::new(1_000), later(1)).await, None);
    assert_eq!(endpoints(stores, alice).await[0].verified_at, None);
    for at in [later(2), later(3)] {
        let endpoint = verified(alice, id, at).await.unwrap();
        assert_eq!(endpoint.verified_at, Some(later(2)));
        assert_eq!(endpoints(stores, alice).await, [endpoint]);
    }
}

/// What was removed is gone, and its number is given to no other.
pub async fn an_endpoint_is_removed(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    let id = register(stores, alice, token("one")).await.id;
    let remove = async |user| stores.endpoints.remove_endpoint(user, id).await.unwrap();
    assert!(!remove(bob).await);
    assert!(remove(alice).await);
    assert!(!remove(alice).await);
    assert_eq!(endpoints(stores, alice).await, []);
    assert_ne!(register(stores, alice, token("one")).await.id, id);
}

/// A user is reached by what is registered, but by no webhook that has not answered a test.
pub async fn endpoints_are_how_users_are_reached(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let reach = async || stores.profile("alice").await.reach;
    let hook = register(stores, alice, webhook("a", &[])).await.id;
    assert_eq!(reach().await, ChannelSet::NONE);
    stores.endpoints.verified(alice, hook, NOW).await.unwrap();
    assert_eq!(reach().await, ChannelSet::of([Channel::Webhook]));
    let mut tokens = Vec::new();
    for name in ["one", "two"] {
        tokens.push(register(stores, alice, token(name)).await.id);
        let expected = [Channel::Webhook, Channel::Push];
        assert_eq!(reach().await, ChannelSet::of(expected));
    }
    register(stores, alice, browser("a", "key")).await;
    assert_eq!(reach().await, ChannelSet::of([Channel::Webhook, Channel::Push, Channel::WebPush]));
    for (id, by_push) in tokens.into_iter().zip([true, false]) {
        stores.endpoints.remove_endpoint(alice, id).await.unwrap();
        assert_eq!(reach().await.contains(Channel::Push), by_push);
    }
    // an address of the user's own changes nothing of it
    let phone = Some(Some("+4915123456789".parse().unwrap()));
    stores.change("alice", UserChange { phone, ..UserChange::default() }).await;
    let expected = [Channel::Sms, Channel::WebPush, Channel::Webhook];
    assert_eq!(reach().await, ChannelSet::of(expected));
}

/// Endpoints go with their user, and can be registered by whoever has the device next.
pub async fn endpoints_go_with_their_user(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    register(stores, alice, token("one")).await;
    register(stores, bob, token("two")).await;
    stores.users.delete(user_id("alice"), later(1)).await.unwrap();
    assert_eq!(endpoints(stores, alice).await, []);
    assert_eq!(endpoints(stores, bob).await.len(), 1);
    let again = stores.ensure("alice").await;
    assert_eq!(endpoints(stores, again).await, []);
    assert_eq!(stores.profile("alice").await.reach, ChannelSet::NONE);
    register(stores, bob, token("one")).await;
}

/// A device that many users register at once is one user's, who is reached by it, and nobody else is.
pub async fn of_users_at_once_one_has_the_device(stores: &Stores) {
    let names = ["u0", "u1", "u2", "u3", "u4", "u5"];
    let mut users = Vec::new();
    for name in names {
        users.push(stores.ensure(name).await);
    }
    for round in 0..ROUNDS {
        let answers = at_once(users.len(), |nth| {
            let (stores, user) = (stores.clone(), users[nth]);
            async move { register(&stores, user, token(&format!("device-{round}"))).await }
        });
        answers.await;
        let mut owners = 0;
        for (name, user) in names.iter().zip(&users) {
            let has = endpoints(stores, *user).await;
            owners += has.len();
            let by_push = stores.profile(name).await.reach.contains(Channel::Push);
            assert_eq!(by_push, !has.is_empty(), "{name}");
        }
        assert_eq!(owners, usize::from(round) + 1);
    }
}

/// What a user registers many times at once is one endpoint.
pub async fn registered_at_once_it_is_one_endpoint(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    for round in 0..ROUNDS {
        let answers = at_once(6, |nth| {
            let stores = stores.clone();
            let address = browser(&round.to_string(), &format!("key{nth}"));
            async move { register(&stores, alice, address).await.id }
        });
        let ids = answers.await;
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(endpoints(stores, alice).await.len(), usize::from(round) + 1);
    }
}

/// However many a user registers at once, there are no more than there may be.
pub async fn endpoints_at_once_keep_the_limit(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let answers = at_once(12, |nth| {
        let new = of(alice, token(&format!("t{nth}")));
        let stores = stores.clone();
        async move { stores.endpoints.register(new, 5).await.unwrap() }
    });
    let refused = answers.await.into_iter().filter(|one| *one == Registered::TooMany).count();
    assert_eq!((refused, endpoints(stores, alice).await.len()), (7, 5));
}

fn of(user: UserKey, address: Address) -> NewEndpoint {
    NewEndpoint { user, address, label: None, verified: false, now: NOW }
}

fn done(registered: Registered) -> Endpoint {
    match registered {
        Registered::Done(endpoint) => endpoint,
        Registered::TooMany => panic!("too many"),
    }
}

async fn register(stores: &Stores, user: UserKey, address: Address) -> Endpoint {
    done(stores.endpoints.register(of(user, address), PLENTY).await.unwrap())
}

async fn endpoints(stores: &Stores, user: UserKey) -> Vec<Endpoint> {
    stores.endpoints.endpoints(user).await.unwrap()
}

fn token(name: &str) -> Address {
    Address::Push(name.parse().unwrap())
}

fn browser(path: &str, key: &str) -> Address {
    Address::WebPush(PushSubscription {
        endpoint: format!("https://push.example.com/{path}").parse().unwrap(),
        p256dh: key.into(),
        auth: "auth".into(),
    })
}

fn webhook(path: &str, secrets: &[&str]) -> Address {
    Address::Webhook(Webhook {
        url: format!("https://push.example.com/{path}").parse().unwrap(),
        secrets: secrets.iter().map(|secret| SigningSecret::new(*secret)).collect(),
    })
}
