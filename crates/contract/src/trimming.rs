//! [`RetentionStore`](herald_ports::RetentionStore): how much an inbox keeps, and how old it gets.

use herald_domain::{Keep, NotificationId, Patch, Rev, Timestamp, UserKey};
use herald_ports::{Append, LiveEvent};

use crate::Stores;
use crate::fixtures::{NOW, append, draft, ids, later, newer_than, newest, receipt_of};

/// An inbox may hold as many items as are kept; one more, and the oldest goes, with a revision that
/// is told.
pub async fn the_oldest_go_beyond_the_cap(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let sent = tell(stores, "alice", &[0, 0, 0, 0, 0]).await;
    assert_eq!(stores.trim(newest(5), NOW, 10).await.len(), 0);
    assert_eq!(stores.head(alice).await.rev, Rev::new(5));

    let events = stores.trim(newest(3), NOW, 10).await;
    let [LiveEvent::Changed { user, head, items, deleted }] = &events[..] else {
        panic!("one removal: {events:?}");
    };
    assert_eq!((*user, head.rev, head.unread), (alice, Rev::new(6), 3));
    assert_eq!((items.len(), &deleted[..]), (0, &sent[..2]));
    assert_eq!(stores.head(alice).await, *head);
    assert_listed(stores, alice, &sent[2..]).await;
    assert_eq!(stores.changes(alice, Rev::new(5), 10).await.deleted, sent[..2]);
    assert_eq!(stores.trim(newest(3), NOW, 10).await.len(), 0);
}

/// Archived and read items count like others, and what is gone in whatever way does not.
pub async fn the_cap_counts_what_is_there(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let sent = tell(stores, "alice", &[0, 0, 0]).await;
    stores.patch(alice, &[sent[1]], Patch::archived(true)).await;
    stores.patch(alice, &[sent[2]], Patch::read(true)).await;
    stores.delete(alice, &[sent[0]]).await;
    stores.tell_instead("alice", "key", "replaced").await;
    let last = stores.tell_instead("alice", "key", "instead").await;
    stores.send(crate::fixtures::expiring(later(1), draft(&["alice"], "brief"))).await;
    stores.expire(later(1), 10).await;
    assert_eq!(stores.trim(newest(3), NOW, 10).await.len(), 0);
    assert_listed(stores, alice, &[sent[1], sent[2], last]).await;
    stores.trim(newest(2), NOW, 10).await;
    assert_listed(stores, alice, &[sent[2], last]).await;
    stores.trim(newest(0), NOW, 10).await;
    assert_listed(stores, alice, &[]).await;
}

/// Who has reached the cap is still sent to at once: trimming comes later.
pub async fn a_full_inbox_takes_more(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    tell(stores, "alice", &[0, 0, 0]).await;
    stores.trim(newest(2), NOW, 10).await;
    let more = tell(stores, "alice", &[0, 0]).await;
    assert_eq!(stores.whole_inbox(alice).await.items.len(), 4);
    stores.trim(newest(2), NOW, 10).await;
    assert_listed(stores, alice, &more).await;
}

/// An item goes when it was created at the moment named or before it, and not a moment earlier.
pub async fn items_go_at_their_age(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let sent = tell(stores, "alice", &[10, 20, 20, 30]).await;
    for (after, left) in [(9, 4), (10, 3), (19, 3), (20, 1), (29, 1), (30, 0), (99, 0)] {
        let events = stores.trim(newer_than(later(after)), later(100), 10).await;
        assert!(events.len() <= 1, "one revision: {events:?}");
        assert_listed(stores, alice, &sent[4 - left..]).await;
    }
    // what comes to an inbox that was emptied has an age of its own
    let sent = tell(stores, "alice", &[40, 50]).await;
    for (after, left) in [(39, 2), (40, 1), (49, 1), (50, 0)] {
        stores.trim(newer_than(later(after)), later(100), 10).await;
        assert_listed(stores, alice, &sent[2 - left..]).await;
    }
}

/// A removal in the midst does not hide what is old.
pub async fn ages_are_those_of_what_is_there(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let sent = tell(stores, "alice", &[10, 20, 30]).await;
    stores.trim(newer_than(later(5)), later(100), 10).await;
    stores.delete(alice, &[sent[0]]).await;
    stores.trim(newer_than(later(15)), later(100), 10).await;
    assert_listed(stores, alice, &sent[1..]).await;
    stores.trim(newer_than(later(20)), later(100), 10).await;
    assert_listed(stores, alice, &sent[2..]).await;
}

/// Where both rules remove something, they do so together.
pub async fn cap_and_age_share_a_revision(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    for (after, items, left) in [(11, 3, 2), (11, 1, 1), (10, 2, 2), (99, 9, 0)] {
        let sent = tell(stores, "alice", &[10, 11, 12, 13]).await;
        let keep = Keep { items, after: Some(later(after)) };
        let events = stores.trim(keep, later(100), 10).await;
        assert_eq!(events.len(), 1, "{events:?}");
        assert_listed(stores, alice, &sent[4 - left..]).await;
        stores.trim(newest(0), later(100), 10).await;
    }
}

/// However small the steps, every inbox is looked at, and each copy can follow.
pub async fn small_steps_reach_every_inbox(stores: &Stores) {
    let names: Vec<_> = (0..5).map(|nth| format!("user {nth}").replace(' ', "-")).collect();
    for limit in [1, 2, 3, 7, 100] {
        let mut inboxes = Vec::new();
        for (nth, name) in names.iter().enumerate() {
            tell(stores, name, &vec![10; 2 * nth]).await;
            let user = stores.ensure(name).await;
            inboxes.push((user, stores.copy(user).await));
        }
        stores.trim(newest(3), later(20), limit).await;
        for (user, mut copy) in inboxes {
            let now = stores.copy(user).await;
            assert!(now.items.len() <= 3, "steps of {limit}");
            assert!(now.items.keys().eq(copy.items.keys().rev().take(3).rev()));
            stores.catch_up(user, &mut copy, limit).await;
            assert_eq!(copy, now, "steps of {limit}");
            stores.assert_counts_are_true(user).await;
        }
    }
}

/// Tells a user something at each of these seconds; the numbers, oldest first.
async fn tell(stores: &Stores, user: &str, seconds: &[u64]) -> Vec<NotificationId> {
    let mut sent = Vec::new();
    for second in seconds {
        let now: Timestamp = later(*second);
        let append = Append { now, ..append([draft(&[user], "hello")]) };
        sent.push(receipt_of(&stores.append(append).await.0[0]).id);
    }
    sent
}

/// The inbox has these items, oldest first, and true counts.
async fn assert_listed(stores: &Stores, user: UserKey, expected: &[NotificationId]) {
    let mut listed = ids(&stores.whole_inbox(user).await.items);
    listed.reverse();
    assert_eq!(listed, expected);
    stores.assert_counts_are_true(user).await;
}
