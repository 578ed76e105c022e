//! Several processes on one database: nobody waits in a circle, and nothing is done twice.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use herald_domain::{
    Audience, Content, Draft, Keep, NotificationId, Patch, Rev, Route, SessionId, UserId, UserKey,
};
use herald_ports::{
    Accepted, Append, Entry, FanOutStore, Idempotency, InboxStore, NewSession, NoDevices,
    NotificationStore, Position, RetentionStore, Revoked, SessionStore, UserStore,
};
use herald_store_diesel::DieselStore;

use crate::sending::{NOW, hello};
use crate::{on_postgres, open};

/// How long many write at once: a moment, or as long as `TEST_LONG` says, in seconds.
fn until() -> impl Fn() -> bool + Clone + Send {
    let seconds = std::env::var("TEST_LONG").ok().and_then(|seconds| seconds.parse().ok());
    let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(4));
    move || Instant::now() < end
}

/// Numbers that look random, and are the same each time.
fn numbers(seed: u64) -> impl Iterator<Item = u64> {
    (1..).map(move |nth: u64| {
        let mixed = (nth ^ seed << 40).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 33
    })
}

fn user(nth: u64) -> UserId {
    format!("u{nth}").parse().unwrap()
}

fn to(users: impl IntoIterator<Item = u64>) -> Append {
    let users: BTreeSet<_> = users.into_iter().collect();
    let to = Audience::Users(users.into_iter().map(user).collect());
    let content = Content::of("hello".parse().unwrap());
    Append {
        entries: vec![Entry::Send(Draft { to, content, route: Route::default(), send_at: None })],
        ..hello("nobody")
    }
}

async fn key(store: &DieselStore, nth: u64) -> UserKey {
    store.by_id(user(nth)).await.unwrap().unwrap().key
}

/// Revisions without a hole, and counts that are those of the items.
async fn assert_is_sound(store: &DieselStore, user: UserKey) {
    let head = store.head(user).await.unwrap();
    let filter =
        herald_domain::ItemFilter { status: herald_domain::Status::All, ..Default::default() };
    let page = store.page(user, filter, Position::Cursor(None), 1_000_000).await.unwrap();
    let unread = page.items.iter().filter(|item| item.flags.counts_unread()).count();
    let unseen = page.items.iter().filter(|item| item.flags.counts_unseen()).count();
    assert_eq!((head.unread, head.unseen), (unread as i64, unseen as i64), "{user:?}");
    let mut revs = BTreeSet::new();
    let mut since = Rev::default();
    loop {
        let changes = store.changes(user, since, 1_000).await.unwrap().unwrap();
        revs.extend(changes.items.iter().map(|item| item.rev));
        since = changes.rev;
        if !changes.more {
            break;
        }
    }
    assert!(revs.iter().all(|rev| *rev <= head.rev));
}

