//! [`RetentionStore`](herald_ports::RetentionStore): what is left of deliveries.

use std::time::Duration;

use herald_domain::{Channel, Leftover, NotificationId, Outcome};
use herald_ports::{DeliveryFilter, Then};

use super::dead_letters::dead;
use crate::Stores;
use crate::fixtures::{NOW, by, draft, escalating, later, made, mail, user_id};

/// A delivery that has ended is forgotten at its time, with its attempts; one that goes on is not.
pub async fn ended_deliveries_are_forgotten(stores: &Stores) {
    stores.with_email("alice").await;
    let dead = dead(stores, "alice", Channel::Email).await;
    let sent = stores.mail_in_hand("alice", "sent").await;
    stores.record(made(&sent, Outcome::Sent, later(10), Then::Sent), later(10)).await;
    let open = stores.mail_in_hand("alice", "open").await;
    for (until, left) in [(NOW.minus(Duration::from_secs(1)), 3), (NOW, 2)] {
        stores.forget(Leftover::Deliveries, until, 1).await;
        assert_eq!(stores.all_deliveries(DeliveryFilter::default()).await.len(), left);
    }
    assert_eq!(stores.deliveries.delivery(dead).await.unwrap(), None);
    stores.forget(Leftover::Deliveries, later(9), 1).await;
    assert_eq!(stores.delivery(sent.id).await.attempts.len(), 1);
    stores.forget(Leftover::Deliveries, later(9_999), 1).await;
    assert_eq!(stores.deliveries.delivery(sent.id).await.unwrap(), None);
    assert_eq!(stores.delivery(open.id).await.id, open.id);
}

/// A notification is kept as long as something is to be decided about it, or goes out, or may be begun
/// anew; then it goes with what was decided.
pub async fn what_is_needed_is_kept(stores: &Stores) {
    let alice = stores.with_email("alice").await;
    let forget = async || stores.forget(Leftover::Notifications, later(9_999), 1).await;
    let is_kept = async |id: NotificationId| stores.notifications.sent(id).await.unwrap().is_some();
    let id = stores.send(escalating(60, mail("alice", "hello"))).await.id;
    let other = stores.send(by(&[Channel::Sms], draft(&["bob"], "nobody"))).await.id;
    forget().await;
    assert!(is_kept(id).await, "it is planned");
    stores.plan(NOW).await;
    forget().await;
    assert!(is_kept(id).await, "it is held");
    assert!(is_kept(other).await, "it failed");
    stores.plan(later(60)).await;
    forget().await;
    assert!(is_kept(id).await, "it is due");
    let claimed = stores.claim_mail(later(60)).await;
    forget().await;
    let fail = Then::Fail("no".to_owned());
    stores.record(made(&claimed, Outcome::Permanent, later(60), fail), later(60)).await;
    forget().await;
    assert!(is_kept(id).await, "it is a dead letter");
    assert!(stores.deliveries.redrive(claimed.id, later(61)).await.unwrap());
    let claimed = stores.claim_mail(later(61)).await;
    assert_eq!(claimed.notifications[0].id, id);
    stores.record(made(&claimed, Outcome::Sent, later(61), Then::Sent), later(61)).await;
    assert!(stores.trace(id, alice).await.lines.is_some());
    forget().await;
    assert!(!is_kept(id).await && is_kept(other).await);
    let trace = stores.trace(id, alice).await;
    assert_eq!((trace.lines, trace.deliveries.len()), (None, 1));
    stores.forget(Leftover::Deliveries, later(9_999), 1).await;
    forget().await;
    assert!(!is_kept(other).await);
}

/// Nothing is left of who was deleted, and everything of others.
pub async fn nothing_is_left_of_who_was_deleted(stores: &Stores) {
    let (alice, bob) = (stores.with_email("alice").await, stores.with_email("bob").await);
    let both = by(&[Channel::Email], draft(&["alice", "bob"], "hello"));
    let told = stores.send(both.clone()).await.id;
    let held = stores.send(escalating(60, both.clone())).await.id;
    stores.plan(NOW).await;
    let planned = stores.send(both).await.id;
    stores.users.delete(user_id("alice"), NOW).await.unwrap();
    let steps = stores.forget(Leftover::Estates, NOW, 1).await;
    assert!(steps > 0);
    stores.plan(later(60)).await;
    for id in [told, held, planned] {
        assert_eq!(stores.trace(id, alice).await, Default::default());
        let trace = stores.trace(id, bob).await;
        assert_eq!((trace.lines.is_some(), trace.deliveries.len()), (true, 1));
    }
    let claimed = stores.claim(Channel::Email, later(60)).await;
    assert!(claimed.len() == 3 && claimed.iter().all(|one| one.user == bob), "{claimed:?}");
}
