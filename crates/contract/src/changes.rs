//! [`InboxStore`](herald_ports::InboxStore): what changed since a position.

use herald_domain::{InboxCopy, Patch, Rev};
use herald_ports::Resync;

use crate::Stores;
use crate::fixtures::{NOW, ids};

/// Each touched item is told once, as it is now, in order of its revision; what is gone is told as
/// removed.
pub async fn changes_tell_what_it_came_to(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let untouched = stores.tell("alice", "untouched").await;
    let touched = stores.tell("alice", "touched").await;
    let gone = stores.tell("alice", "gone").await;
    let since = stores.head(alice).await.rev;
    stores.patch(alice, &[touched], Patch::seen()).await;
    let fresh = stores.tell("alice", "fresh").await;
    stores.patch(alice, &[touched], Patch::read(true)).await;
    stores.delete(alice, &[gone]).await;

    let changes = stores.changes(alice, since, 100).await;
    assert_eq!(changes.epoch, stores.inbox.epoch());
    assert_eq!(changes.head, stores.head(alice).await);
    assert_eq!((changes.rev, changes.more), (changes.head.rev, false));
    assert_eq!(ids(&changes.items), [fresh, touched]);
    assert_eq!(changes.items[1], stores.item(alice, touched).await);
    assert_eq!(changes.deleted, [gone]);

    let all = stores.changes(alice, Rev::default(), 100).await;
    assert_eq!(ids(&all.items), [untouched, fresh, touched]);
}

/// Who is up to date is told nothing.
pub async fn at_the_head_nothing_has_changed(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    for _ in 0..2 {
        let head = stores.head(alice).await;
        let changes = stores.changes(alice, head.rev, 10).await;
        assert_eq!((changes.rev, changes.head, changes.more), (head.rev, head, false));
        assert!(changes.items.is_empty() && changes.deleted.is_empty());
        stores.tell("alice", "hello").await;
    }
}

/// What was added and removed in between is among the removed.
pub async fn what_came_and_went_is_among_the_removed(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    stores.tell("alice", "before").await;
    let since = stores.head(alice).await.rev;
    let brief = stores.tell("alice", "brief").await;
    stores.delete(alice, &[brief]).await;
    let changes = stores.changes(alice, since, 10).await;
    assert_eq!((changes.items.len(), changes.deleted), (0, vec![brief]));
}

/// A position ahead of the log was never reached: the copy is of something else.
pub async fn a_position_ahead_is_unknown(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    stores.tell("alice", "hello").await;
    let ahead = stores.inbox.changes(alice, Rev::new(2), 10).await.unwrap();
    assert_eq!(ahead.unwrap_err(), Resync::Unknown);
}

/// A revision is never torn apart: one that touched more items than the limit comes whole.
pub async fn a_revision_comes_whole(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    for nth in 0..20 {
        stores.tell("alice", &format!("number {nth}")).await;
    }
    let since = stores.head(alice).await.rev;
    stores.inbox.read_all(alice, NOW).await.unwrap();
    let last = stores.tell("alice", "last").await;

    let first = stores.changes(alice, since, 3).await;
    assert_eq!(first.items.len(), 20);
    assert_eq!((first.rev, first.more), (since.next(), true));
    assert_eq!(first.head, stores.head(alice).await, "the newest counts");
    let rest = stores.changes(alice, first.rev, 3).await;
    assert_eq!(ids(&rest.items), [last]);
    assert_eq!((rest.rev, rest.more), (rest.head.rev, false));
}

/// Removals of one revision come whole, too.
pub async fn a_removal_comes_whole(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let mut sent = Vec::new();
    for nth in 0..5 {
        sent.push(stores.tell("alice", &format!("number {nth}")).await);
    }
    let since = stores.head(alice).await.rev;
    stores.delete(alice, &sent).await;
    stores.tell("alice", "last").await;
    let changes = stores.changes(alice, since, 1).await;
    assert_eq!(changes.deleted, sent);
    assert_eq!((changes.rev, changes.more), (since.next(), true));
}

/// An answer is about as long as asked for, and following `more` ends at the head, with everything.
pub async fn small_answers_lead_to_the_head(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let mut sent = Vec::new();
    for nth in 0..12 {
        sent.push(stores.tell("alice", &format!("number {nth}")).await);
        if nth % 3 == 0 {
            stores.delete(alice, &[sent[nth / 2]]).await;
        }
        if nth % 4 == 1 {
            stores.patch(alice, &[sent[nth]], Patch::seen()).await;
        }
    }
    let expected = stores.copy(alice).await;
    for limit in [1, 2, 5, 100] {
        let changes = stores.changes(alice, Rev::default(), limit).await;
        let told = changes.items.len() + changes.deleted.len();
        assert!(told >= 1 && told <= 2 * limit, "{told} of {limit}");
        let mut copy = InboxCopy::default();
        stores.catch_up(alice, &mut copy, limit).await;
        assert_eq!(copy, expected, "answers of {limit}");
    }
}

/// Each user has a log of their own.
pub async fn what_happens_to_others_is_not_told(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let bob = stores.ensure("bob").await;
    let id = stores.tell("bob", "not for alice").await;
    let changes = stores.changes(alice, Rev::default(), 1).await;
    assert_eq!((changes.rev, changes.items), (Rev::default(), vec![]));
    let changes = stores.changes(bob, Rev::default(), 1).await;
    assert_eq!((changes.rev, ids(&changes.items)), (Rev::new(1), vec![id]));
    assert!(!changes.more);
}
