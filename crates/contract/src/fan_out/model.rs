//! A naive model of who gets what, and random sequences that are held to it.

use std::collections::{BTreeMap, BTreeSet};

use herald_domain::{Audience, NotificationId, State, Timestamp, UserKey};
use herald_ports::{LiveEvent, NewTopic, Reach, UserChange};

use crate::Stores;
use crate::fixtures::{NOW, ids, later, members, scheduled, subscribers, to_all, user_id};

const COMPANIES: [&str; 2] = ["acme", "other"];
const ROLES: [&str; 2] = ["user", "guest"];
const TOPICS: [&str; 2] = ["news", "ci"];
/// How much happens in a run.
const EVENTS: usize = 400;

#[derive(Debug, Clone)]
struct Person {
    key: UserKey,
    company: usize,
    role: usize,
    topics: BTreeSet<usize>,
}

#[derive(Debug, Clone, Copy)]
enum Group {
    Company(usize),
    Role(usize),
    Both(usize, usize),
    Topic(usize),
    Everyone,
}

impl Group {
    fn audience(self) -> Audience {
        match self {
            Self::Company(company) => members(Some(COMPANIES[company]), None),
            Self::Role(role) => members(None, Some(ROLES[role])),
            Self::Both(company, role) => members(Some(COMPANIES[company]), Some(ROLES[role])),
            Self::Topic(topic) => subscribers(TOPICS[topic]),
            Self::Everyone => Audience::EVERYONE,
        }
    }

    fn has(self, person: &Person) -> bool {
        match self {
            Self::Company(company) => person.company == company,
            Self::Role(role) => person.role == role,
            Self::Both(company, role) => person.company == company && person.role == role,
            Self::Topic(topic) => person.topics.contains(&topic),
            Self::Everyone => true,
        }
    }
}

/// What was sent: who must get it, and who may, for they joined on the way.
#[derive(Debug)]
struct Sent {
    group: Group,
    /// when it is due, if its members are not known yet
    due: Option<u64>,
    must: BTreeSet<UserKey>,
    may: BTreeSet<UserKey>,
}

/// Numbers that look random and are the same each time.
struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

struct World<'a> {
    stores: &'a Stores,
    rng: Rng,
    people: Vec<Person>,
    sent: BTreeMap<NotificationId, Sent>,
    seconds: u64,
    last: Option<String>,
}

/// Lets a random sequence happen, and compares.
pub(super) async fn run(stores: &Stores) {
    for name in TOPICS {
        let new = NewTopic { name: name.parse().unwrap(), description: None, open: true, now: NOW };
        stores.topics.create(UserKey::default(), new).await.unwrap();
    }
    let (people, sent) = (Vec::new(), BTreeMap::new());
    let mut world = World { stores, rng: Rng(7), people, sent, seconds: 0, last: None };
    // more than one step of any store reaches, so that much happens between two steps
    for key in stores.crowd(1_200).await {
        world.people.push(Person { key, company: 0, role: 0, topics: BTreeSet::new() });
    }
    for nth in 0..world.people.len() {
        world.meet(nth).await;
    }
    for _ in 0..EVENTS {
        world.event().await;
    }
    world.seconds += 1_000;
    world.begin();
    stores.dispatch(later(world.seconds)).await;
    world.compare().await;
}

