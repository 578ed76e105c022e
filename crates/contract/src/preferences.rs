//! [`PreferenceStore`](herald_ports::PreferenceStore), and what turning the inbox off means to a send.

use std::collections::BTreeMap;
use std::sync::Arc;

use herald_domain::{
    Audience, Cadence, Category, Channel, ChannelSet, Choices, Content, Defaults, Draft,
    Preferences, Priority, QuietHours, Weekday,
};
use herald_ports::{NewUser, NoDevices, UserChange};

use crate::Stores;
use crate::fixtures::{
    NOW, append, at_once, collapsing, draft, ids, later, new_user, receipt_of, scheduled, to_all,
    user_id,
};

/// Everything that a user wants comes back as it was, and replaces what was there.
pub async fn preferences_are_replaced_as_a_whole(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    assert_eq!(stores.preferences_of(alice).await, Preferences::default());
    let all = Preferences {
        default: Choices::from([(Channel::InApp, true), (Channel::Sms, false)]),
        categories: BTreeMap::from([(ci(), Choices::from([(Channel::Push, false)]))]),
        quiet_hours: Some(QuietHours {
            start: "22:00".parse().unwrap(),
            end: "07:00".parse().unwrap(),
            time_zone: "Europe/Berlin".parse().unwrap(),
            days: vec![Weekday::Monday, Weekday::Friday],
        }),
        mutes: Vec::new(),
        digest: BTreeMap::from([(ci(), Cadence::Daily)]),
        locale: Some("pt-BR".parse().unwrap()),
    };
    stores.prefer(alice, all.clone()).await;
    assert_eq!(stores.preferences_of(alice).await, all);
    let less = Preferences { locale: None, digest: BTreeMap::new(), ..all };
    stores.prefer(alice, less.clone()).await;
    assert_eq!(stores.preferences_of(alice).await, less);
    stores.prefer(alice, Preferences::default()).await;
    assert_eq!(stores.preferences_of(alice).await, Preferences::default());
}

/// What one user wants is nothing to another, nor to who comes later by the same id.
pub async fn preferences_are_each_user_s_own(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    stores.prefer(alice, hiding_all()).await;
    stores.prefer(bob, of_ci(false)).await;
    assert_eq!(stores.preferences_of(alice).await, hiding_all());
    stores.users.delete(user_id("alice"), later(1)).await.unwrap();
    let again = stores.ensure("alice").await;
    assert_eq!(stores.preferences_of(again).await, Preferences::default());
    assert_eq!(stores.preferences_of(bob).await, of_ci(false));
    assert_eq!(stores.send(draft(&["alice"], "hello")).await.recipients, 1);
}

/// The defaults are nothing at first, and replaced as a whole.
pub async fn defaults_are_replaced_as_a_whole(stores: &Stores) {
    let defaults = async || stores.preferences.defaults().await.unwrap();
    assert_eq!(defaults().await, Defaults::default());
    let first = Defaults {
        default: Choices::from([(Channel::Email, true)]),
        categories: BTreeMap::from([(ci(), Choices::from([(Channel::Push, false)]))]),
    };
    let second = Defaults { categories: BTreeMap::new(), ..first.clone() };
    for set in [first, second] {
        stores.preferences.set_defaults(set.clone()).await.unwrap();
        assert_eq!(defaults().await, set);
    }
}

/// Whoever has turned the inbox off gets nothing, takes no revision, and is not counted; others do.
pub async fn the_inbox_may_be_turned_off(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    stores.prefer(alice, hiding_all()).await;
    for category in [None, Some("ci"), Some("news")] {
        let to_both = about(category, draft(&["alice", "bob"], "hello"));
        assert_eq!(stores.send(to_both).await.recipients, 1, "{category:?}");
    }
    assert_eq!(stores.head(alice).await.rev.get(), 0);
    assert_eq!(stores.whole_inbox(bob).await.items.len(), 3);
    stores.prefer(alice, Preferences::default()).await;
    assert_eq!(stores.send(draft(&["alice"], "hello")).await.recipients, 1);
}

