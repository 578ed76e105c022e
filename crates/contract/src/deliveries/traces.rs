//! Deliveries as they are shown.

use herald_domain::{Channel, DeliveryStatus, NotificationId, Outcome};
use herald_ports::{Delivery, DeliveryFilter, Then};

use super::dead_letters::dead;
use crate::Stores;
use crate::fixtures::{NOW, by, draft, made, mail, user_id};

/// Where nothing had to be decided, there is nothing to show.
pub async fn nothing_is_shown_of_nothing(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let id = stores.tell("alice", "hello").await;
    assert_eq!(stores.trace(id, alice).await, Default::default());
    assert_eq!(stores.trace(NotificationId::new(999), alice).await, Default::default());
    assert!(stores.all_deliveries(DeliveryFilter::default()).await.is_empty());
}

/// A trace is of one notification and one user.
pub async fn a_trace_is_of_one_user(stores: &Stores) {
    let (alice, bob) = (stores.with_email("alice").await, stores.with_email("bob").await);
    stores.with_phone("alice").await;
    let channels = [Channel::Email, Channel::Sms];
    let id = stores.send(by(&channels, draft(&["alice", "bob"], "hello"))).await.id;
    stores.send(mail("alice", "another")).await;
    stores.plan(NOW).await;
    let traced = stores.trace(id, alice).await.deliveries;
    let traced: Vec<_> = traced.iter().map(|one| (one.recipient.as_str(), one.channel)).collect();
    assert_eq!(traced, [("alice", Channel::Email), ("alice", Channel::Sms)]);
    let traced = stores.trace(id, bob).await.deliveries;
    let traced: Vec<_> = traced.iter().map(|one| (one.channel, one.status)).collect();
    let expected =
        [(Channel::Email, DeliveryStatus::Pending), (Channel::Sms, DeliveryStatus::Failed)];
    assert_eq!(traced, expected);
}

/// Of a list of notifications it is known at once how far each has come: what the traces say, in short.
pub async fn a_list_knows_how_far_each_has_come(stores: &Stores) {
    let (alice, bob) = (stores.with_email("alice").await, stores.with_email("bob").await);
    let claimed = stores.mail_in_hand("alice", "hello").await;
    stores.record(made(&claimed, Outcome::Sent, NOW, Then::Sent), NOW).await;
    let sent = claimed.notifications[0].id;
    let channels = [Channel::Email, Channel::Sms];
    let both = stores.send(by(&channels, draft(&["alice", "bob"], "hello"))).await.id;
    stores.plan(NOW).await;
    let undecided = stores.send(mail("alice", "another")).await.id;
    let asked = vec![undecided, sent, NotificationId::new(999), both];
    for user in [alice, bob] {
        let found = stores.deliveries.progress(user, asked.clone()).await.unwrap();
        assert_eq!(found.iter().map(|one| one.notification).collect::<Vec<_>>(), asked);
        for progress in found {
            let trace = stores.trace(progress.notification, user).await;
            assert_eq!(progress.lines, trace.lines.unwrap_or_default());
            let told: Vec<_> =
                trace.deliveries.iter().map(|one| (one.channel, one.status)).collect();
            assert_eq!(progress.deliveries, told);
        }
    }
    let found = stores.deliveries.progress(alice, asked).await.unwrap();
    let told: Vec<_> = found.iter().map(|one| one.deliveries.as_slice()).collect();
    let (email, sms) = (Channel::Email, Channel::Sms);
    let expected: [&[_]; 4] = [
        &[],
        &[(email, DeliveryStatus::Sent)],
        &[],
        &[(email, DeliveryStatus::Pending), (sms, DeliveryStatus::Failed)],
    ];
    assert_eq!(told, expected);
    assert!(found[0].lines.is_empty() && !found[1].lines.is_empty());
    assert!(stores.deliveries.progress(alice, vec![]).await.unwrap().is_empty());
}

/// Deliveries are listed from the latest on, page by page; each filter shows its own.
pub async fn deliveries_are_listed_latest_first(stores: &Stores) {
    let (alice, _) = (stores.with_email("alice").await, stores.with_email("bob").await);
    stores.with_phone("bob").await;
    let mut ids =
        vec![dead(stores, "alice", Channel::Email).await, dead(stores, "bob", Channel::Sms).await];
    for _ in 0..3 {
        let claimed = stores.mail_in_hand("bob", "hello").await;
        ids.push(claimed.id);
        stores.record(made(&claimed, Outcome::Sent, NOW, Then::Sent), NOW).await;
    }
    let notification = stores.send(mail("alice", "waits")).await.id;
    stores.plan(NOW).await;
    let all = DeliveryFilter::default;
    let listed = stores.all_deliveries(all()).await;
    ids.push(listed[0].id);
    let numbers = |listed: &[Delivery]| -> Vec<_> { listed.iter().map(|one| one.id).collect() };
    let latest_first: Vec<_> = ids.iter().rev().copied().collect();
    assert_eq!(numbers(&listed), latest_first);
    for (filter, expected) in [
        (DeliveryFilter { status: Some(DeliveryStatus::Failed), ..all() }, &[1, 0][..]),
        (DeliveryFilter { status: Some(DeliveryStatus::Sent), ..all() }, &[4, 3, 2]),
        (DeliveryFilter { status: Some(DeliveryStatus::Sending), ..all() }, &[]),
        (DeliveryFilter { channel: Some(Channel::Sms), ..all() }, &[1]),
        (DeliveryFilter { user: Some(alice), ..all() }, &[5, 0]),
        (DeliveryFilter { notification: Some(notification), ..all() }, &[5]),
        (
            DeliveryFilter {
                user: Some(alice),
                status: Some(DeliveryStatus::Failed),
                channel: Some(Channel::Email),
                ..all()
            },
            &[0],
        ),
    ] {
        let expected: Vec<_> = expected.iter().map(|nth: &usize| ids[*nth]).collect();
        assert_eq!(numbers(&stores.all_deliveries(filter.clone()).await), expected, "{filter:?}");
    }
    let one = stores.delivery(ids[2]).await;
    assert_eq!(listed[3], one);
    assert_eq!(one.recipient, user_id("bob"));
}