on_postgres! {
    /// 16 senders, each to 100 of 300 users, beside whatever else writes to inboxes, by two processes.
    async fn nobody_waits_in_a_circle(database: &Database) {
        let stores = [open(database.url()), open(database.url())];
        for first in (0..300).step_by(100) {
            stores[0].append(to(first..first + 100)).await.unwrap();
        }
        let mut keys = Vec::new();
        for nth in 0..300 {
            keys.push(key(&stores[0], nth).await);
        }
        let (go_on, keys) = (until(), Arc::new(keys));
        let mut tasks = Vec::new();
        for task in 0..16_u64 {
            let (store, go_on) = (stores[task as usize % 2].clone(), go_on.clone());
            tasks.push(tokio::spawn(async move {
                let mut users = numbers(task).map(|number| number % 300);
                let (mut sends, mut longest) = (0_u64, Duration::ZERO);
                while go_on() {
                    let begun = Instant::now();
                    let mut append = to(users.by_ref().take(100));
                    if task % 4 == 3
                        && let Entry::Send(draft) = &mut append.entries[0]
                    {
                        draft.content.collapse_key = Some("build".parse().unwrap());
                    }
                    store.append(append).await.unwrap();
                    longest = longest.max(begun.elapsed());
                    sends += 1;
                }
                (sends, longest)
            }));
        }
        for task in 0..6_u64 {
            let (store, go_on) = (stores[task as usize % 2].clone(), go_on.clone());
            let keys = keys.clone();
            tasks.push(tokio::spawn(async move {
                let mut numbers = numbers(100 + task);
                let mut writes = 0;
                while go_on() {
                    let user = keys[numbers.next().unwrap() as usize % 300];
                    let newest = store
                        .page(user, Default::default(), Position::Cursor(None), 20)
                        .await
                        .unwrap();
                    let ids: Vec<_> = newest.items.iter().map(|item| item.id()).collect();
                    match writes % 5 {
                        0 => drop(store.patch(user, ids, Patch::seen(), NOW).await.unwrap()),
                        1 => drop(InboxStore::delete(&*store, user, ids, NOW).await.unwrap()),
                        2 => drop(store.read_all(user, NOW).await.unwrap()),
                        3 => {
                            let keep = Keep { items: 50, after: None };
                            let after = UserKey::new(user.get() - 1);
                            store.trim(after, keep, NOW, 100).await.unwrap();
                        }
                        _ => {
                            let mut everybody = to([]);
                            if let Entry::Send(draft) = &mut everybody.entries[0] {
                                draft.to = Audience::EVERYONE;
                            }
                            store.append(everybody).await.unwrap();
                            while store.step(None, NOW, Arc::new(NoDevices)).await.unwrap().is_some() {}
                        }
                    }
                    writes += 1;
                }
                (0, Duration::ZERO)
            }));
        }
        let (mut sends, mut longest) = (0, Duration::ZERO);
        for task in tasks {
            let (sent, slowest) = task.await.unwrap();
            (sends, longest) = (sends + sent, longest.max(slowest));
        }
        println!("{sends} sends to 100 users each, the longest {longest:.0?}");
        assert!(sends > 20, "{sends}");
        assert_eq!(database.circles(), 0);
        while stores[0].step(None, NOW, Arc::new(NoDevices)).await.unwrap().is_some() {}
        for user in &*keys {
            assert_is_sound(&stores[0], *user).await;
        }
    }
}

on_postgres! {
    /// One request that comes to two processes many times at once is stored once.
    async fn one_request_is_stored_once(database: &Database) {
        let stores = [open(database.url()), open(database.url())];
        stores[0].append(to(0..10)).await.unwrap();
        for round in 0..20_u8 {
            let idempotency = Idempotency { key: [round; 16], fingerprint: [1; 16] };
            let answers = herald_contract::fixtures::at_once(16, |nth| {
                let store = stores[nth % 2].clone();
                // some whose recipients are new, too
                let users = if round % 2 == 0 { 0..10 } else { u64::from(round) * 100..u64::from(round) * 100 + 5 };
                let append = Append { idempotency: Some(idempotency), ..to(users) };
                async move { store.append(append).await.unwrap() }
            });
            let fresh = |answer: &Accepted| matches!(answer, Accepted::Fresh(..));
            let answers = answers.await;
            assert_eq!(answers.iter().filter(|answer| fresh(answer)).count(), 1, "{answers:?}");
        }
    }
}

on_postgres! {
    /// New users whom two processes hear of at once are created once.
    async fn new_users_are_created_once(database: &Database) {
        let stores = [open(database.url()), open(database.url())];
        for round in 0..20_u64 {
            let sends = herald_contract::fixtures::at_once(8, |nth| {
                let store = stores[nth % 2].clone();
                let first = round * 100;
                let mut users: Vec<_> = (first..first + 30).collect();
                users.rotate_left(nth * 3);
                async move { store.append(to(users)).await.unwrap() }
            });
            sends.await;
            let head = stores[1].head(key(&stores[1], round * 100).await).await.unwrap();
            assert_eq!((head.rev, head.unread), (Rev::new(8), 8));
        }
        assert_eq!(database.circles(), 0);
    }
}