/// What is said of a category counts for it, whatever is said of everything else.
pub async fn a_category_goes_before_everything(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let inbox = |wanted| Choices::from([(Channel::InApp, wanted)]);
    for (default, category, of_ci, of_news) in [
        (Some(false), Some(true), 1, 0),
        (Some(true), Some(false), 0, 1),
        (None, Some(false), 0, 1),
        (Some(false), None, 0, 0),
        (None, Some(true), 1, 1),
    ] {
        let preferences = Preferences {
            default: default.map(inbox).unwrap_or_default(),
            categories: category.map(|wanted| (ci(), inbox(wanted))).into_iter().collect(),
            ..Preferences::default()
        };
        stores.prefer(alice, preferences).await;
        for (category, expected) in [(Some("ci"), of_ci), (Some("news"), of_news), (None, of_news)]
        {
            let receipt = stores.send(about(category, draft(&["alice"], "hello"))).await;
            let case = (default, category);
            assert_eq!(receipt.recipients, expected, "{case:?}");
        }
    }
}

/// What is said of other channels says nothing of the inbox.
pub async fn other_channels_hide_nothing(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    let by_mail = |wanted| Choices::from([(Channel::Email, wanted)]);
    let preferences = Preferences {
        default: by_mail(false),
        categories: BTreeMap::from([(ci(), by_mail(true))]),
        ..Preferences::default()
    };
    stores.prefer(alice, preferences.clone()).await;
    assert_eq!(stores.send(about(Some("ci"), draft(&["alice"], "hello"))).await.recipients, 1);
    stores.prefer(alice, Preferences { default: hiding_all().default, ..preferences }).await;
    assert_eq!(stores.send(about(Some("ci"), draft(&["alice"], "hello"))).await.recipients, 0);
}

/// What is critical is put into every inbox; nothing else is.
pub async fn critical_is_put_into_every_inbox(stores: &Stores) {
    let alice = stores.ensure("alice").await;
    stores.prefer(alice, Preferences { default: hiding_all().default, ..of_ci(false) }).await;
    for category in [None, Some("ci")] {
        for priority in Priority::ALL {
            let hello = about(category, draft(&["alice"], "hello"));
            let content = Content { priority: *priority, ..hello.content };
            let receipt = stores.send(Draft { content, ..hello }).await;
            let expected = i64::from(*priority == Priority::Critical);
            assert_eq!(receipt.recipients, expected, "{category:?} {priority:?}");
        }
    }
}

/// What is for a group, for many or for later passes by those who do not want it, however it comes.
pub async fn groups_pass_by_who_has_turned_it_off(stores: &Stores) {
    let users = stores.crowd(120).await;
    let (hidden, other) = (users[0], users[1]);
    stores.prefer(hidden, of_ci(false)).await;
    let all: Vec<_> = (0..120).map(|nth| format!("u{nth}")).collect();
    let all: Vec<_> = all.iter().map(String::as_str).collect();
    let everyone = || about(Some("ci"), to_all(Audience::EVERYONE, "hello"));
    let listed = about(Some("ci"), draft(&all, "hello"));
    for send in [
        everyone(),
        collapsing("build", everyone()),
        scheduled(later(60), everyone()),
        listed.clone(),
        collapsing("build", listed),
    ] {
        let receipt = stores.send(send).await;
        stores.dispatch(later(60)).await;
        let sent = stores.notifications.sent(receipt.id).await.unwrap().unwrap();
        assert_eq!(sent.receipt.recipients, 119);
    }
    assert_eq!(stores.whole_inbox(hidden).await.items.len(), 1, "the welcome");
    assert!(stores.whole_inbox(other).await.items.len() > 2);
}

