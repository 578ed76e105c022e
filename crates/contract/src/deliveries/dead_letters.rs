//! Deliveries that failed.

use herald_domain::{Channel, DeliveryId, DeliveryStatus, Outcome, UserKey};
use herald_ports::{DeliveryFilter, Then};

use crate::Stores;
use crate::fixtures::{NOW, by, draft, later, made, mail};

/// A dead letter begins anew, with as many attempts as at first, and keeps the log of those it had.
pub async fn a_dead_letter_begins_anew(stores: &Stores) {
    stores.with_email("alice").await;
    let id = dead(stores, "alice", Channel::Email).await;
    assert!(stores.deliveries.redrive(id, later(5)).await.unwrap());
    let shown = stores.delivery(id).await;
    assert_eq!((shown.status, shown.reason), (DeliveryStatus::Pending, None));
    assert_eq!((shown.due_at, shown.updated_at), (Some(later(5)), later(5)));
    assert!(!stores.deliveries.redrive(id, later(5)).await.unwrap(), "it is none any more");
    let claimed = stores.claim_mail(later(5)).await;
    assert_eq!((claimed.id, claimed.attempt), (id, 1));
    stores.record(made(&claimed, Outcome::Sent, later(6), Then::Sent), later(6)).await;
    let outcomes: Vec<_> =
        stores.delivery(id).await.attempts.iter().map(|made| made.outcome).collect();
    assert_eq!(outcomes, [Outcome::Permanent, Outcome::Sent]);
}

/// Only what failed is a dead letter.
pub async fn only_what_failed_is_dead(stores: &Stores) {
    stores.with_email("alice").await;
    let claimed = stores.mail_in_hand("alice", "hello").await;
    let nobody = DeliveryId::new(claimed.id.get() + 99);
    for id in [claimed.id, nobody] {
        assert!(!stores.deliveries.redrive(id, NOW).await.unwrap());
        assert!(!stores.deliveries.drop_dead(id, "no".to_owned(), NOW).await.unwrap());
    }
    stores.record(made(&claimed, Outcome::Sent, NOW, Then::Sent), NOW).await;
    assert!(!stores.deliveries.redrive(claimed.id, NOW).await.unwrap());
    assert_eq!(stores.deliveries.delivery(nobody).await.unwrap(), None);
}

/// A dead letter is given up for good, with a reason.
pub async fn a_dead_letter_is_given_up(stores: &Stores) {
    stores.with_email("alice").await;
    let id = dead(stores, "alice", Channel::Email).await;
    let why = "dropped by an administrator";
    assert!(stores.deliveries.drop_dead(id, why.to_owned(), later(5)).await.unwrap());
    let shown = stores.delivery(id).await;
    assert_eq!((shown.status, shown.updated_at), (DeliveryStatus::Suppressed, later(5)));
    assert_eq!((shown.reason.as_deref(), shown.due_at), (Some(why), None));
    assert!(!stores.deliveries.drop_dead(id, why.to_owned(), NOW).await.unwrap());
    assert!(!stores.deliveries.redrive(id, NOW).await.unwrap());
}

/// Many begin anew at once: those that the filter lets through, the oldest first, as many as asked for.
pub async fn many_begin_anew_at_once(stores: &Stores) {
    let (alice, bob) = (stores.with_email("alice").await, stores.with_email("bob").await);
    stores.with_phone("bob").await;
    let mut dead_of = Vec::new();
    for (to, channel) in [
        ("alice", Channel::Email),
        ("bob", Channel::Email),
        ("bob", Channel::Sms),
        ("alice", Channel::Email),
        ("alice", Channel::Email),
    ] {
        dead_of.push(dead(stores, to, channel).await);
    }
    let all = DeliveryFilter::default;
    let notification = stores.delivery(dead_of[4]).await.notifications[0];
    let redrive = async |filter: DeliveryFilter, limit| {
        stores.deliveries.redrive_all(filter, limit, later(5)).await.unwrap()
    };
    let of = |user: UserKey| DeliveryFilter { user: Some(user), ..all() };
    assert_eq!(redrive(DeliveryFilter { channel: Some(Channel::Push), ..all() }, 9).await, 0);
    assert_eq!(redrive(DeliveryFilter { notification: Some(notification), ..all() }, 9).await, 1);
    // whatever the status of the filter says
    let status = Some(DeliveryStatus::Sent);
    assert_eq!(redrive(DeliveryFilter { status, ..of(alice) }, 1).await, 1);
    assert_eq!(stores.delivery(dead_of[0]).await.status, DeliveryStatus::Pending);
    assert_eq!(stores.delivery(dead_of[3]).await.status, DeliveryStatus::Failed);
    assert_eq!(redrive(DeliveryFilter { channel: Some(Channel::Sms), ..of(bob) }, 9).await, 1);
    assert_eq!(redrive(all(), 9).await, 2);
    assert_eq!(redrive(all(), 9).await, 0);
    assert_eq!(stores.claim(Channel::Email, later(5)).await.len(), 4);
}

/// How much is dead, and since when something waits, is known by channel.
pub async fn the_backlog_is_known_by_channel(stores: &Stores) {
    stores.with_email("alice").await;
    stores.with_phone("alice").await;
    let backlog = async || stores.deliveries.backlog().await.unwrap();
    let channels: Vec<_> = backlog().await.iter().map(|of| of.channel).collect();
    assert_eq!(channels, Channel::EXTERNAL);
    assert!(backlog().await.iter().all(|of| of.dead == 0 && of.oldest_due.is_none()));
    dead(stores, "alice", Channel::Email).await;
    dead(stores, "alice", Channel::Email).await;
    stores.send(by(&[Channel::Sms], draft(&["alice"], "waits"))).await;
    stores.plan(later(3)).await;
    stores.send(by(&[Channel::Sms], draft(&["alice"], "too"))).await;
    stores.plan(later(4)).await;
    let backlog = backlog().await;
    assert_eq!((backlog[0].dead, backlog[0].oldest_due), (2, None));
    assert_eq!((backlog[1].dead, backlog[1].oldest_due), (0, Some(later(3))));
}

/// A delivery that failed at its first attempt.
pub(super) async fn dead(stores: &Stores, to: &str, channel: Channel) -> DeliveryId {
    stores.send(by(&[channel], mail(to, "hello"))).await;
    stores.plan(NOW).await;
    let claimed = stores.claim(channel, NOW).await.pop().unwrap();
    let fail = Then::Fail("it will never go out".to_owned());
    stores.record(made(&claimed, Outcome::Permanent, NOW, fail), NOW).await;
    claimed.id
}
