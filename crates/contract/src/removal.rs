//! [`InboxStore`](herald_ports::InboxStore): removing items.

use herald_domain::{NotificationId, Patch, Rev};
use herald_ports::LiveEvent;

use crate::Stores;
use crate::fixtures::{draft, ids};

/// Items named together are removed with one revision; the answer has them as they were.
pub async fn a_removal_is_one_revision(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let one = stores.tell("alice", "one").await;
    let two = stores.tell("alice", "two").await;
    let three = stores.tell("alice", "three").await;
    stores.patch(alice, &[one], Patch::read(true)).await;
    let before = [stores.item(alice, one).await, stores.item(alice, two).await];
    let unknown = NotificationId::new(999);
    let written = stores.delete(alice, &[two, unknown, one, two]).await;
    assert_eq!(written.items, before);
    assert_eq!((written.head.rev, written.head.unread), (Rev::new(5), 1));
    let Some(LiveEvent::Changed { user, head, items, deleted }) = written.event else {
        panic!("a removal is told");
    };
    assert_eq!((user, head), (alice, written.head));
    assert_eq!((items.len(), deleted), (0, vec![one, two]));
    assert_eq!(stores.inbox.item(alice, one).await.unwrap(), None);
    assert_eq!(ids(&stores.whole_inbox(alice).await.items), [three]);
    stores.assert_counts_are_true(alice).await;
}

/// Removing what is gone takes no revision.
pub async fn removing_twice_is_removing_once(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let id = stores.tell("alice", "hello").await;
    stores.delete(alice, &[id]).await;
    let again = stores.delete(alice, &[id]).await;
    assert!(again.event.is_none() && again.items.is_empty());
    assert_eq!(again.head.rev, Rev::new(2));
    let patched = stores.patch(alice, &[id], Patch::read(true)).await;
    assert!(patched.event.is_none() && patched.items.is_empty());
}

/// Archived and seen items leave the counts as they are.
pub async fn removal_counts_what_counted(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let archived = stores.tell("alice", "archived").await;
    let seen = stores.tell("alice", "seen").await;
    stores.tell("alice", "fresh").await;
    stores.patch(alice, &[archived], Patch::archived(true)).await;
    stores.patch(alice, &[seen], Patch::seen()).await;
    let head = stores.delete(alice, &[archived]).await.head;
    assert_eq!((head.unread, head.unseen), (2, 1));
    let head = stores.delete(alice, &[seen]).await.head;
    assert_eq!((head.unread, head.unseen), (1, 1));
}

/// Who removes an item removes it from one inbox.
pub async fn others_keep_the_item(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let bob = stores.ensure("bob").await;
    let id = stores.send(draft(&["alice", "bob"], "hello")).await.id;
    stores.delete(alice, &[id]).await;
    assert_eq!(stores.item(bob, id).await.id(), id);
    assert_eq!(stores.head(bob).await.rev, Rev::new(1));
}
