//! [`NotificationStore`](herald_ports::NotificationStore): one key, one append.

use herald_domain::NotificationId;
use herald_ports::{Accepted, Append, Outcome, Refusal};

use crate::Stores;
use crate::fixtures::{ROUNDS, append, at_once, draft, key, later, receipt_of};

/// The same request again is answered what it was then, and stores nothing.
pub async fn the_same_request_again_is_replayed(stores: &Stores) {
    let (outcomes, _) = stores.append(request(1)).await;
    let again = Append { now: later(60), ..request(1) };
    assert_replayed(&outcomes, stores.notifications.append(again).await.unwrap());
    let alice = stores.ensure("alice").await;
    assert_eq!(stores.whole_inbox(alice).await.items.len(), 1);
}

/// Another request under a key that was used is refused, and stores nothing.
pub async fn another_request_under_the_key_is_refused(stores: &Stores) {
    stores.append(request(1)).await;
    let other =
        Append { idempotency: Some(key(1, 99)), ..append([draft(&["alice", "bob"], "other")]) };
    let refused = stores.notifications.append(other).await.unwrap();
    assert!(matches!(refused, Accepted::Mismatch), "{refused:?}");
    let alice = stores.ensure("alice").await;
    assert_eq!(stores.whole_inbox(alice).await.items.len(), 1);
}

/// A replay repeats refusals in their places, even if the recipient exists by now.
pub async fn refusals_are_replayed_too(stores: &Stores) {
    let batch = Append {
        idempotency: Some(key(1, 1)),
        create_recipients: false,
        ..append([draft(&["alice"], "one"), draft(&["bob"], "two")])
    };
    stores.ensure("bob").await;
    let (outcomes, _) = stores.append(batch.clone()).await;
    let refusal = Refusal::unknown_recipient("alice");
    assert_eq!(outcomes[0], Outcome::Refused(refusal));
    receipt_of(&outcomes[1]);
    let alice = stores.ensure("alice").await;
    assert_replayed(&outcomes, stores.notifications.append(batch).await.unwrap());
    assert_eq!(stores.whole_inbox(alice).await.items, []);
}

/// Requests under different keys, or none, are requests of their own.
pub async fn other_keys_are_other_requests(stores: &Stores) {
    stores.append(request(1)).await;
    stores.append(request(2)).await;
    stores.tell("alice", "hello").await;
    stores.tell("alice", "hello").await;
    let alice = stores.ensure("alice").await;
    assert_eq!(stores.whole_inbox(alice).await.items.len(), 4);
}

/// Of many appends under one key at once, one is done, and the others are answered like it.
pub async fn of_one_key_many_times_at_once_one_is_fresh(stores: &Stores) {
    for round in 0..ROUNDS {
        let accepted = at_once(50, |_| {
            let stores = stores.clone();
            async move { stores.notifications.append(request(round)).await.unwrap() }
        })
        .await;
        let mut fresh = 0;
        let mut sent: Vec<NotificationId> = Vec::new();
        for accepted in accepted {
            let outcomes = match accepted {
                Accepted::Fresh(outcomes, ..) => {
                    fresh += 1;
                    outcomes
                }
                Accepted::Replayed(outcomes) => outcomes,
                Accepted::Mismatch => panic!("the requests are the same"),
            };
            sent.push(receipt_of(&outcomes[0]).id);
        }
        assert_eq!(fresh, 1);
        assert!(sent.iter().all(|id| *id == sent[0]), "{sent:?}");
    }
    let alice = stores.ensure("alice").await;
    assert_eq!(stores.head(alice).await.unread, i64::from(ROUNDS));
}

/// What a key was answered can be asked without sending.
pub async fn a_key_can_be_looked_up(stores: &Stores) {
    let replay = |idempotency| stores.notifications.replay(idempotency);
    assert!(replay(key(1, 1)).await.unwrap().is_none());
    let (outcomes, _) = stores.append(request(1)).await;
    assert_replayed(&outcomes, replay(key(1, 1)).await.unwrap().unwrap());
    let other = replay(key(1, 2)).await.unwrap();
    assert!(matches!(other, Some(Accepted::Mismatch)), "{other:?}");
    assert!(replay(key(2, 1)).await.unwrap().is_none());
}

fn request(nth: u8) -> Append {
    Append { idempotency: Some(key(nth, nth)), ..append([draft(&["alice"], "hello")]) }
}

fn assert_replayed(outcomes: &[Outcome], accepted: Accepted) {
    match accepted {
        Accepted::Replayed(again) => assert_eq!(again, outcomes),
        other => panic!("not replayed: {other:?}"),
    }
}
