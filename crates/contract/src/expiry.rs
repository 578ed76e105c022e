//! [`RetentionStore`](herald_ports::RetentionStore): items that expire.

use herald_domain::{InboxCopy, NotificationId, Patch, Rev};
use herald_ports::LiveEvent;

use crate::Stores;
use crate::fixtures::{ROUNDS, append, at_once, collapsing, draft, expiring, ids, later};

/// At its time and not before it an item goes, with a revision of its own, which is told.
pub async fn an_item_goes_when_it_expires(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let id = stores.send(expiring(later(10), draft(&["alice"], "brief"))).await.id;
    let stays = stores.tell("alice", "lasting").await;
    assert_eq!(stores.retention.next_expiry().await.unwrap(), Some(later(10)));

    let before = stores.retention.expire(later(9), 10).await.unwrap();
    assert!(before.is_empty(), "{before:?}");
    assert_eq!(stores.head(alice).await.rev, Rev::new(2));

    let events = stores.retention.expire(later(10), 10).await.unwrap();
    let [LiveEvent::Changed { user, head, items, deleted }] = &events[..] else {
        panic!("one removal: {events:?}");
    };
    assert_eq!((*user, head.rev, head.unread, head.unseen), (alice, Rev::new(3), 1, 1));
    assert_eq!((items.len(), &deleted[..]), (0, &[id][..]));
    assert_eq!(stores.head(alice).await, *head);
    assert_eq!(stores.inbox.item(alice, id).await.unwrap(), None);
    assert_eq!(ids(&stores.whole_inbox(alice).await.items), [stays]);
    assert_eq!(stores.changes(alice, Rev::new(2), 10).await.deleted, [id]);
    stores.assert_counts_are_true(alice).await;

    assert_eq!(stores.retention.next_expiry().await.unwrap(), None);
    assert!(stores.retention.expire(later(99), 10).await.unwrap().is_empty());
}

/// It goes from every inbox that has it, whatever was done with it there: one revision each.
pub async fn it_goes_from_every_inbox(stores: &Stores) {
    let names = ["alice", "bob", "carol", "dave"];
    let id = stores.send(expiring(later(10), draft(&names, "brief"))).await.id;
    let second = stores.send(expiring(later(5), draft(&["bob"], "briefer"))).await.id;
    let mut users = Vec::new();
    for name in names {
        users.push(stores.ensure(name).await);
    }
    stores.patch(users[0], &[id], Patch::read(true)).await;
    stores.patch(users[2], &[id], Patch::archived(true)).await;
    stores.delete(users[3], &[id]).await;

    let events = stores.expire(later(10), 100).await;
    let mut told: Vec<_> = events.iter().map(removed).collect();
    told.sort_unstable_by_key(|(user, _)| *user);
    assert_eq!(
        told,
        [(users[0], vec![id]), (users[1], vec![id, second]), (users[2], vec![id])],
        "nobody else, and nothing twice"
    );
    for user in users {
        assert_eq!(stores.whole_inbox(user).await.items, []);
        stores.assert_counts_are_true(user).await;
    }
}

/// The next expiry is that of the next item which is in an inbox.
pub async fn the_next_expiry_is_of_what_is_there(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let next = async || stores.retention.next_expiry().await.unwrap();
    assert_eq!(next().await, None);
    stores.tell("alice", "lasting").await;
    assert_eq!(next().await, None);
    stores.send(expiring(later(30), draft(&["alice", "bob"], "last"))).await;
    let second = expiring(later(20), draft(&["alice"], "second"));
    stores.send(collapsing("key", second)).await;
    let first = stores.send(expiring(later(10), draft(&["alice"], "first"))).await.id;
    assert_eq!(next().await, Some(later(10)));
    stores.delete(alice, &[first]).await;
    assert_eq!(next().await, Some(later(20)));
    stores.tell_instead("alice", "key", "instead").await;
    assert_eq!(next().await, Some(later(30)));
    stores.expire(later(30), 1).await;
    assert_eq!(next().await, None);
}

/// However small the steps, all that has expired goes and nothing else; copies that hear of each
/// step, and copies that ask later, show what the store has.
pub async fn small_steps_come_to_the_same(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    for limit in [1, 2, 5, 100] {
        for nth in 0..6_u64 {
            let both = draft(&["alice", "bob"], &format!("number {nth}"));
            stores.send(expiring(later(10 + nth % 4), both)).await;
        }
        let mut copies = [stores.copy(alice).await, stores.copy(bob).await];
        let mut live = copies.clone();
        let mut fresh = InboxCopy::default();
        for event in stores.expire(later(12), limit).await {
            let (user, deleted) = removed(&event);
            let LiveEvent::Changed { head, .. } = event else { panic!("{event:?}") };
            let copy = &mut live[usize::from(user == bob)];
            assert_eq!(head.rev, copy.rev.next(), "no hole");
            (copy.rev, copy.unread, copy.unseen) = (head.rev, head.unread, head.unseen);
            deleted.iter().for_each(|id| drop(copy.items.remove(id)));
        }
        for (nth, user) in [alice, bob].into_iter().enumerate() {
            let now = stores.copy(user).await;
            assert!(!now.items.is_empty());
            let late = |at| at > later(12);
            assert!(
                now.items.values().all(|i| i.notification.content.expires_at.is_some_and(late))
            );
            assert_eq!(live[nth], now, "steps of {limit}");
            stores.catch_up(user, &mut copies[nth], limit).await;
            assert_eq!(copies[nth], now, "steps of {limit}");
            stores.assert_counts_are_true(user).await;
        }
        stores.catch_up(alice, &mut fresh, limit).await;
        assert_eq!(fresh, stores.copy(alice).await);
    }
}

/// While items expire, everything else goes on; the counts stay true, and no revision is lost.
pub async fn expiring_races_everything(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    for round in 0..u64::from(ROUNDS) {
        let at = later(round);
        let id = stores.send(expiring(at, collapsing("key", draft(&["alice"], "brief")))).await.id;
        let before = stores.head(alice).await.rev.get();
        let told: Vec<usize> = at_once(5, |nth| {
            let stores = stores.clone();
            async move {
                match nth {
                    0 | 1 => stores.retention.expire(at, 10).await.unwrap().len(),
                    2 => usize::from(stores.delete(alice, &[id]).await.event.is_some()),
                    3 => {
                        let patched = stores.patch(alice, &[id], Patch::read(true)).await;
                        usize::from(patched.event.is_some())
                    }
                    _ => {
                        let new = collapsing("key", draft(&["alice"], "instead"));
                        stores.append(append([new])).await.1.len()
                    }
                }
            }
        })
        .await;
        let taken = stores.head(alice).await.rev.get() - before;
        assert_eq!(taken, told.iter().sum::<usize>() as i64, "one event for each revision");
        assert_eq!(stores.inbox.item(alice, id).await.unwrap(), None);
        stores.assert_counts_are_true(alice).await;
    }
}

fn removed(event: &LiveEvent) -> (herald_domain::UserKey, Vec<NotificationId>) {
    match event {
        LiveEvent::Changed { user, deleted, items, .. } if items.is_empty() => {
            (*user, deleted.clone())
        }
        other => panic!("not a removal: {other:?}"),
    }
}
