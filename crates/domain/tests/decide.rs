//! What holds of every decision, whatever anybody has chosen.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use herald_domain::{
    Cadence, Case, Category, Channel, ChannelSet, Choices, Content, Decision, Defaults, Mute,
    Preferences, Priority, QuietHours, RawMute, RawPreferences, RawQuietHours, Reason, Route,
    Timestamp, Verdict, Weekday, decide,
};
use proptest::prelude::*;

/// Everything that a decision depends on.
#[derive(Debug, Clone)]
struct World {
    content: Content,
    route: Route,
    preferences: Preferences,
    defaults: Defaults,
    reach: ChannelSet,
    suppressed: ChannelSet,
    is_disabled: bool,
    is_read: bool,
    told_at: Timestamp,
    now: Timestamp,
}

impl World {
    /// A user of everything, to whom something ordinary is told on a Saturday at nine.
    fn ordinary() -> Self {
        let now = at("2026-11-21T09:00:00Z");
        let content = Content::of("main is green".parse().unwrap());
        Self {
            content: Content { category: Some(ci()), ..content },
            route: Route::default(),
            preferences: Preferences::default(),
            defaults: Defaults::default(),
            reach: ChannelSet::of(Channel::EXTERNAL),
            suppressed: ChannelSet::NONE,
            is_disabled: false,
            is_read: false,
            told_at: now,
            now,
        }
    }

    fn wanting(raw: RawPreferences) -> Self {
        Self { preferences: Preferences::parse(raw).unwrap(), ..Self::ordinary() }
    }

    fn critical(self) -> Self {
        let content = Content { priority: Priority::Critical, ..self.content };
        Self { content, ..self }
    }

    fn decide(&self) -> Vec<Decision> {
        decide(&Case {
            content: &self.content,
            route: self.route,
            told_at: self.told_at,
            preferences: &self.preferences,
            defaults: &self.defaults,
            reach: self.reach,
            suppressed: self.suppressed,
            is_disabled: self.is_disabled,
            is_read: self.is_read,
            now: self.now,
        })
    }