impl World<'_> {
    fn now(&self) -> Timestamp {
        later(self.seconds)
    }

    async fn event(&mut self) {
        match self.rng.below(10) {
            0 | 1 => self.send().await,
            2 => self.step().await,
            3 => self.look().await,
            4 => self.seconds += 1,
            5 => self.join().await,
            _ => {
                let nth = self.rng.below(self.people.len());
                self.meet(nth).await;
            }
        }
    }

    async fn send(&mut self) {
        let group = match self.rng.below(5) {
            0 => Group::Company(self.rng.below(2)),
            1 => Group::Role(self.rng.below(2)),
            2 => Group::Both(self.rng.below(2), self.rng.below(2)),
            3 => Group::Topic(self.rng.below(2)),
            _ => Group::Everyone,
        };
        let due = (self.rng.below(4) == 0).then(|| self.seconds + 1 + self.rng.below(5) as u64);
        let draft = to_all(group.audience(), "hello");
        let draft = match due {
            Some(due) => scheduled(later(due), draft),
            None => draft,
        };
        let append = herald_ports::Append { now: self.now(), ..crate::fixtures::append([draft]) };
        let (outcomes, _) = self.stores.append(append).await;
        let id = crate::fixtures::receipt_of(&outcomes[0]).id;
        let mut sent = Sent { group, due, must: BTreeSet::new(), may: BTreeSet::new() };
        if due.is_none() {
            sent.must = self.of(group);
        }
        self.sent.insert(id, sent);
    }

    /// Somebody looks.
    async fn look(&mut self) {
        let user = self.people[self.rng.below(self.people.len())].key;
        let now = self.now();
        for id in self.sent.keys() {
            self.stores.fan_out.hasten(*id, vec![user], now).await.unwrap();
        }
    }

    fn of(&self, group: Group) -> BTreeSet<UserKey> {
        self.people.iter().filter(|person| group.has(person)).map(|person| person.key).collect()
    }

    /// Takes a step, which begins with all that is due.
    async fn step(&mut self) {
        self.begin();
        loop {
            let step = self.stores.step(self.last.as_deref(), self.now()).await;
            let has_begun = step
                .as_ref()
                .is_some_and(|step| matches!(step.events[..], [LiveEvent::Expanding { .. }]));
            self.last = step.map(|step| step.principal);
            if !has_begun {
                return;
            }
        }
    }

    /// What is due is for those who are there now.
    fn begin(&mut self) {
        for sent in self.sent.values_mut() {
            if sent.due.is_some_and(|due| due <= self.seconds) {
                let members = self.people.iter().filter(|person| sent.group.has(person));
                *sent = Sent {
                    due: None,
                    must: members.map(|person| person.key).collect(),
                    may: BTreeSet::new(),
                    ..*sent
                };
            }
        }
    }

    /// Somebody comes anew.
    async fn join(&mut self) {
        let nth = self.people.len();
        let key = self.stores.ensure(&format!("u{nth}")).await;
        self.people.push(Person { key, company: 0, role: 0, topics: BTreeSet::new() });
        self.meet(nth).await;
    }

    /// Somebody moves to another company, role and topics.
    async fn meet(&mut self, nth: usize) {
        let (company, role) = (self.rng.below(2), self.rng.below(2));
        let change = UserChange {
            company: Some(COMPANIES[company].parse().unwrap()),
            role: Some(ROLES[role].parse().unwrap()),
            ..UserChange::default()
        };
        let id = user_id(&format!("u{nth}"));
        self.stores.users.change(id, change, self.now()).await.unwrap();
        let key = self.people[nth].key;
        let topic = self.rng.below(2);
        let name = || TOPICS[topic].parse().unwrap();
        if self.people[nth].topics.remove(&topic) {
            self.stores.topics.unsubscribe(key, Reach::All, name()).await.unwrap();
        } else {
            self.stores.topics.subscribe(key, Reach::All, name(), 1_000).await.unwrap();
            self.people[nth].topics.insert(topic);
        }
        (self.people[nth].company, self.people[nth].role) = (company, role);
        for sent in self.sent.values_mut() {
            if sent.group.has(&self.people[nth]) {
                sent.may.insert(key);
            }
        }
    }

    async fn compare(&self) {
        let mut got: BTreeMap<NotificationId, BTreeSet<UserKey>> = BTreeMap::new();
        for person in &self.people {
            let items = ids(&self.stores.whole_inbox(person.key).await.items);
            let count = items.len();
            let items: BTreeSet<_> = items.into_iter().collect();
            assert_eq!(items.len(), count, "{} got something twice", person.key);
            for id in items {
                got.entry(id).or_default().insert(person.key);
            }
            self.stores.assert_counts_are_true(person.key).await;
        }
        for (id, sent) in &self.sent {
            let got = got.remove(id).unwrap_or_default();
            let missed: Vec<_> = sent.must.difference(&got).collect();
            assert!(missed.is_empty(), "{id} {:?} missed {missed:?}", sent.group);
            let strangers: Vec<_> = got
                .iter()
                .filter(|key| !sent.must.contains(key) && !sent.may.contains(key))
                .collect();
            assert!(strangers.is_empty(), "{id} {:?} told {strangers:?}", sent.group);
            let now = self.stores.notifications.sent(*id).await.unwrap().unwrap();
            assert_eq!(now.receipt.state, State::Delivered);
            assert_eq!(now.receipt.recipients, got.len() as i64, "{id}");
        }
    }
}
