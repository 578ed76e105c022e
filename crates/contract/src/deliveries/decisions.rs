//! What is decided, and what follows on it.

use std::time::Duration;

use herald_domain::{
    Category, Channel, ChannelSet, Choices, Content, DeliveryStatus, Draft, Mute, Patch,
    Preferences, Priority, QuietHours, RawQuietHours, Timestamp, UserKey,
};
use herald_ports::{DeliveryFilter, Planning, UserChange};

use crate::Stores;
use crate::fixtures::{
    NOW, by, draft, escalating, expiring, later, mail, planning, scheduled, user_id,
};

/// There is a line for each channel, and a delivery for each address that it goes out to.
pub async fn every_channel_has_a_line(stores: &Stores) {
    let alice = stores.with_email("alice").await;
    let id =
        stores.send(by(&[Channel::InApp, Channel::Email], draft(&["alice"], "hello"))).await.id;
    let planned = stores.plan(NOW).await;
    assert_eq!((planned.taken, planned.due), (1, ChannelSet::of([Channel::Email])));
    let trace = stores.trace(id, alice).await;
    let lines: Vec<_> = trace.lines.unwrap().into_iter().map(|line| line.channel).collect();
    assert_eq!(lines, Channel::ALL);
    assert_eq!(
        stores.decided(id, alice, Channel::InApp).await,
        "send: the sender asked for this channel"
    );
    assert_eq!(
        stores.decided(id, alice, Channel::Email).await,
        "send: the sender asked for this channel"
    );
    assert_eq!(
        stores.decided(id, alice, Channel::Sms).await,
        "suppress: the sender asked for other channels"
    );
    let [delivery] = &trace.deliveries[..] else { panic!("{:?}", trace.deliveries) };
    assert_eq!((delivery.channel, delivery.endpoint), (Channel::Email, None));
    assert_eq!((delivery.status, delivery.reason.as_deref()), (DeliveryStatus::Pending, None));
    assert_eq!((delivery.notifications.as_slice(), delivery.is_digest), (&[id][..], false));
    assert_eq!((delivery.created_at, delivery.due_at), (NOW, Some(NOW)));
    assert_eq!(delivery.recipient, user_id("alice"));
}

/// Who asked for a channel by which there is no way sees that it failed; nobody else is told so.
pub async fn a_way_that_is_missing_is_a_failure(stores: &Stores) {
    let alice = stores.with_email("alice").await;
    let id = stores.send(by(&[Channel::Email, Channel::Sms], draft(&["alice"], "hello"))).await.id;
    let planned = stores.plan(NOW).await;
    assert_eq!(planned.due, ChannelSet::of([Channel::Email]));
    let deliveries = stores.trace(id, alice).await.deliveries;
    let failed = deliveries.iter().find(|one| one.channel == Channel::Sms).unwrap();
    assert_eq!(failed.status, DeliveryStatus::Failed);
    assert_eq!(failed.reason.as_deref(), Some("the user has no address for this channel"));
    assert_eq!((failed.due_at, failed.attempts.len()), (None, 0));
    assert_eq!(deliveries.len(), 2);
    assert!(stores.claim(Channel::Sms, NOW).await.is_empty());
}

/// Where a channel reaches nobody in earnest, whoever has no address is given one, if the channel was
/// asked for.
pub async fn in_the_sandbox_nobody_needs_an_address(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let id = stores.send(by(&[Channel::Email, Channel::Push], draft(&["alice"], "hello"))).await.id;
    let open = stores.send(escalating(1, mail("alice", "later"))).await.id;
    let addressless = ChannelSet::of([Channel::Email, Channel::Push]);
    let planned = stores.plan_with(Planning { addressless, ..planning(NOW) }).await;
    assert_eq!(planned.due, addressless);
    assert!(stores.decided(open, alice, Channel::Email).await.starts_with("hold"));
    for channel in addressless.iter() {
        let claimed = stores.claim(channel, NOW).await;
        let [one] = &claimed[..] else { panic!("{claimed:?}") };
        assert_eq!((one.notifications[0].id, one.user, &one.to), (id, alice, &None));
    }
}

