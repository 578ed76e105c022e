//! What became of a delivery.

use herald_domain::{Channel, DeliveryId, DeliveryStatus, Outcome};
use herald_ports::{Record, Then};

use crate::Stores;
use crate::fixtures::{NOW, by, later, made, mail, unmade};

/// What was sent is done.
pub async fn what_was_sent_is_done(stores: &Stores) {
    stores.with_email("alice").await;
    let claimed = stores.mail_in_hand("alice", "hello").await;
    stores.record(made(&claimed, Outcome::Sent, later(1), Then::Sent), later(1)).await;
    let shown = stores.delivery(claimed.id).await;
    assert_eq!((shown.status, shown.reason), (DeliveryStatus::Sent, None));
    assert_eq!((shown.updated_at, shown.due_at), (later(1), None));
    assert_eq!(shown.attempts[0].detail.as_deref(), Some("sent"));
    assert_eq!(stores.deliveries.next_delivery(Channel::Email).await.unwrap(), None);
    assert!(stores.claim(Channel::Email, later(9_999)).await.is_empty());
}

/// What failed for now is due again at its time, as another attempt.
pub async fn what_failed_for_now_comes_again(stores: &Stores) {
    stores.with_email("alice").await;
    let first = stores.mail_in_hand("alice", "hello").await;
    stores.record(made(&first, Outcome::Transient, NOW, Then::Retry(later(10))), NOW).await;
    let shown = stores.delivery(first.id).await;
    assert_eq!((shown.status, shown.due_at), (DeliveryStatus::Retrying, Some(later(10))));
    assert!(stores.claim(Channel::Email, later(9)).await.is_empty());
    let second = stores.claim_mail(later(10)).await;
    assert_eq!((second.id, second.attempt), (first.id, 2));
    let fail = Then::Fail("there were enough".to_owned());
    stores.record(made(&second, Outcome::Transient, later(11), fail), later(11)).await;
    let shown = stores.delivery(first.id).await;
    assert_eq!((shown.status, shown.due_at), (DeliveryStatus::Failed, None));
    assert_eq!(shown.reason.as_deref(), Some("there were enough"));
    let times: Vec<_> = shown.attempts.iter().map(|made| made.at).collect();
    assert_eq!(times, [NOW, later(11)]);
}

/// What is released is as it was: no attempt was made.
pub async fn what_is_released_is_as_it_was(stores: &Stores) {
    stores.with_email("alice").await;
    let first = stores.mail_in_hand("alice", "hello").await;
    stores.record(unmade(&first, Then::Release(later(5))), NOW).await;
    let shown = stores.delivery(first.id).await;
    assert_eq!((shown.status, shown.due_at), (DeliveryStatus::Pending, Some(later(5))));
    let second = stores.claim_mail(later(5)).await;
    assert_eq!(second.attempt, 1);
    stores.record(made(&second, Outcome::Transient, NOW, Then::Retry(later(6))), NOW).await;
    let third = stores.claim_mail(later(6)).await;
    stores.record(unmade(&third, Then::Release(later(7))), NOW).await;
    let shown = stores.delivery(first.id).await;
    assert_eq!((shown.status, shown.due_at), (DeliveryStatus::Retrying, Some(later(7))));
    assert_eq!((shown.attempts.len(), stores.claim_mail(later(7)).await.attempt), (1, 2));
}

/// What is not wanted any more is suppressed, with the reason.
pub async fn what_is_not_wanted_is_suppressed(stores: &Stores) {
    stores.with_email("alice").await;
    let claimed = stores.mail_in_hand("alice", "hello").await;
    let why = Then::Suppress("there is no address".to_owned());
    stores.record(unmade(&claimed, why), NOW).await;
    let shown = stores.delivery(claimed.id).await;
    assert_eq!(shown.status, DeliveryStatus::Suppressed);
    assert_eq!(shown.reason.as_deref(), Some("there is no address"));
    assert!(shown.due_at.is_none() && shown.attempts.is_empty());
}