on_postgres! {
    /// Whoever reads on from a position of the log of revocations misses none.
    async fn no_revocation_is_missed(database: &Database) {
        let stores = [open(database.url()), open(database.url())];
        let (mut position, _) = stores[0].revocations_since(None).await.unwrap();
        let mut tasks = Vec::new();
        for task in 0..8_u8 {
            let store = stores[usize::from(task % 2)].clone();
            tasks.push(tokio::spawn(async move {
                let user = store.ensure(user(u64::from(task)), NOW).await.unwrap().unwrap().key;
                for nth in 0..50_u8 {
                    let id = SessionId::new(format!("{task}-{nth}"));
                    let mut refresh = [task; 32];
                    refresh[0] = nth;
                    let session = NewSession {
                        id: id.clone(), user, refresh, refresh_expires_at: NOW, now: NOW,
                    };
                    SessionStore::open(&*store, session).await.unwrap();
                    SessionStore::revoke(&*store, id, NOW).await.unwrap();
                }
            }));
        }
        let mut told = BTreeSet::new();
        while told.len() < 400 {
            let done = tasks.iter().all(|task| task.is_finished());
            let (next, revoked) = stores[1].revocations_since(Some(position)).await.unwrap();
            position = next;
            for revocation in revoked {
                let Revoked::Session { session, .. } = revocation.what else { panic!("no login") };
                assert!(told.insert(session.to_string()));
            }
            assert!(!done || told.len() == 400, "{} of 400", told.len());
        }
        for task in tasks {
            task.await.unwrap();
        }
    }
}

on_postgres! {
    /// Two processes share the steps of what waits, each at something else, and everybody gets all once.
    async fn processes_share_the_steps(database: &Database) {
        const USERS: i64 = 3_000;
        let stores = [open(database.url()), open(database.url())];
        for first in (0..USERS as u64).step_by(100) {
            stores[0].append(to(first..first + 100)).await.unwrap();
        }
        let mut ids: Vec<NotificationId> = Vec::new();
        for _ in 0..4 {
            let mut everybody = to([]);
            if let Entry::Send(draft) = &mut everybody.entries[0] {
                draft.to = Audience::EVERYONE;
            }
            match stores[0].append(everybody).await.unwrap() {
                Accepted::Fresh(outcomes, ..) => match &outcomes[..] {
                    [herald_ports::Outcome::Sent(receipt)] => ids.push(receipt.id),
                    other => panic!("{other:?}"),
                },
                other => panic!("{other:?}"),
            }
        }
        let steps = herald_contract::fixtures::at_once(4, |nth| {
            let store = stores[nth % 2].clone();
            async move {
                let mut reached = 0;
                while let Some(step) = store.step(None, NOW, Arc::new(NoDevices)).await.unwrap() {
                    reached += step.reached;
                }
                reached
            }
        });
        let reached = steps.await;
        assert_eq!(reached.iter().sum::<i64>(), 4 * USERS, "{reached:?}");
        assert!(reached.iter().filter(|reached| **reached > 0).count() > 1, "{reached:?}");
        for id in ids {
            let sent = stores[0].sent(id).await.unwrap().unwrap();
            assert_eq!((sent.receipt.recipients, sent.total), (USERS, Some(USERS)));
        }
        for nth in (0..USERS as u64).step_by(97) {
            let user = key(&stores[0], nth).await;
            assert_eq!(stores[0].head(user).await.unwrap().rev, Rev::new(5));
            assert_is_sound(&stores[0], user).await;
        }
    }
}

on_postgres! {
    /// Processes that start at once on an empty database make its tables together, and agree on the epoch.
    async fn processes_start_at_once(database: &Database) {
        database.empty();
        let epochs = herald_contract::fixtures::at_once(4, |_| {
            let url = database.url();
            async move { open(url).epoch() }
        });
        let epochs = epochs.await;
        assert!(epochs.iter().all(|epoch| *epoch == epochs[0]), "{epochs:?}");
        open(database.url()).append(to(0..3)).await.unwrap();
    }
}
