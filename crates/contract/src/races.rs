//! [`InboxStore`](herald_ports::InboxStore) and
//! [`NotificationStore`](herald_ports::NotificationStore): writes to one inbox at the same time.
//!
//! Whoever wins, the counts are those of the items, and every write that changed something took
//! one revision.

use herald_domain::{NotificationId, Patch, UserKey};
use herald_ports::Written;

use crate::Stores;
use crate::fixtures::{NOW, ROUNDS, append, at_once, collapsing, draft};

/// A new item that races `read_all` ends read and uncounted, or unread and counted.
pub async fn creating_races_read_all(stores: &Stores) {
    race(stores, &[Step::Create, Step::ReadAll, Step::Create, Step::SeenAll]).await;
}

/// Marking an item unread races `read_all`.
pub async fn unread_races_read_all(stores: &Stores) {
    race(stores, &[Step::Patch(Patch::read(false)), Step::ReadAll]).await;
}

/// Putting an item away, or taking it back, races `read_all`.
pub async fn archiving_races_read_all(stores: &Stores) {
    race(
        stores,
        &[Step::Patch(Patch::archived(true)), Step::ReadAll, Step::Patch(Patch::archived(false))],
    )
    .await;
}

/// An item that is read on two devices at once is counted, and told, once.
pub async fn reading_twice_counts_once(stores: &Stores) {
    for round in race(stores, &[Step::Patch(Patch::read(true)); 4]).await {
        assert_eq!(round, 1, "one of the four changed something");
    }
}

/// Removing an item races reading it.
pub async fn deleting_races_reading(stores: &Stores) {
    race(stores, &[Step::Delete, Step::Patch(Patch::read(true)), Step::Delete, Step::ReadAll])
        .await;
}

/// Replacing an item by its collapse key races reading it, and another replacement.
pub async fn collapsing_races_reading(stores: &Stores) {
    race(stores, &[Step::Collapse, Step::Patch(Patch::read(true)), Step::Collapse, Step::ReadAll])
        .await;
}

/// What one of those who race does, to the item that each round begins with.
#[derive(Debug, Clone, Copy)]
enum Step {
    Create,
    Collapse,
    Patch(Patch),
    Delete,
    ReadAll,
    SeenAll,
}

/// Runs the steps at once, round after round, each on an item of its own and with what is left of
/// the rounds before. Answers how many revisions each round took.
async fn race(stores: &Stores, steps: &[Step]) -> Vec<i64> {
    let alice = stores.ensure("alice").await;
    let mut taken = Vec::new();
    for _ in 0..ROUNDS {
        let id = stores.tell_instead("alice", "key", "to be raced for").await;
        let before = stores.head(alice).await.rev.get();
        let events = at_once(steps.len(), |nth| take(stores.clone(), alice, id, steps[nth])).await;
        let after = stores.head(alice).await.rev.get();
        let told: usize = events.into_iter().sum();
        assert_eq!(after - before, told as i64, "one event for each revision");
        stores.assert_counts_are_true(alice).await;
        taken.push(after - before);
    }
    taken
}

/// Takes the step; answers how many events came of it.
async fn take(stores: Stores, user: UserKey, id: NotificationId, step: Step) -> usize {
    let new = draft(&["alice"], "new");
    match step {
        Step::Create => stores.append(append([new])).await.1.len(),
        Step::Collapse => {
            let new = collapsing("key", new);
            stores.append(append([new])).await.1.len()
        }
        Step::Patch(patch) => told(&stores.patch(user, &[id], patch).await),
        Step::Delete => told(&stores.delete(user, &[id]).await),
        Step::ReadAll => told(&stores.inbox.read_all(user, NOW).await.unwrap()),
        Step::SeenAll => told(&stores.inbox.seen_all(user, NOW).await.unwrap()),
    }
}

fn told(written: &Written) -> usize {
    usize::from(written.event.is_some())
}
