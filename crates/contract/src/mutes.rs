//! The mutes of [`PreferenceStore`](herald_ports::PreferenceStore), and what they mean to a send.

use herald_domain::{
    Category, Content, Draft, Leftover, Mute, Priority, Rev, State, Timestamp, UserKey,
};
use herald_ports::{Append, LiveEvent};

use crate::Stores;
use crate::fixtures::{NOW, append, collapsing, draft, ids, later, receipt_of};

/// Mutes are replaced as a whole, and told in the order of their categories.
pub async fn mutes_are_replaced_as_a_whole(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    assert_eq!(stores.mutes(alice, NOW).await, []);
    mute(stores, alice, &[("news", None), ("ci", Some(later(60)))]).await;
    let expected = [of("ci", Some(later(60))), of("news", None)];
    assert_eq!(stores.mutes(alice, NOW).await, expected);
    mute(stores, alice, &[("ci", None), ("billing", None)]).await;
    let expected = [of("billing", None), of("ci", None)];
    assert_eq!(stores.mutes(alice, NOW).await, expected);
    mute(stores, alice, &[]).await;
    assert_eq!(stores.mutes(alice, NOW).await, []);
}

/// A mute counts until its end, and not at its end.
pub async fn mutes_that_ended_count_as_none(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    mute(stores, alice, &[("ci", Some(later(60))), ("news", Some(later(120)))]).await;
    assert_eq!(stores.mutes(alice, later(59)).await.len(), 2);
    let expected = [of("news", Some(later(120)))];
    assert_eq!(stores.mutes(alice, later(60)).await, expected);
    assert_eq!(stores.mutes(alice, later(120)).await, []);
}

/// What one user mutes is nothing to another.
pub async fn mutes_are_each_user_s_own(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    mute(stores, alice, &[("ci", None)]).await;
    mute(stores, bob, &[("ci", Some(later(60)))]).await;
    mute(stores, bob, &[]).await;
    assert_eq!(stores.mutes(alice, NOW).await, [of("ci", None)]);
    assert_eq!(stores.mutes(bob, NOW).await, []);
}

/// Whoever mutes the category gets nothing, takes no revision, and is not counted.
pub async fn a_muted_category_is_not_delivered(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    mute(stores, alice, &[("ci", None), ("billing", None)]).await;
    let to_both = about("ci", draft(&["alice", "bob", "newcomer"], "hello"));
    let (outcomes, events) = stores.append(append([to_both])).await;
    let receipt = receipt_of(&outcomes[0]);
    assert_eq!((receipt.state, receipt.recipients), (State::Delivered, 2));
    assert_eq!(stores.head(alice).await.rev, Rev::default());
    assert_eq!(stores.whole_inbox(alice).await.items, []);
    assert_eq!(ids(&stores.whole_inbox(bob).await.items), [receipt.id]);

    let [LiveEvent::Appended { recipients, .. }] = &events[..] else {
        panic!("one event: {events:?}");
    };
    let told: Vec<_> = recipients.iter().map(|recipient| recipient.user).collect();
    assert_eq!(told, [bob, stores.ensure("newcomer").await]);
}

/// Other categories come through, and so does what has none.
pub async fn what_is_not_muted_is_delivered(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    mute(stores, alice, &[("ci", None)]).await;
    let other = stores.send(about("news", draft(&["alice"], "hello"))).await;
    let none = stores.send(draft(&["alice"], "hello")).await;
    assert_eq!((other.recipients, none.recipients), (1, 1));
    assert_eq!(ids(&stores.whole_inbox(alice).await.items), [none.id, other.id]);
}

/// What is sent at the end of a mute is delivered; the moment of the append counts.
pub async fn a_mute_holds_until_its_end(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    mute(stores, alice, &[("ci", Some(later(60)))]).await;
    for (seconds, recipients) in [(0, 0), (59, 0), (60, 1), (61, 1)] {
        let hello = about("ci", draft(&["alice"], "hello"));
        let (outcomes, _) = stores.append(Append { now: later(seconds), ..append([hello]) }).await;
        assert_eq!(receipt_of(&outcomes[0]).recipients, recipients, "after {seconds} s");
    }
    assert_eq!(stores.head(alice).await.rev, Rev::new(2));
}

/// What is critical is delivered whatever is muted; nothing else is.
pub async fn critical_overrides_a_mute(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    mute(stores, alice, &[("ci", None)]).await;
    for priority in Priority::ALL {
        let hello = about("ci", draft(&["alice"], "hello"));
        let content = Content { priority: *priority, ..hello.content };
        let receipt = stores.send(Draft { content, ..hello }).await;
        let expected = i64::from(*priority == Priority::Critical);
        assert_eq!(receipt.recipients, expected, "{priority:?}");
    }
}

/// A send to those alone who mute it is accepted; its sender can look at it, until it is forgotten as
/// what nobody holds.
pub async fn a_send_that_all_mute_is_accepted(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    mute(stores, alice, &[("ci", None)]).await;
    let hello = about("ci", draft(&["alice"], "hello"));
    let (outcomes, events) = stores.append(append([hello])).await;
    let receipt = receipt_of(&outcomes[0]);
    assert_eq!((receipt.state, receipt.recipients), (State::Delivered, 0));
    assert!(events.is_empty(), "{events:?}");
    let sent = stores.notifications.sent(receipt.id).await.unwrap().unwrap();
    assert_eq!(sent.receipt, *receipt);
    stores.forget(Leftover::Notifications, NOW, 10).await;
    assert_eq!(stores.notifications.sent(receipt.id).await.unwrap(), None);
}

/// What is not delivered replaces nothing.
pub async fn what_is_muted_replaces_nothing(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let first = stores.send(collapsing("build", about("ci", draft(&["alice"], "one")))).await;
    mute(stores, alice, &[("ci", None)]).await;
    stores.send(collapsing("build", about("ci", draft(&["alice"], "two")))).await;
    assert_eq!(ids(&stores.whole_inbox(alice).await.items), [first.id]);
}

fn of(category: &str, until: Option<Timestamp>) -> Mute {
    Mute { category: category.parse().unwrap(), until }
}

fn about(category: &str, draft: Draft) -> Draft {
    let category: Category = category.parse().unwrap();
    Draft { content: Content { category: Some(category), ..draft.content }, ..draft }
}

async fn mute(stores: &Stores, user: UserKey, mutes: &[(&str, Option<Timestamp>)]) {
    let mutes = mutes.iter().map(|(category, until)| of(category, *until)).collect();
    stores.mute(user, mutes).await;
}
