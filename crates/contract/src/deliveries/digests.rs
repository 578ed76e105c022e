//! What is collected, and goes out as one message.

use herald_domain::{
    Cadence, Category, Channel, ChannelSet, Choices, Content, DeliveryStatus, Draft, Mute,
    NotificationId, Outcome, Preferences, UserKey,
};
use herald_ports::{DeliveryFilter, Then, UserChange};

use super::decisions::quiet;
use crate::Stores;
use crate::fixtures::{NOW, ROUNDS, at_once, by, draft, expiring, later, made, user_id};

/// The full hour after [`NOW`].
const HOUR: u64 = 3_600;

/// What is collected goes out as one message, oldest first, and each notification is traced to it.
pub async fn a_digest_is_one_message(stores: &Stores) {
    let alice = collecting(stores, "alice").await;
    let mut sent = Vec::new();
    for nth in 0..3 {
        sent.push(stores.send(ci("alice", &format!("number {nth}"))).await.id);
    }
    assert_eq!(stores.plan(NOW).await.due, ChannelSet::NONE);
    for id in &sent {
        let decided = stores.decided(*id, alice, Channel::Email).await;
        assert_eq!(decided, "digest: it is collected for the user's digest");
    }
    assert_eq!(stores.deliveries.next_plan().await.unwrap(), Some(later(HOUR)));
    assert_eq!(stores.plan(later(HOUR - 1)).await.taken, 0);
    let planned = stores.plan(later(HOUR)).await;
    assert_eq!((planned.taken, planned.due), (3, ChannelSet::of([Channel::Email])));

    let claimed = stores.claim_mail(later(HOUR)).await;
    let told: Vec<_> = claimed.notifications.iter().map(|one| one.id).collect();
    assert_eq!(told, sent);
    assert_eq!(claimed.to.as_ref().unwrap().channel(), Channel::Email);
    let shown = stores.delivery(claimed.id).await;
    assert!(shown.is_digest && shown.notifications == sent, "{shown:?}");
    stores.record(made(&claimed, Outcome::Sent, later(HOUR), Then::Sent), NOW).await;
    let listed = stores.deliveries.progress(alice, sent.clone()).await.unwrap();
    let told: Vec<_> = listed.into_iter().map(|one| one.deliveries).collect();
    assert_eq!(told, vec![vec![(Channel::Email, DeliveryStatus::Sent)]; 3]);
    for id in sent {
        let trace = stores.trace(id, alice).await;
        let [delivery] = &trace.deliveries[..] else { panic!("{trace:?}") };
        assert_eq!((delivery.id, delivery.status), (claimed.id, DeliveryStatus::Sent));
        let filter = DeliveryFilter { notification: Some(id), ..DeliveryFilter::default() };
        let listed = stores.all_deliveries(filter).await;
        assert_eq!(listed, trace.deliveries);
        let decided = stores.decided(id, alice, Channel::Email).await;
        assert!(decided.starts_with("send"), "{decided}");
    }
}

/// Each user, and each channel, has a digest of its own.
pub async fn each_has_a_digest_of_their_own(stores: &Stores) {
    let alice = collecting(stores, "alice").await;
    stores.with_phone("alice").await;
    let bob = collecting(stores, "bob").await;
    let both = draft(&["alice", "bob"], "to both");
    let category: Option<Category> = Some("ci".parse().unwrap());
    let both = Draft { content: Content { category, ..both.content }, ..both };
    stores.send(by(&[Channel::Email, Channel::Sms], both)).await;
    stores.send(ci("alice", "to one")).await;
    stores.plan(NOW).await;
    stores.plan(later(HOUR)).await;
    let mut mails = stores.claim(Channel::Email, later(HOUR)).await;
    mails.sort_by_key(|one| one.user);
    let told: Vec<_> = mails.iter().map(|one| (one.user, one.notifications.len())).collect();
    assert_eq!(told, [(alice, 2), (bob, 1)]);
    let texts = stores.claim(Channel::Sms, later(HOUR)).await;
    assert!(texts.len() == 1 && texts[0].user == alice, "{texts:?}");
}

/// What is not worth telling any more when the time comes is left out, and its line says why.
pub async fn what_is_over_is_left_out(stores: &Stores) {
    let alice = collecting(stores, "alice").await;
    let expired = stores.send(expiring(later(60), ci("alice", "brief"))).await.id;
    let good = stores.send(ci("alice", "good")).await.id;
    stores.plan(NOW).await;
    stores.plan(later(HOUR)).await;
    assert_eq!(stores.decided(expired, alice, Channel::Email).await, "suppress: it has expired");
    let claimed = stores.claim_mail(later(HOUR)).await;
    assert_eq!(claimed.notifications.iter().map(|one| one.id).collect::<Vec<_>>(), [good]);
}

