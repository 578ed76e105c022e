//! [`NotificationStore`](herald_ports::NotificationStore): sending to one and to many.

use std::collections::BTreeSet;

use herald_domain::{
    Content, Data, Draft, Flags, Kind, NotificationId, Priority, Rev, Route, State,
};
use herald_ports::{Append, Delivered, Entry, LiveEvent, Outcome, Refusal, SentNotification};

use crate::Stores;
use crate::fixtures::{NOW, append, at_once, draft, ids, later, not_sent, receipt_of, user_id};

/// What was sent is in the inbox at once, in every part as it was sent.
pub async fn what_was_sent_is_in_the_inbox_at_once(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let data = serde_json::json!({"run": 7, "tags": ["ä", null]});
    let content = Content {
        title: Some("Build finished".parse().unwrap()),
        message: "main is green\n✓".parse().unwrap(),
        kind: Kind::Success,
        priority: Priority::High,
        category: Some("ci".parse().unwrap()),
        topic: Some("releases".parse().unwrap()),
        data: Data::from_object(data.as_object().unwrap()).unwrap(),
        action_url: Some("/runs/7".parse().unwrap()),
        expires_at: Some(later(3_600)),
        collapse_key: Some("run 7".parse().unwrap()),
    };
    let full = Draft { content: content.clone(), ..draft(&["alice"], "x") };
    let receipt = stores.send(full).await;
    assert_eq!((receipt.state, receipt.recipients), (State::Delivered, 1));
    assert_eq!(receipt.created_at, NOW);

    let page = stores.whole_inbox(alice).await;
    assert_eq!((page.head.rev, page.head.unread, page.head.unseen), (Rev::new(1), 1, 1));
    let item = &page.items[0];
    assert_eq!((item.rev, item.flags), (Rev::new(1), Flags::default()));
    assert_eq!(item.notification.id, receipt.id);
    assert_eq!(item.notification.content, content);
    assert_eq!(item.notification.sender, "ci-bot");
    assert_eq!(item.notification.created_at, NOW);
    assert_eq!(stores.item(alice, receipt.id).await, *item);
}

/// Each of several recipients has the item, and one event tells of all of them.
pub async fn several_recipients_have_one_event(stores: &Stores) {
    let names = ["carol", "alice", "bob"];
    let mut users = Vec::new();
    for name in names {
        users.push(stores.ensure(name).await);
    }
    stores.tell("bob", "before").await;
    let (outcomes, events) = stores.append(append([draft(&names, "hello")])).await;
    assert_eq!(receipt_of(&outcomes[0]).recipients, 3);

    let [LiveEvent::Appended { notification, recipients }] = &events[..] else {
        panic!("one event: {events:?}");
    };
    let mut expected = Vec::new();
    for user in BTreeSet::from_iter(users) {
        let page = stores.whole_inbox(user).await;
        assert_eq!(page.items[0].notification, *notification);
        let head = page.head;
        expected.push(Delivered { user, head });
    }
    assert_eq!(*recipients, expected, "in the order of the users' keys");
}

/// The entries of a batch reach a recipient in their order, and the numbers grow.
pub async fn a_batch_keeps_its_order(stores: &Stores) {
    let drafts = ["one", "two", "three"].map(|message| draft(&["alice"], message));
    let (outcomes, events) = stores.append(append(drafts)).await;
    let sent: Vec<_> = outcomes.iter().map(|o| receipt_of(o).id).collect();
    assert!(sent.is_sorted(), "{sent:?}");
    assert_eq!(events.len(), 3);
    let alice = stores.ensure("alice").await;
    let mut listed = ids(&stores.whole_inbox(alice).await.items);
    listed.reverse();
    assert_eq!(listed, sent);
}

/// An entry that is refused, before or by the store, does not stop the others, and its answer
/// stands in its place.
pub async fn a_batch_may_be_refused_in_part(stores: &Stores) {
    let early = Refusal::unknown_recipient("somebody");
    let batch = Append {
        entries: vec![
            Entry::Send(draft(&["alice"], "one")),
            Entry::Refused(early.clone()),
            Entry::Send(draft(&["alice", "31415"], "two")),
            Entry::Send(draft(&["alice"], "three")),
        ],
        ..append([])
    };
    let (outcomes, events) = stores.append(batch).await;
    assert_eq!(*not_sent(&outcomes[1]), early);
    assert_eq!(*not_sent(&outcomes[2]), Refusal::unknown_recipient("31415"));
    let sent = [receipt_of(&outcomes[3]).id, receipt_of(&outcomes[0]).id];
    assert_eq!((outcomes.len(), events.len()), (4, 2));
    let alice = stores.ensure("alice").await;
    let page = stores.whole_inbox(alice).await;
    assert_eq!(ids(&page.items), sent);
    assert_eq!(page.head.rev, Rev::new(2), "a refusal takes no revision");
}

/// A refused entry leaves nothing: no item, and no recipient who was not there before.
pub async fn a_refused_entry_leaves_nothing_behind(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let refused = draft(&["alice", "newcomer", "31415"], "hello");
    let (outcomes, events) = stores.append(append([refused])).await;
    assert_eq!(*not_sent(&outcomes[0]), Refusal::unknown_recipient("31415"));
    assert!(events.is_empty());
    assert_eq!(stores.whole_inbox(alice).await.items, []);
    assert_eq!(stores.head(alice).await.rev, Rev::default());
    let newcomer = stores.users.by_id(user_id("newcomer")).await.unwrap();
    assert_eq!(newcomer, None);
}

