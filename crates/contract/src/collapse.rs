//! [`NotificationStore`](herald_ports::NotificationStore): a new notification replaces an unread
//! one of its collapse key.

use herald_domain::{NotificationId, Patch, Rev, UserKey};
use herald_ports::LiveEvent;

use crate::Stores;
use crate::fixtures::{append, collapsing, draft, ids};

/// The unread item is removed, then the new one added, each with its own revision and event.
pub async fn an_unread_item_is_replaced(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let old = stores.tell_instead("alice", "build", "running").await;
    stores.patch(alice, &[old], Patch::seen()).await;
    let new = collapsing("build", draft(&["alice"], "finished"));
    let (_, events) = stores.append(append([new])).await;

    let [
        LiveEvent::Changed { user, head, items, deleted },
        LiveEvent::Appended { notification, recipients },
    ] = &events[..]
    else {
        panic!("a removal and a new item: {events:?}");
    };
    assert_eq!((*user, head.rev, head.unread), (alice, Rev::new(3), 0));
    assert_eq!((items.len(), &deleted[..]), (0, &[old][..]));
    assert_eq!(recipients[0].head.rev, Rev::new(4));
    assert_listed(stores, alice, &[notification.id]).await;
    let changes = stores.changes(alice, Rev::new(2), 10).await;
    assert_eq!(changes.deleted, [old]);
    assert_eq!(ids(&changes.items), [notification.id]);
}

/// What was read is history, and stays.
pub async fn a_read_item_is_not_replaced(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let old = stores.tell_instead("alice", "build", "running").await;
    stores.patch(alice, &[old], Patch::read(true)).await;
    let new = stores.tell_instead("alice", "build", "finished").await;
    assert_listed(stores, alice, &[new, old]).await;
}

/// What was put away stays, read or not.
pub async fn an_archived_item_is_not_replaced(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let old = stores.tell_instead("alice", "build", "running").await;
    stores.patch(alice, &[old], Patch::archived(true)).await;
    let new = stores.tell_instead("alice", "build", "finished").await;
    assert_listed(stores, alice, &[new, old]).await;
}

/// Items that were made unread again are replaced together, with one revision.
pub async fn all_unread_items_of_the_key_are_replaced(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let one = stores.tell_instead("alice", "build", "one").await;
    stores.patch(alice, &[one], Patch::read(true)).await;
    let two = stores.tell_instead("alice", "build", "two").await;
    stores.patch(alice, &[one], Patch::read(false)).await;
    let before = stores.head(alice).await.rev;
    let three = stores.tell_instead("alice", "build", "three").await;
    assert_listed(stores, alice, &[three]).await;
    let changes = stores.changes(alice, before, 10).await;
    assert_eq!(changes.deleted, [one, two]);
    assert_eq!(changes.rev, before.next().next());
}

/// Items of another key, or without one, stay.
pub async fn other_keys_are_not_replaced(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let plain = stores.tell("alice", "plain").await;
    let other = stores.tell_instead("alice", "deploy", "running").await;
    let new = stores.tell_instead("alice", "build", "running").await;
    let unkeyed = stores.tell("alice", "plain").await;
    assert_listed(stores, alice, &[unkeyed, new, other, plain]).await;
}

/// Each recipient's own unread item is replaced, and nobody else's; the new item is still one
/// event, after the removals.
pub async fn each_recipient_s_own_item_is_replaced(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let bob = stores.ensure("bob").await;
    let carol = stores.ensure("carol").await;
    let all = ["alice", "bob", "carol"];
    let first = stores.send(collapsing("build", draft(&all, "one"))).await.id;
    stores.patch(bob, &[first], Patch::read(true)).await;
    let second = collapsing("build", draft(&["alice", "bob"], "two"));
    let (_, events) = stores.append(append([second])).await;
    assert!(
        matches!(
            &events[..],
            [LiveEvent::Changed { user, .. }, LiveEvent::Appended { recipients, .. }]
                if *user == alice && recipients.len() == 2
        ),
        "{events:?}"
    );
    let second = stores.whole_inbox(alice).await.items[0].id();
    assert_listed(stores, alice, &[second]).await;
    assert_listed(stores, bob, &[second, first]).await;
    assert_listed(stores, carol, &[first]).await;
}

/// Entries of one batch replace each other, too.
pub async fn entries_of_a_batch_replace_each_other(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let drafts = ["one", "two", "three"].map(|m| collapsing("build", draft(&["alice"], m)));
    let (outcomes, events) = stores.append(append(drafts)).await;
    assert_eq!((outcomes.len(), events.len()), (3, 5));
    let page = stores.whole_inbox(alice).await;
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.items[0].notification.content.message.as_str(), "three");
    assert_eq!((page.head.rev, page.head.unread), (Rev::new(5), 1));
}

async fn assert_listed(stores: &Stores, user: UserKey, expected: &[NotificationId]) {
    assert_eq!(ids(&stores.whole_inbox(user).await.items), expected);
    stores.assert_counts_are_true(user).await;
}
