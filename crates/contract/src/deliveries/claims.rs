//! Who has a delivery in hand, and for how long.

use std::time::Duration;

use herald_domain::{
    Address, Attempt, Channel, Content, DeliveryStatus, Draft, Locale, Outcome, Preferences,
    Priority, Timestamp, UserKey,
};
use herald_ports::{Append, Claimed, DeliveryFilter, Then, UserChange};

use crate::Stores;
use crate::fixtures::{
    LEASE, NOW, ROUNDS, append, at_once, by, expiring, later, made, mail, unmade, user_id,
};

/// Whoever takes on a delivery learns all there is to know for it.
pub async fn a_claim_says_it_all(stores: &Stores) {
    let alice = stores.with_email("alice").await;
    let locale: Option<Locale> = Some("pt-BR".parse().unwrap());
    stores.prefer(alice, Preferences { locale: locale.clone(), ..Preferences::default() }).await;
    let traceparent = Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned());
    let send = append([expiring(later(90), mail("alice", "hello"))]);
    stores.append(Append { traceparent: traceparent.clone(), ..send }).await;
    stores.plan(NOW).await;
    let claimed = stores.claim_mail(NOW).await;
    assert_eq!((claimed.user, claimed.recipient.as_str()), (alice, "alice"));
    assert_eq!((claimed.attempt, claimed.locale), (1, locale));
    assert_eq!((claimed.traceparent, claimed.expires_at), (traceparent, Some(later(90))));
    let told = &claimed.notifications[0];
    assert_eq!((told.content.message.as_str(), told.sender.as_str()), ("hello", "ci-bot"));
    let Some(Address::Email(to)) = claimed.to else { panic!("{:?}", claimed.to) };
    assert_eq!(to.as_str(), "alice@example.com");
    let shown = stores.delivery(claimed.id).await;
    assert_eq!(shown.status, DeliveryStatus::Sending);
    assert_eq!((shown.updated_at, shown.due_at), (NOW, Some(NOW.plus(LEASE))));
}

/// It goes to where its user is reached when it is taken on, and nowhere if there is no such place.
pub async fn it_goes_where_the_user_is_now(stores: &Stores) {
    stores.with_email("alice").await;
    let change = |change: UserChange| stores.change("alice", change);
    let mut claimed = stores.mail_in_hand("alice", "hello").await;
    let moved = Some(Some("alice@example.org".parse().unwrap()));
    let back = moved.clone();
    let changes = [
        (UserChange { email: moved, ..UserChange::default() }, Some("alice@example.org")),
        (UserChange { email: Some(None), ..UserChange::default() }, None),
        (UserChange { email: back, ..UserChange::default() }, Some("alice@example.org")),
        (UserChange { disabled: Some(true), ..UserChange::default() }, None),
    ];
    for (what, expected) in changes {
        change(what).await;
        stores.record(unmade(&claimed, Then::Release(NOW)), NOW).await;
        claimed = stores.claim_mail(NOW).await;
        let to = claimed.to.as_ref().map(|to| match to {
            Address::Email(to) => to.as_str(),
            other => panic!("{other:?}"),
        });
        assert_eq!(to, expected);
    }
    stores.users.delete(user_id("alice"), NOW).await.unwrap();
    stores.record(unmade(&claimed, Then::Release(NOW)), NOW).await;
    let left = stores.claim(Channel::Email, NOW).await;
    assert!(left.iter().all(|one| one.to.is_none()), "{left:?}");
}

