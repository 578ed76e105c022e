//! [`SuppressionStore`](herald_ports::SuppressionStore).

use herald_domain::{Channel, ChannelSet};
use herald_ports::{Suppression, UserChange};

use crate::Stores;
use crate::fixtures::{NOW, at_once, later};

const PHONE: &str = "+4915123456789";

/// An address is suppressed once; what is suppressed stays as it is.
pub async fn an_address_is_suppressed_once(stores: &Stores) {
    let first = suppress(stores, Channel::Sms, PHONE).await;
    assert_eq!((first.channel, first.address.as_str()), (Channel::Sms, PHONE));
    assert_eq!((first.reason.as_str(), first.created_at), ("bounced", NOW));
    let again = stores.suppressions.suppress(Channel::Sms, PHONE.into(), "other".into(), later(1));
    assert_eq!(again.await.unwrap(), first);
    let answers = at_once(8, |_| {
        let stores = stores.clone();
        async move { suppress(&stores, Channel::Email, "a@example.com").await }
    });
    let answers = answers.await;
    assert!(answers.iter().all(|one| *one == answers[0]), "{answers:?}");
    assert_eq!(all(stores).await, [first, answers[0].clone()]);
}

/// E-mail addresses are the same in any case.
pub async fn mail_is_suppressed_in_any_case(stores: &Stores) {
    let first = suppress(stores, Channel::Email, "Alice@Example.COM").await;
    assert_eq!(first.address, "alice@example.com");
    assert_eq!(suppress(stores, Channel::Email, "aLICE@example.com").await, first);
}

/// They are told part by part, the oldest first.
pub async fn suppressions_are_listed_oldest_first(stores: &Stores) {
    let mut expected = Vec::new();
    for nth in (0..5).rev() {
        let address = format!("u{nth}@example.com");
        expected.push(suppress(stores, Channel::Email, &address).await);
    }
    assert_eq!(all(stores).await, expected);
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let part = stores.suppressions.suppressions(after, 2).await.unwrap();
        assert!(part.items.len() <= 2);
        found.extend(part.items);
        after = part.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, expected);
}

/// What is lifted is gone, and may be suppressed again, under another number.
pub async fn a_suppression_is_lifted(stores: &Stores) {
    let id = suppress(stores, Channel::Sms, PHONE).await.id;
    let lift = async || stores.suppressions.lift(id).await.unwrap();
    assert!(lift().await);
    assert!(!lift().await);
    assert_eq!(all(stores).await, []);
    assert_ne!(suppress(stores, Channel::Sms, PHONE).await.id, id);
}

/// Who has an address that is suppressed is known by it, in any case and by that channel alone.
pub async fn profiles_know_what_is_suppressed(stores: &Stores) {
    let phone = Some(Some(PHONE.parse().unwrap()));
    let email = |text: &str| Some(Some(text.parse().unwrap()));
    for (id, address) in [("alice", "Alice@Example.com"), ("bob", "bob@example.com")] {
        stores.ensure(id).await;
        stores.change(id, UserChange { email: email(address), ..UserChange::default() }).await;
    }
    stores.change("bob", UserChange { phone, ..UserChange::default() }).await;
    let suppressed = async |id: &str| stores.profile(id).await.suppressed;
    let mail = suppress(stores, Channel::Email, "alice@EXAMPLE.com").await.id;
    suppress(stores, Channel::Sms, PHONE).await;
    // an address of another channel
    suppress(stores, Channel::Email, PHONE).await;
    assert_eq!(suppressed("alice").await, ChannelSet::of([Channel::Email]));
    assert_eq!(suppressed("bob").await, ChannelSet::of([Channel::Sms]));
    stores.suppressions.lift(mail).await.unwrap();
    assert_eq!(suppressed("alice").await, ChannelSet::NONE);
    stores.change("bob", UserChange { phone: Some(None), ..UserChange::default() }).await;
    assert_eq!(suppressed("bob").await, ChannelSet::NONE);
}

async fn suppress(stores: &Stores, channel: Channel, address: &str) -> Suppression {
    let suppressed =
        stores.suppressions.suppress(channel, address.to_owned(), "bounced".to_owned(), NOW);
    suppressed.await.unwrap()
}

async fn all(stores: &Stores) -> Vec<Suppression> {
    stores.suppressions.suppressions(None, 100).await.unwrap().items
}