/// An e-mail address, in any case, and a telephone to which nothing will ever go out are suppressed.
pub async fn a_dead_address_is_suppressed(stores: &Stores) {
    let alice = stores.with_email("Alice").await;
    stores.with_phone("Alice").await;
    let channels = [Channel::Email, Channel::Sms];
    stores.send(by(&channels, mail("Alice", "hello"))).await;
    stores.plan(NOW).await;
    for channel in channels {
        let claimed = stores.claim(channel, NOW).await.pop().unwrap();
        assert!(claimed.to.is_some());
        let gone = Then::FailForGood("550 no such user".to_owned());
        stores.record(made(&claimed, Outcome::EndpointGone, NOW, gone), NOW).await;
        let shown = stores.delivery(claimed.id).await;
        assert_eq!(shown.status, DeliveryStatus::Failed);
        assert_eq!(shown.reason.as_deref(), Some("550 no such user"));
        assert!(stores.profile("Alice").await.suppressed.contains(channel));
        let id = stores.send(by(&[channel], mail("Alice", "again"))).await.id;
        stores.plan(NOW).await;
        let decided = stores.decided(id, alice, channel).await;
        assert_eq!(decided, "suppress: the address is suppressed");
        // what was under way already goes nowhere
        assert!(stores.deliveries.redrive(claimed.id, NOW).await.unwrap());
        assert_eq!(stores.claim(channel, NOW).await.pop().unwrap().to, None);
    }
}

/// Any number is recorded at once; of what is said twice the first counts, and what nobody has in hand is
/// left alone.
pub async fn many_are_recorded_at_once(stores: &Stores) {
    stores.with_email("alice").await;
    for nth in 0..40 {
        stores.send(mail("alice", &format!("number {nth}"))).await;
    }
    stores.plan(NOW).await;
    let claimed = stores.claim(Channel::Email, NOW).await;
    assert_eq!(claimed.len(), 40);
    let then = |nth: usize| match nth % 4 {
        0 => Then::Sent,
        1 => Then::Retry(later(10)),
        2 => Then::Release(later(10)),
        _ => Then::Fail("no".to_owned()),
    };
    let record = |(nth, one)| match then(nth) {
        Then::Release(at) => unmade(one, Then::Release(at)),
        then => made(one, Outcome::Transient, NOW, then),
    };
    let mut records: Vec<Record> = claimed.iter().enumerate().map(record).collect();
    records.push(made(&claimed[0], Outcome::Permanent, NOW, Then::Fail("twice".to_owned())));
    records.push(Record { id: DeliveryId::new(999_999), ..unmade(&claimed[0], Then::Sent) });
    stores.deliveries.record(records, NOW).await.unwrap();
    stores.deliveries.record(Vec::new(), NOW).await.unwrap();
    let expected = [
        (DeliveryStatus::Sent, 1),
        (DeliveryStatus::Retrying, 1),
        (DeliveryStatus::Pending, 0),
        (DeliveryStatus::Failed, 1),
    ];
    for (nth, one) in claimed.iter().enumerate() {
        let shown = stores.delivery(one.id).await;
        assert_eq!((shown.status, shown.attempts.len()), expected[nth % 4], "{nth}");
    }
    assert_eq!(stores.claim(Channel::Email, later(10)).await.len(), 20);
}

/// What somebody says may hold any character.
pub async fn a_detail_may_hold_anything(stores: &Stores) {
    stores.with_email("alice").await;
    let claimed = stores.mail_in_hand("alice", "hello").await;
    let said = "5.1.1 \"no\" \\u0000 ' ü 🙂 \u{1}";
    let mut record = made(&claimed, Outcome::Permanent, NOW, Then::Fail(said.to_owned()));
    record.attempt.as_mut().unwrap().detail = Some(said.to_owned());
    stores.record(record, NOW).await;
    let shown = stores.delivery(claimed.id).await;
    assert_eq!(shown.reason.as_deref(), Some(said));
    assert_eq!(shown.attempts[0].detail.as_deref(), Some(said));
}