/// Of what is due, what is urgent goes first, and then what has been due for longest; what is not due,
/// or goes by another channel, stays.
pub async fn what_is_urgent_goes_first(stores: &Stores) {
    stores.with_email("alice").await;
    stores.with_phone("alice").await;
    for (nth, priority) in
        [Priority::Medium, Priority::Low, Priority::High, Priority::Critical].iter().enumerate()
    {
        let draft = mail("alice", priority.as_str());
        let content = Content { priority: *priority, ..draft.content };
        stores.send(Draft { content, ..draft }).await;
        stores.plan(later(nth as u64)).await;
    }
    let text = by(&[Channel::Sms], mail("alice", "text"));
    stores.send(text).await;
    stores.plan(NOW).await;
    assert_eq!(stores.deliveries.next_delivery(Channel::Email).await.unwrap(), Some(NOW));
    let claim = async |limit, now| {
        let claimed = stores.deliveries.claim(Channel::Email, limit, LEASE, now).await.unwrap();
        let mut said: Vec<_> = claimed.iter().map(said).collect();
        said.sort_unstable();
        said
    };
    assert_eq!(claim(9, later(1)).await, ["low", "medium"]);
    assert_eq!(stores.deliveries.next_delivery(Channel::Email).await.unwrap(), Some(later(2)));
    stores.send(mail("alice", "new")).await;
    stores.plan(later(4)).await;
    assert_eq!(claim(1, later(9)).await, ["high"]);
    assert_eq!(claim(1, later(9)).await, ["critical"]);
    assert_eq!(claim(9, later(9)).await, ["new"]);
    assert_eq!(claim(9, later(9)).await, [""; 0]);
    assert_eq!(stores.claim(Channel::Sms, NOW).await.len(), 1);
}

/// What is in somebody's hands comes to nobody else, until its time is over: then it is lost, and may be
/// claimed again.
pub async fn a_claim_ends(stores: &Stores) {
    stores.with_email("alice").await;
    let first = stores.mail_in_hand("alice", "hello").await;
    let end = NOW.plus(LEASE);
    assert_eq!(stores.deliveries.next_delivery(Channel::Email).await.unwrap(), Some(end));
    let early = end.minus(Duration::from_micros(1));
    assert!(stores.claim(Channel::Email, early).await.is_empty());
    let second = stores.claim_mail(end).await;
    assert_eq!(second.id, first.id);
    assert!(second.claim > first.claim);
    assert_eq!(second.attempt, 1, "what is lost does not count");
    let attempts = stores.delivery(first.id).await.attempts;
    assert_eq!(attempts, [Attempt { at: end, outcome: Outcome::Lost, detail: None }]);

    // who comes too late says nothing any more
    let late = made(&first, Outcome::Permanent, end, Then::Fail("late".to_owned()));
    stores.record(late, end).await;
    assert_eq!(stores.delivery(first.id).await.status, DeliveryStatus::Sending);
    stores.record(made(&second, Outcome::Sent, later(99), Then::Sent), later(99)).await;
    let shown = stores.delivery(first.id).await;
    assert_eq!((shown.status, shown.due_at), (DeliveryStatus::Sent, None));
    let outcomes: Vec<_> = shown.attempts.iter().map(|made| made.outcome).collect();
    assert_eq!(outcomes, [Outcome::Lost, Outcome::Sent]);
}

/// Whoever is late is heard nevertheless, as long as nobody else has taken it on.
pub async fn a_late_word_counts_if_nobody_came_between(stores: &Stores) {
    stores.with_email("alice").await;
    let claimed = stores.mail_in_hand("alice", "hello").await;
    let late = NOW.plus(LEASE * 2);
    stores.record(made(&claimed, Outcome::Sent, late, Then::Sent), late).await;
    assert_eq!(stores.delivery(claimed.id).await.status, DeliveryStatus::Sent);
    assert!(stores.claim(Channel::Email, late).await.is_empty());
}

