//! [`InboxStore`](herald_ports::InboxStore): reading an inbox.

use herald_domain::{
    Content, Draft, Head, ItemFilter, Kind, NotificationId, Patch, Priority, Status, UserKey,
};
use herald_ports::{Page, Position};

use crate::Stores;
use crate::fixtures::{draft, ids, of_status};

/// An inbox where nothing ever happened is empty, at revision 0.
pub async fn an_untouched_inbox_is_empty(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    assert_eq!(stores.head(alice).await, Head::default());
    let empty = Page { head: Head::default(), items: vec![], next: None, total: None };
    assert_eq!(stores.whole_inbox(alice).await, empty);
    let counted = Page { total: Some(0), ..empty };
    let by_offset = stores.page(alice, ItemFilter::default(), Position::Offset(0), 10);
    assert_eq!(by_offset.await, counted);
}

/// Where many inboxes stand is told of those who are there.
pub async fn many_heads_are_those_of_each(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    let dave = stores.ensure("dave").await;
    for _ in 0..3 {
        stores.tell("bob", "hello").await;
    }
    stores.tell("dave", "hello").await;
    let users = vec![alice, bob, UserKey::new(1_000_000)];
    let mut heads = stores.inbox.heads(users).await.unwrap();
    heads.sort_unstable_by_key(|one| one.user);
    let told: Vec<_> = heads.iter().map(|one| (one.user, one.head)).collect();
    assert_eq!(told, [(alice, Head::default()), (bob, stores.head(bob).await)]);
    assert!(stores.head(dave).await.unread == 1 && told.len() == 2);
}

/// The epoch is the same at every call.
pub async fn the_epoch_stays(stores: &Stores) {
    let epoch = stores.inbox.epoch();
    stores.tell("alice", "hello").await;
    assert_eq!(stores.inbox.epoch(), epoch);
    assert!(!epoch.as_str().is_empty());
}

/// Along the cursor every item comes once, newest first, whatever the size of the page.
pub async fn the_cursor_walks_every_item_once(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let mut sent = tell_many(stores, 10).await;
    stores.patch(alice, &sent[2..4], Patch::read(true)).await; // an item stays where it was
    sent.reverse();
    for limit in [1, 3, 5, 10, 11] {
        let walked = stores.walk(alice, ItemFilter::default(), limit).await;
        assert_eq!(ids(&walked), sent, "pages of {limit}");
    }
}