/// What the recipient has chosen holds, as of when it is decided.
pub async fn the_recipient_s_choices_hold(stores: &Stores) {
    let alice = stores.with_email("alice").await;
    let ci = |message: &str| {
        let draft = mail("alice", message);
        let category: Option<Category> = Some("ci".parse().unwrap());
        Draft { content: Content { category, ..draft.content }, ..draft }
    };
    let (chosen, muted, again) = (
        stores.send(ci("chosen")).await.id,
        stores.send(ci("muted")).await.id,
        stores.send(ci("again")).await.id,
    );
    let one = || Planning { limit: 1, ..planning(NOW) };
    let off = Choices::from([(Channel::Email, false)]);
    let category: Category = "ci".parse().unwrap();
    let categories = [(category.clone(), off)].into();
    stores.prefer(alice, Preferences { categories, ..Preferences::default() }).await;
    stores.deliveries.plan(one()).await.unwrap();
    let decided = stores.decided(chosen, alice, Channel::Email).await;
    assert_eq!(decided, "suppress: the user's choice for ci");
    let mutes = vec![Mute { category, until: None }];
    stores.prefer(alice, Preferences { mutes, ..Preferences::default() }).await;
    stores.deliveries.plan(one()).await.unwrap();
    assert_eq!(stores.decided(muted, alice, Channel::Email).await, "suppress: ci is muted");
    stores.prefer(alice, Preferences::default()).await;
    stores.deliveries.plan(one()).await.unwrap();
    assert!(stores.decided(again, alice, Channel::Email).await.starts_with("send"));
    assert_eq!(stores.claim_mail(NOW).await.notifications[0].id, again);
}

/// Nothing goes out to who is disabled, or of what has expired.
pub async fn who_is_disabled_is_not_told(stores: &Stores) {
    let alice = stores.with_email("alice").await;
    let expired = stores.send(expiring(later(5), mail("alice", "brief"))).await.id;
    stores.plan(later(5)).await;
    assert_eq!(stores.decided(expired, alice, Channel::Email).await, "suppress: it has expired");
    let id = stores.send(mail("alice", "hello")).await.id;
    let disable = UserChange { disabled: Some(true), ..UserChange::default() };
    stores.change("alice", disable).await;
    stores.plan(NOW).await;
    let decided = stores.decided(id, alice, Channel::Email).await;
    assert_eq!(decided, "suppress: the user is disabled");
    assert!(stores.claim(Channel::Email, later(9)).await.is_empty());
    assert!(stores.trace(id, alice).await.deliveries.is_empty());
}

/// What comes in quiet hours is held until their end, and decided again then.
pub async fn quiet_hours_hold_until_their_end(stores: &Stores) {
    let alice = stores.with_email("alice").await;
    quiet(stores, alice, 3_600).await;
    let end = later(3_600);
    let (held, dropped) = (
        stores.send(mail("alice", "held")).await.id,
        stores.send(expiring(later(600), mail("alice", "dropped"))).await.id,
    );
    let planned = stores.plan(NOW).await;
    assert_eq!((planned.taken, planned.due), (2, ChannelSet::NONE));
    for id in [held, dropped] {
        let trace = stores.trace(id, alice).await;
        assert!(trace.deliveries.is_empty() && !trace.is_planned);
        let line = trace.lines.unwrap().into_iter().find(|line| line.channel == Channel::Email);
        assert_eq!(line.unwrap().until, Some(end));
        let decided = stores.decided(id, alice, Channel::Email).await;
        assert_eq!(decided, "hold: the user's quiet hours");
    }
    assert_eq!(stores.deliveries.next_plan().await.unwrap(), Some(end));
    assert_eq!(stores.plan(later(3_599)).await.taken, 0);
    assert_eq!(stores.plan(end).await.due, ChannelSet::of([Channel::Email]));
    let decided = stores.decided(held, alice, Channel::Email).await;
    assert_eq!(decided, "send: the sender asked for this channel");
    assert_eq!(stores.decided(dropped, alice, Channel::Email).await, "suppress: it has expired");
    let lines = stores.trace(held, alice).await.lines.unwrap();
    assert_eq!(lines.len(), Channel::ALL.len(), "the line is replaced");
    assert_eq!(stores.claim_mail(end).await.notifications[0].id, held);
    assert_eq!(stores.deliveries.next_plan().await.unwrap(), None);
}