/// What is lost ten times in a row fails: it may be what ends those who take it on.
pub async fn what_is_lost_again_and_again_fails(stores: &Stores) {
    stores.with_email("alice").await;
    let mut now = NOW;
    let first = stores.mail_in_hand("alice", "hello").await;
    let id = first.id;
    let lose = async |now: &mut Timestamp| {
        *now = now.plus(LEASE);
        stores.claim(Channel::Email, *now).await.pop()
    };
    for _ in 0..9 {
        assert!(lose(&mut now).await.is_some());
    }
    assert!(lose(&mut now).await.is_none(), "ten times");
    let shown = stores.delivery(id).await;
    assert_eq!((shown.status, shown.attempts.len()), (DeliveryStatus::Failed, 10));
    assert!(shown.reason.is_some_and(|reason| reason.contains("ten times in a row")));

    assert!(stores.deliveries.redrive(id, now).await.unwrap());
    let mut claimed = stores.claim_mail(now).await;
    for _ in 0..9 {
        claimed = lose(&mut now).await.unwrap();
    }
    // one word, and it begins to count anew
    let again = made(&claimed, Outcome::Transient, now, Then::Retry(now));
    stores.record(again, now).await;
    claimed = stores.claim_mail(now).await;
    assert_eq!(claimed.attempt, 2);
    for _ in 0..9 {
        claimed = lose(&mut now).await.unwrap();
    }
    assert_eq!(claimed.attempt, 2);
}

/// Of many who claim at once, each delivery comes to one.
pub async fn claimers_share_the_deliveries(stores: &Stores) {
    stores.with_email("alice").await;
    for round in 0..ROUNDS {
        for nth in 0..12 {
            stores.send(mail("alice", &format!("{round} {nth}"))).await;
        }
        stores.plan(NOW).await;
        let claimed = at_once(4, |_| {
            let stores = stores.clone();
            async move {
                let (mut mine, mut more) = (Vec::new(), true);
                while more {
                    let some = stores.deliveries.claim(Channel::Email, 2, LEASE, NOW).await;
                    let some = some.unwrap();
                    more = !some.is_empty();
                    mine.extend(some);
                }
                mine
            }
        })
        .await;
        let mut claimed: Vec<Claimed> = claimed.into_iter().flatten().collect();
        claimed.extend(stores.claim(Channel::Email, NOW).await);
        let mut ids: Vec<_> = claimed.iter().map(|one| one.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((ids.len(), claimed.len()), (12, 12), "round {round}");
        let sent = claimed.iter().map(|one| made(one, Outcome::Sent, NOW, Then::Sent)).collect();
        stores.deliveries.record(sent, NOW).await.unwrap();
    }
}

/// When a claim ends while several look, one of them has it, and of who had it and who has it, one is
/// heard.
pub async fn a_claim_that_ran_out_comes_to_one(stores: &Stores) {
    let alice: UserKey = stores.with_email("alice").await;
    for round in 0..ROUNDS {
        let first = stores.mail_in_hand("alice", "hello").await;
        let end = NOW.plus(LEASE);
        let claimed = at_once(4, |nth| {
            let (stores, first) = (stores.clone(), first.clone());
            async move {
                if nth == 0 {
                    stores.record(made(&first, Outcome::Sent, end, Then::Sent), end).await;
                    return Vec::new();
                }
                stores.claim(Channel::Email, end).await
            }
        })
        .await;
        let claimed: Vec<_> = claimed.into_iter().flatten().collect();
        assert!(claimed.len() <= 1, "round {round}: {claimed:?}");
        for one in &claimed {
            stores.record(made(one, Outcome::Sent, end, Then::Sent), end).await;
        }
        let shown = stores.delivery(first.id).await;
        assert_eq!(shown.status, DeliveryStatus::Sent, "round {round}");
        let sent = shown.attempts.iter().filter(|made| made.outcome == Outcome::Sent);
        assert_eq!(sent.count(), 1, "round {round}: {shown:?}");
    }
    let filter = DeliveryFilter { user: Some(alice), ..DeliveryFilter::default() };
    assert_eq!(stores.all_deliveries(filter).await.len(), usize::from(ROUNDS));
}

fn said(claimed: &Claimed) -> String {
    claimed.notifications[0].content.message.to_string()
}