/// When nothing is left of it, or there is no address any more, nothing goes out.
pub async fn an_empty_digest_is_none(stores: &Stores) {
    let alice = collecting(stores, "alice").await;
    let bob = collecting(stores, "bob").await;
    let (muted, lost) =
        (stores.send(ci("alice", "hello")).await.id, stores.send(ci("bob", "hello")).await.id);
    stores.plan(NOW).await;
    stores.mute(alice, vec![Mute { category: "ci".parse().unwrap(), until: None }]).await;
    stores.change("bob", UserChange { email: Some(None), ..UserChange::default() }).await;
    let planned = stores.plan(later(HOUR)).await;
    assert_eq!((planned.taken, planned.due), (2, ChannelSet::NONE));
    assert_eq!(stores.decided(muted, alice, Channel::Email).await, "suppress: ci is muted");
    let decided = stores.decided(lost, bob, Channel::Email).await;
    assert_eq!(decided, "suppress: the user has no address for this channel");
    assert!(stores.all_deliveries(DeliveryFilter::default()).await.is_empty());
}

/// A digest whose time falls into quiet hours waits as a whole, and takes along what comes meanwhile.
pub async fn a_digest_waits_for_the_end_of_quiet_hours(stores: &Stores) {
    let alice = collecting(stores, "alice").await;
    for nth in 0..2 {
        stores.send(ci("alice", &format!("number {nth}"))).await;
    }
    stores.plan(NOW).await;
    quiet(stores, alice, HOUR + 1_800).await;
    assert_eq!(stores.plan(later(HOUR)).await.due, ChannelSet::NONE);
    assert_eq!(stores.deliveries.next_plan().await.unwrap(), Some(later(HOUR + 1_800)));
    stores.plan(later(HOUR + 1_800)).await;
    assert_eq!(stores.claim_mail(later(HOUR + 1_800)).await.notifications.len(), 2);
}

/// However many plan at once, what was collected for a user is one message.
pub async fn planners_do_not_split_a_digest(stores: &Stores) {
    let mut keys = Vec::new();
    for nth in 0..4 {
        keys.push(collecting(stores, &format!("u{nth}")).await);
    }
    for round in 0..ROUNDS {
        let mut sent: Vec<NotificationId> = Vec::new();
        for nth in 0..4 {
            for part in 0..5 {
                let message = format!("{round} {part}");
                sent.push(stores.send(ci(&format!("u{nth}"), &message)).await.id);
            }
        }
        stores.plan(NOW).await;
        at_once(4, |_| {
            let stores = stores.clone();
            async move { stores.plan(later(HOUR)).await }
        })
        .await;
        // whoever was passed over because another held them is done by now, or next time
        stores.plan(later(HOUR)).await;
        let claimed = stores.claim(Channel::Email, later(HOUR)).await;
        let mut users: Vec<UserKey> = claimed.iter().map(|one| one.user).collect();
        users.sort_unstable();
        assert_eq!(users, keys, "round {round}");
        assert!(claimed.iter().all(|one| one.notifications.len() == 5), "{claimed:?}");
        for one in &claimed {
            let sent = made(one, Outcome::Sent, later(HOUR), Then::Sent);
            stores.record(sent, later(HOUR)).await;
        }
    }
}

/// Who was deleted has no digest, and nobody waits for it.
pub async fn digests_of_who_was_deleted_are_none(stores: &Stores) {
    collecting(stores, "alice").await;
    stores.send(ci("alice", "hello")).await;
    stores.plan(NOW).await;
    stores.users.delete(user_id("alice"), NOW).await.unwrap();
    stores.plan(later(HOUR)).await;
    assert_eq!(stores.deliveries.next_plan().await.unwrap(), None);
    assert!(stores.claim(Channel::Email, later(HOUR)).await.is_empty());
}

/// Makes sure of a user with an e-mail address who wants the category `ci` by the hour.
async fn collecting(stores: &Stores, id: &str) -> UserKey {
    let key = stores.with_email(id).await;
    let category: Category = "ci".parse().unwrap();
    let default = Choices::from([(Channel::Email, true)]);
    let digest = [(category, Cadence::Hourly)].into();
    stores.prefer(key, Preferences { default, digest, ..Preferences::default() }).await;
    key
}

fn ci(to: &str, message: &str) -> Draft {
    let draft = draft(&[to], message);
    let category: Option<Category> = Some("ci".parse().unwrap());
    Draft { content: Content { category, ..draft.content }, ..draft }
}