/// Recipients who do not exist are created if the sender may, and else refused.
pub async fn recipients_are_created_on_request_only(stores: &Stores) {
    let may_not = Append { create_recipients: false, ..append([draft(&["alice"], "hello")]) };
    let (outcomes, _) = stores.append(may_not.clone()).await;
    assert_eq!(*not_sent(&outcomes[0]), Refusal::unknown_recipient("alice"));
    let alice = || stores.users.by_id(user_id("alice"));
    assert_eq!(alice().await.unwrap(), None);

    stores.tell("alice", "hello").await;
    let created = alice().await.unwrap().unwrap();
    assert_eq!((created.username, created.created_at), (None, NOW));
    let (outcomes, _) = stores.append(may_not).await;
    receipt_of(&outcomes[0]);
    assert_eq!(stores.whole_inbox(created.key).await.items.len(), 2);
}

/// A recipient created for one entry of a batch is there for the next.
pub async fn a_recipient_is_created_once_in_a_batch(stores: &Stores) {
    let drafts = ["one", "two"].map(|message| draft(&["alice"], message));
    stores.append(append(drafts)).await;
    let alice = stores.ensure("alice").await;
    assert_eq!(stores.whole_inbox(alice).await.items.len(), 2);
}

/// A login name is not an id: the refusal says which id was meant. The id itself is good.
pub async fn a_login_name_is_not_an_id(stores: &Stores) {
    let alice = stores.register("Alice").await;
    for name in ["Alice", "alice"] {
        let (outcomes, _) = stores.append(append([draft(&[name], "hello")])).await;
        let refusal = Refusal::username_not_id(name, alice.id.as_str());
        assert_eq!(*not_sent(&outcomes[0]), refusal);
    }
    stores.tell(alice.id.as_str(), "hello").await;
    assert_eq!(stores.head(alice.key).await.unread, 1);
}

/// A user of that id gets the message, whoever else logs in by that name.
pub async fn an_id_goes_before_a_login_name(stores: &Stores) {
    let known = stores.ensure("alice").await;
    let other = stores.register("alice").await;
    stores.tell("alice", "hello").await;
    assert_eq!(stores.head(known).await.unread, 1);
    assert_eq!(stores.head(other.key).await.unread, 0);
}

/// A notification is found by its number, with who sent it and what became of it.
pub async fn what_was_sent_is_found_by_its_number(stores: &Stores) {
    let (outcomes, events) = stores.append(append([draft(&["alice", "bob"], "hello")])).await;
    let receipt = receipt_of(&outcomes[0]).clone();
    let LiveEvent::Appended { notification, .. } = &events[0] else {
        panic!("appended: {events:?}");
    };
    let expected = SentNotification {
        notification: notification.clone(),
        principal: "key:1".to_owned(),
        receipt: receipt.clone(),
        total: Some(2),
        send_at: None,
        route: Route::default(),
    };
    let sent = |id| stores.notifications.sent(id);
    assert_eq!(sent(receipt.id).await.unwrap(), Some(expected.clone()));
    assert_eq!(sent(NotificationId::new(999)).await.unwrap(), None);

    let bob = stores.ensure("bob").await;
    stores.delete(bob, &[receipt.id]).await;
    let after = sent(receipt.id).await.unwrap();
    assert_eq!(after, Some(expected), "who removes it does not unsend it");
}

/// Many who send to one user at once take one revision each, without a hole.
pub async fn appends_at_once_take_one_revision_each(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let heads = at_once(64, |nth| {
        let stores = stores.clone();
        async move {
            let message = format!("number {nth}");
            let (_, events) = stores.append(append([draft(&["alice"], &message)])).await;
            match &events[..] {
                [LiveEvent::Appended { recipients, .. }] => recipients[0].head,
                _ => panic!("one event: {events:?}"),
            }
        }
    })
    .await;
    let revs: BTreeSet<_> = heads.iter().map(|head| head.rev.get()).collect();
    assert_eq!(revs, (1..=64).collect());
    assert!(heads.iter().all(|head| head.unread == head.rev.get()));
    let page = stores.whole_inbox(alice).await;
    let revs: Vec<_> = page.items.iter().map(|item| item.rev.get()).collect();
    assert_eq!(revs, (1..=64).rev().collect::<Vec<_>>());
}

/// Senders to overlapping sets of users, named in different orders, never block each other.
pub async fn overlapping_recipients_never_fail(stores: &Stores) {
    const USERS: usize = 300;
    const STEPS: [usize; 4] = [7, 11, 13, 17]; // coprime to 300: no user is met twice
    let sent = at_once(16, |task| {
        let stores = stores.clone();
        async move {
            let start = task * 37;
            let names: Vec<_> = (0..100)
                .map(|nth| format!("u{}", (start + nth * STEPS[task % 4]) % USERS))
                .collect();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            for round in 0..3 {
                stores.send(draft(&names, &format!("round {round}"))).await;
            }
        }
    })
    .await;
    let mut items = 0;
    for nth in 0..USERS {
        let user = stores.ensure(&format!("u{nth}")).await;
        let page = stores.whole_inbox(user).await;
        assert_eq!(page.head.rev.get(), page.items.len() as i64);
        assert_eq!(page.head.unread, page.items.len() as i64);
        items += page.items.len();
    }
    assert_eq!(items, sent.len() * 3 * 100);
}

/// An append without entries is answered without outcomes.
pub async fn an_empty_batch_is_answered(stores: &Stores) {
    let (outcomes, events) = stores.append(append([])).await;
    assert_eq!(outcomes, Vec::<Outcome>::new());
    assert!(events.is_empty());
}