/// Who looks is not told first of what they do not want.
pub async fn who_looks_is_spared_too(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    stores.prefer(alice, of_ci(false)).await;
    let hello = stores.send(about(Some("ci"), to_all(Audience::EVERYONE, "hello"))).await;
    stores.fan_out.hasten(hello.id, vec![alice, bob], NOW).await.unwrap();
    assert_eq!(ids(&stores.whole_inbox(alice).await.items), []);
    assert_eq!(ids(&stores.whole_inbox(bob).await.items), [hello.id]);
    let other = stores.send(about(None, to_all(Audience::EVERYONE, "hello"))).await;
    stores.fan_out.hasten(other.id, vec![alice], NOW).await.unwrap();
    assert_eq!(ids(&stores.whole_inbox(alice).await.items), [other.id]);
    while stores.fan_out.step(None, NOW, Arc::new(NoDevices)).await.unwrap().is_some() {}
    assert_eq!(ids(&stores.whole_inbox(alice).await.items), [other.id]);
}

/// Many sends at once are for those who want them, too.
pub async fn sends_at_once_pass_by_who_has_turned_it_off(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    stores.prefer(alice, of_ci(false)).await;
    stores.prefer(bob, Preferences { default: hiding_all().default, ..of_ci(true) }).await;
    let about = |nth: usize| [Some("ci"), None, Some("news")][nth % 3];
    let answers = at_once(30, |nth| {
        let stores = stores.clone();
        async move {
            let hello = self::about(about(nth), draft(&["alice", "bob"], "hello"));
            let (outcomes, _) = stores.append(append([hello])).await;
            receipt_of(&outcomes[0]).recipients
        }
    });
    assert_eq!(answers.await, [1; 30]);
    assert_eq!(stores.whole_inbox(alice).await.items.len(), 20);
    assert_eq!(stores.whole_inbox(bob).await.items.len(), 10);
}

/// Profiles are those of the users who exist, in the order in which they are named.
pub async fn profiles_come_in_the_order_named(stores: &Stores) {
    let (alice, bob) = (stores.ensure("alice").await, stores.ensure("bob").await);
    stores.prefer(bob, of_ci(false)).await;
    let named = ["bob", "nobody", "alice", "bob"].map(user_id).to_vec();
    let profiles = stores.preferences.profiles(named, NOW).await.unwrap();
    let users: Vec<_> = profiles.iter().map(|profile| profile.user.key).collect();
    assert_eq!(users, [bob, alice, bob]);
    assert_eq!(profiles[0].preferences, of_ci(false));
    assert_eq!(profiles[1].preferences, Preferences::default());
    assert_eq!(profiles[0], profiles[2]);
    let user = stores.users.by_key(alice).await.unwrap().unwrap();
    assert_eq!(profiles[1].user, user);
}

/// Who has an e-mail address or a telephone is reached by it, for as long as it is there.
pub async fn profiles_know_how_users_are_reached(stores: &Stores) {
    let email = "alice@example.com".parse().unwrap();
    let new = NewUser { email: Some(email), ..new_user("alice") };
    let alice = stores.users.register(new).await.unwrap().unwrap().id;
    let reach = async || stores.profile(alice.as_str()).await.reach;
    assert_eq!(reach().await, ChannelSet::of([Channel::Email]));
    let phone = Some(Some("+4915123456789".parse().unwrap()));
    stores.change(alice.as_str(), UserChange { phone, ..UserChange::default() }).await;
    assert_eq!(reach().await, ChannelSet::of([Channel::Email, Channel::Sms]));
    let email = Some(None);
    stores.change(alice.as_str(), UserChange { email, ..UserChange::default() }).await;
    assert_eq!(reach().await, ChannelSet::of([Channel::Sms]));
    stores.ensure("bob").await;
    assert_eq!(stores.profile("bob").await.reach, ChannelSet::NONE);
}

fn ci() -> Category {
    "ci".parse().unwrap()
}

fn about(category: Option<&str>, draft: Draft) -> Draft {
    let category = category.map(|name| name.parse().unwrap());
    Draft { content: Content { category, ..draft.content }, ..draft }
}

/// The inbox turned off, or on, for one category.
fn of_ci(wanted: bool) -> Preferences {
    let choices = Choices::from([(Channel::InApp, wanted)]);
    Preferences { categories: BTreeMap::from([(ci(), choices)]), ..Preferences::default() }
}

/// The inbox turned off for everything.
fn hiding_all() -> Preferences {
    let default = Choices::from([(Channel::InApp, false)]);
    Preferences { default, ..Preferences::default() }
}
