//! A store that keeps the newest items of each inbox, at once.

use std::sync::Arc;

use herald_contract::Stores;
use herald_contract::fixtures::{CountingIds, append, draft, ids};
use herald_domain::Rev;
use herald_memory::MemoryStore;
use herald_ports::LiveEvent;

#[tokio::test]
async fn beyond_the_window_the_oldest_item_goes_and_is_told() {
    let store = MemoryStore::new(&CountingIds::default()).keeping(3);
    let stores = Stores::of(Arc::new(store), ());
    let alice = stores.ensure("alice").await;
    let mut copy = stores.copy(alice).await;
    for _ in 0..3 {
        let (_, events) = stores.append(append([draft(&["alice"], "hello")])).await;
        assert_eq!(events.len(), 1, "there is room: {events:?}");
    }
    let before = ids(&stores.whole_inbox(alice).await.items);
    let drafts = [draft(&["alice"], "one more"), draft(&["alice"], "and another")];
    let (_, events) = stores.append(append(drafts)).await;
    let [
        LiveEvent::Changed { head, deleted, .. },
        LiveEvent::Appended { recipients, .. },
        LiveEvent::Changed { .. },
        LiveEvent::Appended { .. },
    ] = &events[..]
    else {
        panic!("each takes the place of the oldest: {events:?}");
    };
    assert_eq!((head.rev, head.unread, &deleted[..]), (Rev::new(4), 2, &before[2..]));
    assert_eq!((recipients[0].head.rev, recipients[0].head.unread), (Rev::new(5), 3));

    let now = stores.whole_inbox(alice).await;
    assert_eq!((now.items.len(), now.head.rev), (3, Rev::new(7)));
    assert_eq!(now.items.last().map(|item| item.id()), before.first().copied());
    stores.assert_counts_are_true(alice).await;
    stores.catch_up(alice, &mut copy, 10).await;
    assert_eq!(copy, stores.copy(alice).await);
}