/// What escalates goes out if nobody has read it by then, from when it was told on; removing it is
/// reading it.
pub async fn what_is_read_does_not_escalate(stores: &Stores) {
    let alice = stores.with_email("alice").await;
    let channels = [Channel::InApp, Channel::Email];
    let send = async |message: &str| {
        stores.send(escalating(60, by(&channels, draft(&["alice"], message)))).await.id
    };
    let (unread, read, removed) = (send("unread").await, send("read").await, send("removed").await);
    let outside = stores.send(escalating(60, mail("alice", "outside"))).await.id;
    let at = later(30);
    let late = scheduled(at, escalating(60, by(&channels, draft(&["alice"], "late"))));
    let late = stores.send(late).await.id;
    stores.dispatch(at).await;
    stores.plan(at).await;
    assert_eq!(stores.deliveries.next_plan().await.unwrap(), Some(later(60)));
    stores.patch(alice, &[read], Patch::read(true)).await;
    stores.delete(alice, &[removed]).await;
    stores.plan(later(60)).await;
    for (id, decided) in [
        (unread, "send: the sender asked for this channel"),
        (read, "suppress: it has been read"),
        (removed, "suppress: it has been read"),
        (outside, "send: the sender asked for this channel"),
        (late, "hold: it goes out if nobody has read it by then"),
    ] {
        assert_eq!(stores.decided(id, alice, Channel::Email).await, decided, "{id}");
    }
    assert_eq!(stores.claim(Channel::Email, later(60)).await.len(), 2);
    stores.plan(later(90)).await;
    assert_eq!(stores.claim_mail(later(90)).await.notifications[0].id, late);
}

/// Who has turned the inbox off has read nothing there: it escalates.
pub async fn what_is_hidden_escalates(stores: &Stores) {
    let alice = stores.with_email("alice").await;
    let default = Choices::from([(Channel::InApp, false), (Channel::Email, true)]);
    stores.prefer(alice, Preferences { default, ..Preferences::default() }).await;
    let id = stores.send(escalating(60, draft(&["alice"], "hello"))).await.id;
    stores.plan(NOW).await;
    stores.plan(later(60)).await;
    let decided = stores.decided(id, alice, Channel::Email).await;
    assert_eq!(decided, "send: the user's choice for everything");
}

/// What has waited for its time is decided, however much is new; and the next time is the earliest.
pub async fn what_is_held_is_not_kept_waiting(stores: &Stores) {
    let alice = stores.with_email("alice").await;
    for nth in 0..3 {
        stores.send(escalating(10 - nth, mail("alice", "held"))).await;
    }
    stores.plan(NOW).await;
    assert_eq!(stores.deliveries.next_plan().await.unwrap(), Some(later(8)));
    for _ in 0..50 {
        stores.send(mail("alice", "new")).await;
    }
    for _ in 0..6 {
        stores.deliveries.plan(Planning { limit: 2, ..planning(later(10)) }).await.unwrap();
    }
    let filter = DeliveryFilter { user: Some(alice), ..DeliveryFilter::default() };
    let sent = stores.all_deliveries(filter).await;
    let mut held = 0;
    for delivery in sent {
        let what = stores.notifications.sent(delivery.notifications[0]).await.unwrap().unwrap();
        held += usize::from(what.notification.content.message.as_str() == "held");
    }
    assert_eq!(held, 3);
}

/// What is urgent is so by its priority.
pub async fn a_priority_makes_urgent(stores: &Stores) {
    stores.with_email("alice").await;
    for priority in Priority::ALL {
        let draft = mail("alice", priority.as_str());
        let content = Content { priority: *priority, ..draft.content };
        stores.send(Draft { content, ..draft }).await;
    }
    stores.plan(NOW).await;
    let first = stores.deliveries.claim(Channel::Email, 2, Duration::from_secs(1), NOW).await;
    let mut first: Vec<_> =
        first.unwrap().iter().map(|one| one.notifications[0].content.priority).collect();
    first.sort_unstable();
    assert_eq!(first, [Priority::High, Priority::Critical]);
}

/// Who was deleted is told nothing more.
pub async fn who_was_deleted_is_not_planned(stores: &Stores) {
    stores.with_email("alice").await;
    stores.send(mail("alice", "at once")).await;
    stores.send(escalating(10, mail("alice", "held"))).await;
    stores.deliveries.plan(Planning { limit: 1, ..planning(NOW) }).await.unwrap();
    stores.users.delete(user_id("alice"), later(1)).await.unwrap();
    stores.plan(later(10)).await;
    assert_eq!(stores.deliveries.next_plan().await.unwrap(), None);
    let all = stores.all_deliveries(DeliveryFilter::default()).await;
    assert!(all.is_empty(), "{all:?}");
}

/// Gives a user quiet hours around [`NOW`] that end so many seconds later.
pub(super) async fn quiet(stores: &Stores, user: UserKey, seconds: u64) {
    let at = |at: Timestamp| at.to_string()[11..16].to_owned();
    let quiet = QuietHours::parse(RawQuietHours {
        start: at(NOW),
        end: at(later(seconds)),
        time_zone: "UTC".into(),
        days: vec![],
    });
    let wanted = stores.preferences_of(user).await;
    stores.prefer(user, Preferences { quiet_hours: Some(quiet.unwrap()), ..wanted }).await;
}
