//! [`InboxStore`](herald_ports::InboxStore): seen, read, archived, one by one and all at once.

use herald_domain::{Flags, Head, NotificationId, Patch, Rev, Timestamp, UserKey};
use herald_ports::{LiveEvent, Written};

use crate::Stores;
use crate::fixtures::{NOW, ids, later};

/// All items that a patch really changes share one revision; the answer has every item named that
/// exists, in the order of the ids, and the event those that changed.
pub async fn a_patch_is_one_revision(stores: &Stores) {
    let (alice, [one, two, three]) = alice_with_three(stores).await;
    stores.patch(alice, &[two], Patch::read(true)).await;
    let unknown = NotificationId::new(999);
    let named = vec![three, unknown, two, one, three];
    let written = stores.inbox.patch(alice, named, Patch::read(true), later(5)).await;
    let Written { head, event, items } = written.unwrap();
    assert_eq!(head, at(5, 0, 0));
    assert_eq!(ids(&items), [one, two, three]);
    let revs: Vec<_> = items.iter().map(|item| item.rev.get()).collect();
    assert_eq!(revs, [5, 4, 5], "an item that was read keeps its revision");
    assert_eq!(items[0].flags, read_at(later(5)));
    assert_eq!(items[1].flags, read_at(NOW), "and its time");
    let Some(LiveEvent::Changed { user, head: told, items: changed, deleted }) = event else {
        panic!("a change is told");
    };
    assert_eq!((user, told), (alice, head));
    assert_eq!(ids(&changed), [one, three]);
    assert!(deleted.is_empty());
    assert_eq!(stores.item(alice, one).await, items[0]);
    assert_eq!(stores.head(alice).await, head);
}

/// A patch that changes nothing takes no revision and tells nobody.
pub async fn a_patch_without_effect_takes_no_revision(stores: &Stores) {
    let (alice, [one, ..]) = alice_with_three(stores).await;
    stores.patch(alice, &[one], Patch::read(true)).await;
    let item = stores.item(alice, one).await;
    for patch in [Patch::read(true), Patch::seen(), Patch::archived(false)] {
        let written = stores.inbox.patch(alice, vec![one], patch, later(9)).await;
        let written = written.unwrap();
        assert!(written.event.is_none(), "{patch:?}");
        assert_eq!((written.head, &written.items[..]), (at(4, 2, 2), &[item.clone()][..]));
    }
    let nothing = stores.patch(alice, &[], Patch::read(true)).await;
    assert!(nothing.event.is_none() && nothing.items.is_empty());
    assert_eq!(stores.head(alice).await, at(4, 2, 2));
}

/// Every step of an item's life is counted.
pub async fn every_flag_is_counted(stores: &Stores) {
    let (alice, [one, ..]) = alice_with_three(stores).await;
    let unseen = Patch::new(Some(false), None, None).unwrap();
    for (step, patch, expected) in [
        ("seen", Patch::seen(), at(4, 3, 2)),
        ("read", Patch::read(true), at(5, 2, 2)),
        ("unread, still seen", Patch::read(false), at(6, 3, 2)),
        ("archived while unread", Patch::archived(true), at(7, 2, 2)),
        ("taken back", Patch::archived(false), at(8, 3, 2)),
        ("unseen", unseen, at(9, 3, 3)),
        ("read at once", Patch::read(true), at(10, 2, 2)),
        ("archived while read", Patch::archived(true), at(11, 2, 2)),
        ("unread while archived", Patch::read(false), at(12, 2, 2)),
        ("taken back unread", Patch::archived(false), at(13, 3, 2)),
        ("unseen again", unseen, at(14, 3, 3)),
    ] {
        let written = stores.patch(alice, &[one], patch).await;
        assert_eq!(written.head, expected, "{step}");
        stores.assert_counts_are_true(alice).await;
    }
}