    fn line(&self, channel: Channel) -> (Verdict, Reason) {
        let lines = self.decide();
        let line = lines.into_iter().find(|line| line.channel == channel).unwrap();
        (line.verdict, line.reason)
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn ci() -> Category {
    "ci".parse().unwrap()
}

#[test]
fn the_default_is_what_somebody_registered() {
    let sent: Vec<_> = World::ordinary()
        .decide()
        .into_iter()
        .filter(|line| line.verdict == Verdict::Send)
        .map(|line| (line.channel, line.reason))
        .collect();
    let on = [Channel::InApp, Channel::Push, Channel::WebPush, Channel::Webhook];
    assert_eq!(sent, on.map(|channel| (channel, Reason::Default)));
}

#[test]
fn the_most_special_choice_holds() {
    let email = Channel::Email;
    let mut world = World::ordinary();
    assert_eq!(world.line(email), (Verdict::Suppress, Reason::Default));
    world.defaults.default.set(email, true);
    assert_eq!(world.line(email), (Verdict::Send, Reason::SetByAdministrator));
    world.defaults.categories.insert(ci(), Choices::from([(email, false)]));
    assert_eq!(world.line(email), (Verdict::Suppress, Reason::SetByAdministrator));
    world.route.channels = Some(ChannelSet::of([email]));
    assert_eq!(world.line(email), (Verdict::Send, Reason::Asked));
    assert_eq!(world.line(Channel::Push), (Verdict::Suppress, Reason::NotAsked));
    world.preferences.default.set(email, false);
    assert_eq!(world.line(email), (Verdict::Suppress, Reason::Chosen));
    world.preferences.categories.insert(ci(), Choices::from([(email, true)]));
    assert_eq!(world.line(email), (Verdict::Send, Reason::ChosenForCategory(ci())));
    world.content.category = None;
    assert_eq!(world.line(email), (Verdict::Suppress, Reason::Chosen));
}

#[test]
fn a_mute_holds_for_every_channel() {
    let until = "2026-11-21T10:00:00Z";
    let mutes = vec![RawMute { category: "ci".into(), until: Some(until.into()) }];
    let world = World::wanting(RawPreferences { mutes, ..RawPreferences::default() });
    for line in world.decide() {
        assert_eq!(line.verdict, Verdict::Suppress);
        assert_eq!(line.reason, Reason::Muted(ci(), Some(at(until))));
    }
    let over = World { now: at(until), ..world };
    assert_eq!(over.line(Channel::Push), (Verdict::Send, Reason::Default));
}

#[test]
fn quiet_hours_hold_until_they_end() {
    let quiet_hours = Some(RawQuietHours {
        start: "22:00".into(),
        end: "07:00".into(),
        time_zone: "Europe/Berlin".into(),
        days: vec![],
    });
    let world = World::wanting(RawPreferences { quiet_hours, ..RawPreferences::default() });
    let night = World { now: at("2026-11-21T23:30:00Z"), ..world };
    let morning = at("2026-11-22T06:00:00Z");
    assert_eq!(night.line(Channel::Push), (Verdict::Hold(morning), Reason::QuietHours));
    assert_eq!(night.line(Channel::InApp), (Verdict::Send, Reason::Default));
    assert_eq!(night.line(Channel::Webhook), (Verdict::Send, Reason::Default), "wakes nobody");
    assert_eq!(night.clone().critical().line(Channel::Push), (Verdict::Send, Reason::Critical));
    let later = World { now: morning, ..night };
    assert_eq!(later.line(Channel::Push), (Verdict::Send, Reason::Default));
}

#[test]
fn what_is_collected_goes_out_in_the_morning() {
    let digest = [("ci".to_owned(), Cadence::Daily)].into();
    let world = World::wanting(RawPreferences { digest, ..RawPreferences::default() });
    let eight = at("2026-11-22T08:00:00Z");
    assert_eq!(world.line(Channel::Push), (Verdict::Digest(eight), Reason::Digest));
    assert_eq!(world.line(Channel::InApp), (Verdict::Send, Reason::Default));
    let then = World { now: eight, ..world.clone() };
    assert_eq!(then.line(Channel::Push), (Verdict::Send, Reason::Default));
    assert_eq!(world.critical().line(Channel::Push), (Verdict::Send, Reason::Critical));
}

#[test]
fn what_somebody_has_read_is_not_sent_after_them() {
    let mut world = World::ordinary();
    world.route.escalate_after = Some(600);
    let then = at("2026-11-21T09:10:00Z");
    assert_eq!(world.line(Channel::Push), (Verdict::Hold(then), Reason::Escalates));
    assert_eq!(world.line(Channel::InApp), (Verdict::Send, Reason::Default));
    world.now = then;
    assert_eq!(world.line(Channel::Push), (Verdict::Send, Reason::Default));
    world.is_read = true;
    assert_eq!(world.line(Channel::Push), (Verdict::Suppress, Reason::Read));
}

fn channel_set() -> impl Strategy<Value = ChannelSet> {
    (0..64i64).prop_map(ChannelSet::from_bits)
}

fn choices() -> impl Strategy<Value = Choices> {
    let choice = (prop::sample::select(Channel::ALL.to_vec()), any::<bool>());
    prop::collection::vec(choice, 0..6).prop_map(|choices| {
        let mut all = Choices::default();
        choices.into_iter().for_each(|(channel, wanted)| all.set(channel, wanted));
        all
    })
}

/// A moment of a few years, among them changes of clocks.
fn moments() -> impl Strategy<Value = Timestamp> {
    (1_700_000_000_000_000i64..1_900_000_000_000_000).prop_map(Timestamp::from_micros)
}

fn quiet_hours() -> impl Strategy<Value = QuietHours> {
    let zones = vec!["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"];
    let time = || (0..24u8, 0..60u8).prop_map(|(hour, minute)| format!("{hour:02}:{minute:02}"));
    let days = prop::sample::subsequence(Weekday::ALL.to_vec(), 0..6);
    (time(), time(), prop::sample::select(zones), days).prop_filter_map(
        "quiet hours have to end",
        |(start, end, zone, days)| {
            let time_zone = zone.to_owned();
            QuietHours::parse(RawQuietHours { start, end, time_zone, days }).ok()
        },
    )
}

fn preferences() -> impl Strategy<Value = Preferences> {
    let mute = prop::option::of(prop::option::of(moments()));
    let cadence = prop::option::of(prop::sample::select(Cadence::ALL.to_vec()));
    (choices(), choices(), prop::option::of(quiet_hours()), mute, cadence).prop_map(
        |(default, of_ci, quiet_hours, mute, cadence)| Preferences {
            default,
            categories: [(ci(), of_ci)].into(),
            quiet_hours,
            mutes: mute.map(|until| Mute { category: ci(), until }).into_iter().collect(),
            digest: cadence.map(|cadence| (ci(), cadence)).into_iter().collect(),
            locale: None,
        },
    )
}

prop_compose! {
    fn worlds()(
        preferences in preferences(),
        defaults in choices(),
        categorised: bool,
        priority in prop::sample::select(Priority::ALL.to_vec()),
        channels in prop::option::of(channel_set()),
        escalate_after in prop::option::of(1..604_800u32),
        reach in channel_set(),
        suppressed in channel_set(),
        is_disabled: bool,
        is_read: bool,
        told_at in moments(),
        later in 0..1_000_000_000_000i64,
        expires_in in prop::option::of(0..1_000_000_000_000i64),
    ) -> World {
        let after = |micros: i64| Timestamp::from_micros(told_at.as_micros() + micros);
        World {
            content: Content {
                category: categorised.then(ci),
                priority,
                expires_at: expires_in.map(after),
                ..Content::of("hello".parse().unwrap())
            },
            route: Route { channels, escalate_after },
            preferences,
            defaults: Defaults { default: defaults, categories: [].into() },
            reach,
            suppressed,
            is_disabled,
            is_read,
            told_at,
            now: after(later),
        }
    }
}

proptest! {
    /// There is a line for each channel, in order, and what is held is held until later.
    #[test]
    fn each_channel_is_decided(world in worlds()) {
        let lines = world.decide();
        prop_assert!(lines.iter().map(|line| line.channel).eq(Channel::ALL.iter().copied()));
        for line in lines {
            if let Verdict::Hold(at) | Verdict::Digest(at) = line.verdict {
                prop_assert!(at > world.now);
                prop_assert!(line.channel.is_external());
            }
        }
    }

    /// Nothing goes out to where nobody is, or does not want it, or after its time.
    #[test]
    fn nothing_goes_nowhere(world in worlds()) {
        for line in world.decide() {
            let channel = line.channel;
            if line.verdict == Verdict::Suppress {
                continue;
            }
            prop_assert!(!world.content.has_expired(world.now));
            prop_assert!(world.route.channels.is_none_or(|asked| asked.contains(channel)));
            if channel.is_external() {
                prop_assert!(world.reach.contains(channel) && !world.suppressed.contains(channel));
                prop_assert!(!world.is_disabled);
            }
        }
    }

    /// What is critical is kept from nobody by anything they chose.
    #[test]
    fn critical_is_never_muted(world in worlds()) {
        for Decision { channel, verdict, reason } in world.critical().decide() {
            prop_assert!(!matches!(
                reason,
                Reason::Muted(..) | Reason::Chosen | Reason::ChosenForCategory(_)
                    | Reason::QuietHours | Reason::Digest | Reason::SetByAdministrator
                    | Reason::Default
            ), "{channel:?} {verdict:?} {reason:?}");
        }
    }

    /// Whatever is held or collected comes to an end, if the choices stay as they are.
    #[test]
    fn nothing_is_held_for_good(world in worlds()) {
        let mut world = world;
        for channel in Channel::EXTERNAL {
            for _ in 0..5 {
                match world.line(channel).0 {
                    Verdict::Hold(at) | Verdict::Digest(at) => world.now = at,
                    Verdict::Send | Verdict::Suppress => break,
                }
            }
            let (verdict, _) = world.line(channel);
            prop_assert!(matches!(verdict, Verdict::Send | Verdict::Suppress), "{verdict:?}");
        }
    }

    /// Of whoever nothing needs to be decided, nothing goes out: the stores rely on it.
    #[test]
    fn what_is_not_open_goes_out_by_choice_only(world in worlds()) {
        let open = world.defaults.open(&world.content, world.route);
        for line in world.decide() {
            let channel = line.channel;
            if line.verdict != Verdict::Suppress && channel.is_external() && !open.contains(channel) {
                let category = world.content.category.as_ref();
                prop_assert_eq!(world.route.channels, None);
                prop_assert!(world.preferences.choice(category, channel).unwrap().0);
            }
        }
    }
}