/// What arrives during the walk neither repeats an item nor hides one.
pub async fn the_cursor_is_not_disturbed_by_new_items(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let mut sent = tell_many(stores, 6).await;
    sent.reverse();
    let (mut walked, mut cursor) = (Vec::new(), None);
    loop {
        let position = Position::Cursor(cursor);
        let page = stores.page(alice, ItemFilter::default(), position, 2).await;
        walked.extend(ids(&page.items));
        stores.tell("alice", "meanwhile").await;
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(walked, sent);
}

/// The walk goes on where it was, even if the item it stopped at is gone.
pub async fn the_cursor_outlives_its_item(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let sent = tell_many(stores, 4).await;
    let page = |cursor| stores.page(alice, ItemFilter::default(), Position::Cursor(cursor), 2);
    let first = page(None).await;
    assert_eq!(ids(&first.items), [sent[3], sent[2]]);
    stores.delete(alice, &[sent[2]]).await;
    let second = page(first.next).await;
    assert_eq!(ids(&second.items), [sent[1], sent[0]]);
    assert_eq!((second.next, second.total), (None, None));
}

/// By offset there is a total of what matches, at any page, even behind the last.
pub async fn pages_by_offset_have_a_total(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let sent = tell_many(stores, 5).await;
    stores.patch(alice, &[sent[0]], Patch::archived(true)).await;
    let shown = [sent[4], sent[3], sent[2], sent[1]];
    for offset in 0..6 {
        let position = Position::Offset(offset as u64);
        let page = stores.page(alice, ItemFilter::default(), position, 3).await;
        let expected = &shown[offset.min(4)..(offset + 3).min(4)];
        assert_eq!(ids(&page.items), expected, "offset {offset}");
        assert_eq!(page.total, Some(4));
        assert_eq!(page.next.is_some(), offset == 0, "offset {offset}");
        assert_eq!(page.head, stores.head(alice).await);
    }
}

/// A page by offset tells where the next one begins, and the cursor goes on from there.
pub async fn a_walk_may_begin_at_an_offset(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let sent = tell_many(stores, 4).await;
    let inbox = ItemFilter::default;
    let first = stores.page(alice, inbox(), Position::Offset(1), 1).await;
    assert_eq!(ids(&first.items), [sent[2]]);
    let position = Position::Cursor(first.next);
    let rest = stores.page(alice, inbox(), position, 10).await;
    assert_eq!(ids(&rest.items), [sent[1], sent[0]]);
}

/// Each status shows the items that it names.
pub async fn each_status_shows_its_items(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let sent = tell_many(stores, 5).await;
    let [fresh, seen, read, put_away, read_and_put_away] = sent[..] else {
        panic!("five items: {sent:?}");
    };
    stores.patch(alice, &[seen], Patch::seen()).await;
    stores.patch(alice, &[read], Patch::read(true)).await;
    stores.patch(alice, &[put_away], Patch::archived(true)).await;
    let both = Patch::new(None, Some(true), Some(true)).unwrap();
    stores.patch(alice, &[read_and_put_away], both).await;
    let expected = [
        (Status::Inbox, vec![read, seen, fresh]),
        (Status::Unread, vec![seen, fresh]),
        (Status::Unseen, vec![fresh]),
        (Status::Read, vec![read]),
        (Status::Archived, vec![read_and_put_away, put_away]),
        (Status::All, vec![read_and_put_away, put_away, read, seen, fresh]),
    ];
    assert_eq!(expected.len(), Status::ALL.len());
    for (status, items) in expected {
        for limit in [1, 10] {
            let walked = stores.walk(alice, of_status(status), limit).await;
            assert_eq!(ids(&walked), items, "{status:?}");
        }
        let page = stores.page(alice, of_status(status), Position::Offset(0), 1);
        assert_eq!(page.await.total, Some(items.len() as u64), "{status:?}");
    }
    let head = stores.head(alice).await;
    assert_eq!((head.unread, head.unseen), (2, 1));
}

/// Items are found by category, topic, priority and kind, alone and together.
pub async fn items_are_found_by_their_content(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let plain = stores.tell("alice", "plain").await;
    let content = Content {
        category: Some("ci".parse().unwrap()),
        topic: Some("releases".parse().unwrap()),
        priority: Priority::Critical,
        kind: Kind::Error,
        ..Content::of("build broken".parse().unwrap())
    };
    let broken = Draft { content, ..draft(&["alice"], "x") };
    let broken = stores.send(broken).await.id;
    let any = ItemFilter::default;
    let category = ItemFilter { category: Some("ci".parse().unwrap()), ..any() };
    let topic = ItemFilter { topic: Some("releases".parse().unwrap()), ..any() };
    let priority = |priority| ItemFilter { priority: Some(priority), ..any() };
    let kind = |kind| ItemFilter { kind: Some(kind), ..any() };
    let all_of_it = ItemFilter {
        status: Status::Unread,
        category: category.category.clone(),
        topic: topic.topic.clone(),
        ..priority(Priority::Critical)
    };
    let contradiction = ItemFilter { kind: Some(Kind::Info), ..category.clone() };
    for (filter, expected) in [
        (category, vec![broken]),
        (topic, vec![broken]),
        (priority(Priority::Critical), vec![broken]),
        (priority(Priority::Medium), vec![plain]),
        (priority(Priority::Low), vec![]),
        (kind(Kind::Error), vec![broken]),
        (kind(Kind::Info), vec![plain]),
        (all_of_it, vec![broken]),
        (contradiction, vec![]),
    ] {
        let walked = stores.walk(alice, filter.clone(), 1).await;
        assert_eq!(ids(&walked), expected, "{filter:?}");
        let page = stores.page(alice, filter, Position::Offset(0), 1).await;
        assert_eq!(page.total, Some(expected.len() as u64));
    }
}

/// Somebody else's item is as unknown as one that never was, for reading and for writing.
pub async fn an_item_of_another_user_is_unknown(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let bob = stores.ensure("bob").await;
    let id = stores.tell("alice", "hello").await;
    for unknown in [id, NotificationId::new(999)] {
        assert_eq!(stores.inbox.item(bob, unknown).await.unwrap(), None);
        let written = stores.patch(bob, &[unknown], Patch::read(true)).await;
        assert!(written.event.is_none() && written.items.is_empty());
        let written = stores.delete(bob, &[unknown]).await;
        assert!(written.event.is_none() && written.items.is_empty());
    }
    assert_eq!(stores.head(bob).await, Head::default());
    assert_eq!(stores.whole_inbox(bob).await.items, []);
    assert_eq!(stores.head(alice).await.unread, 1);
}

/// Sends so many to alice; their numbers, oldest first.
async fn tell_many(stores: &Stores, count: usize) -> Vec<NotificationId> {
    let mut sent = Vec::new();
    for nth in 0..count {
        sent.push(stores.tell("alice", &format!("number {nth}")).await);
    }
    sent
}
