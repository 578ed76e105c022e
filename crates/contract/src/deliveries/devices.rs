//! What goes to endpoints.

use herald_domain::{
    Address, Audience, Cadence, Category, Channel, ChannelSet, Content, DeliveryStatus, Draft,
    EndpointId, Outcome, Preferences, SigningSecret, UserKey, Webhook,
};
use herald_ports::{NewEndpoint, Registered, Then};

use crate::Stores;
use crate::fixtures::{NOW, by, draft, later, made, to_all};

/// Who registers an endpoint asks for what it is there for: there is a delivery for each.
pub async fn each_device_has_a_delivery(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let (phone, tablet) = (device(stores, alice, "p").await, device(stores, alice, "t").await);
    hook(stores, alice, false).await;
    let id = stores.send(draft(&["alice"], "hello")).await.id;
    assert_eq!(stores.plan(NOW).await.due, ChannelSet::of([Channel::Push]));
    let told: Vec<_> =
        stores.trace(id, alice).await.deliveries.iter().map(|one| one.endpoint).collect();
    assert_eq!(told, [Some(phone), Some(tablet)]);
    assert_eq!(stores.decided(id, alice, Channel::Push).await, "send: the default");
    // a webhook has to pass its test first
    let decided = stores.decided(id, alice, Channel::Webhook).await;
    assert_eq!(decided, "suppress: the user has no address for this channel");
    let mut to: Vec<_> =
        stores.claim(Channel::Push, NOW).await.into_iter().map(|one| one.to.unwrap()).collect();
    to.sort_by_key(|to| format!("{to:?}"));
    assert_eq!(to, [token("p"), token("t")]);
}

/// A group is told by the devices of those who have any.
pub async fn a_group_s_devices_are_reached(stores: &Stores) {
    let crowd = stores.crowd(30).await;
    for nth in [3, 17, 29] {
        device(stores, crowd[nth], &format!("d{nth}")).await;
    }
    hook(stores, crowd[17], true).await;
    stores.send(to_all(Audience::EVERYONE, "all")).await;
    stores.dispatch(NOW).await;
    assert_eq!(stores.plan(NOW).await.taken, 3);
    assert_eq!(stores.claim(Channel::Push, NOW).await.len(), 3);
    let hooks = stores.claim(Channel::Webhook, NOW).await;
    assert!(hooks.len() == 1 && hooks[0].user == crowd[17], "{hooks:?}");
}

/// An endpoint that is gone is forgotten, and with the last the user is not reached any more; the others
/// stay.
pub async fn a_dead_device_is_forgotten(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let (dead, good) = (device(stores, alice, "dead").await, device(stores, alice, "good").await);
    stores.send(draft(&["alice"], "hello")).await;
    stores.send(draft(&["alice"], "again")).await;
    stores.plan(NOW).await;
    for (gone, left) in [(dead, vec![good]), (good, vec![])] {
        let claimed = stores.claim(Channel::Push, NOW).await;
        let mut records = Vec::new();
        for one in &claimed {
            let endpoint = stores.delivery(one.id).await.endpoint;
            records.push(match endpoint == Some(gone) {
                true => {
                    let why = Then::FailForGood("UNREGISTERED".to_owned());
                    made(one, Outcome::EndpointGone, NOW, why)
                }
                false => made(one, Outcome::Transient, NOW, Then::Retry(NOW)),
            });
        }
        stores.deliveries.record(records, NOW).await.unwrap();
        let registered = stores.endpoints.endpoints(alice).await.unwrap();
        assert_eq!(registered.iter().map(|one| one.id).collect::<Vec<_>>(), left);
    }
    assert!(stores.profile("alice").await.reach.is_empty());
    let id = stores.send(draft(&["alice"], "nobody hears it")).await.id;
    assert!(!stores.trace(id, alice).await.is_planned);
}

/// What is under way to a device that its user has removed, or that is another's by now, goes nowhere.
pub async fn a_removed_device_is_told_nothing(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    let removed = device(stores, alice, "removed").await;
    device(stores, alice, "given away").await;
    device(stores, alice, "kept").await;
    stores.send(draft(&["alice"], "hello")).await;
    stores.plan(NOW).await;
    assert!(stores.endpoints.remove_endpoint(alice, removed).await.unwrap());
    device(stores, bob, "given away").await;
    let claimed = stores.claim(Channel::Push, NOW).await;
    assert_eq!(claimed.len(), 3);
    let to: Vec<_> = claimed.into_iter().filter_map(|one| one.to).collect();
    assert_eq!(to, [token("kept")]);
}

/// A digest goes to each device, as a message of its own.
pub async fn each_device_has_the_digest(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    device(stores, alice, "phone").await;
    device(stores, alice, "tablet").await;
    let ci: Category = "ci".parse().unwrap();
    let digest = [(ci.clone(), Cadence::Hourly)].into();
    stores.prefer(alice, Preferences { digest, ..Preferences::default() }).await;
    for nth in 0..2 {
        let draft = by(&[Channel::Push], draft(&["alice"], &format!("number {nth}")));
        let content = Content { category: Some(ci.clone()), ..draft.content };
        stores.send(Draft { content, ..draft }).await;
    }
    stores.plan(NOW).await;
    stores.plan(later(3_600)).await;
    let claimed = stores.claim(Channel::Push, later(3_600)).await;
    assert_eq!(claimed.len(), 2);
    assert!(claimed.iter().all(|one| one.notifications.len() == 2), "{claimed:?}");
    assert_ne!(claimed[0].to, claimed[1].to);
    let shown = stores.delivery(claimed[0].id).await;
    assert_eq!((shown.is_digest, shown.status), (true, DeliveryStatus::Sending));
}

fn token(name: &str) -> Address {
    Address::Push(name.replace(' ', "-").parse().unwrap())
}

async fn device(stores: &Stores, user: UserKey, name: &str) -> EndpointId {
    register(stores, user, token(name), false).await
}

async fn hook(stores: &Stores, user: UserKey, verified: bool) -> EndpointId {
    let url = format!("https://hooks.example.com/{user}").parse().unwrap();
    let secrets = vec![SigningSecret::new("whsec_b25l")];
    register(stores, user, Address::Webhook(Webhook { url, secrets }), verified).await
}

async fn register(stores: &Stores, user: UserKey, address: Address, verified: bool) -> EndpointId {
    let new = NewEndpoint { user, address, label: None, verified, now: NOW };
    match stores.endpoints.register(new, 9).await.unwrap() {
        Registered::Done(endpoint) => endpoint.id,
        Registered::TooMany => panic!("too many"),
    }
}