/// `read_all` reads every item, archived ones too, with one revision and one event. What was read
/// or seen before keeps its time, and the revision of what was read stays.
pub async fn read_all_is_one_revision(stores: &Stores) {
    let (alice, [one, two, three]) = alice_with_three(stores).await;
    stores.patch(alice, &[one], Patch::read(true)).await;
    stores.patch(alice, &[two], Patch::seen()).await;
    stores.patch(alice, &[three], Patch::archived(true)).await;
    let written = stores.inbox.read_all(alice, later(5)).await.unwrap();
    assert_eq!(written.head, at(7, 0, 0));
    assert!(written.items.is_empty());
    let told = match written.event {
        Some(LiveEvent::AllRead { user, head, at }) => (user, head, at),
        other => panic!("all is read: {other:?}"),
    };
    assert_eq!(told, (alice, at(7, 0, 0), later(5)));

    let one = stores.item(alice, one).await;
    assert_eq!((one.rev, one.flags), (Rev::new(4), read_at(NOW)));
    let two = stores.item(alice, two).await;
    let expected = Flags { seen_at: Some(NOW), ..read_at(later(5)) };
    assert_eq!((two.rev, two.flags), (Rev::new(7), expected));
    let three = stores.item(alice, three).await;
    let expected = Flags { archived_at: Some(NOW), ..read_at(later(5)) };
    assert_eq!((three.rev, three.flags), (Rev::new(7), expected));

    let again = stores.inbox.read_all(alice, later(6)).await.unwrap();
    assert!(again.event.is_none());
    assert_eq!(again.head, at(7, 0, 0));
}

/// `seen_all` does the same for seen, and leaves unread what is unread.
pub async fn seen_all_is_one_revision(stores: &Stores) {
    let (alice, [one, two, three]) = alice_with_three(stores).await;
    stores.patch(alice, &[one], Patch::seen()).await;
    stores.patch(alice, &[three], Patch::archived(true)).await;
    let written = stores.inbox.seen_all(alice, later(5)).await.unwrap();
    assert_eq!(written.head, at(6, 2, 0));
    assert!(written.items.is_empty());
    let told = match written.event {
        Some(LiveEvent::AllSeen { user, head, at }) => (user, head, at),
        other => panic!("all is seen: {other:?}"),
    };
    assert_eq!(told, (alice, at(6, 2, 0), later(5)));
    let mut seen = Vec::new();
    for id in [one, two, three] {
        let item = stores.item(alice, id).await;
        seen.push((item.rev.get(), item.flags.seen_at, item.flags.read_at));
    }
    let expected = [(4, NOW), (6, later(5)), (6, later(5))];
    assert_eq!(seen, expected.map(|(rev, at)| (rev, Some(at), None)));
    let again = stores.inbox.seen_all(alice, later(6)).await.unwrap();
    assert!(again.event.is_none());
}

/// In an empty inbox there is nothing to read or see.
pub async fn an_empty_inbox_has_nothing_to_read(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let read = stores.inbox.read_all(alice, NOW).await.unwrap();
    let seen = stores.inbox.seen_all(alice, NOW).await.unwrap();
    assert!(read.event.is_none() && seen.event.is_none());
    assert_eq!(stores.head(alice).await, Head::default());
}

/// What one user does with an item does not touch another's.
pub async fn flags_are_each_user_s_own(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let bob = stores.ensure("bob").await;
    let id = stores.send(crate::fixtures::draft(&["alice", "bob"], "hello")).await.id;
    stores.patch(alice, &[id], Patch::read(true)).await;
    stores.inbox.seen_all(alice, NOW).await.unwrap();
    assert_eq!(stores.item(bob, id).await.flags, Flags::default());
    assert_eq!(stores.head(bob).await, at(1, 1, 1));
}

fn at(rev: i64, unread: i64, unseen: i64) -> Head {
    let rev = Rev::new(rev);
    Head { rev, unread, unseen }
}

fn read_at(at: Timestamp) -> Flags {
    Flags { seen_at: Some(at), read_at: Some(at), archived_at: None }
}

async fn alice_with_three(stores: &Stores) -> (UserKey, [NotificationId; 3]) {
    let alice = stores.ensure("alice").await;
    let one = stores.tell("alice", "one").await;
    let two = stores.tell("alice", "two").await;
    let three = stores.tell("alice", "three").await;
    (alice, [one, two, three])
}
