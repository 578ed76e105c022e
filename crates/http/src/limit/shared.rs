use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use herald_ports::{Gossip, LiveBus, LiveEvent, LiveSink, Used};
use tokio::time::{MissedTickBehavior, interval};

use super::{Class, Counted, RateLimits};

/// How often a node says what was used at it.
const TURN: Duration = Duration::from_millis(250);
/// How many callers stand in one event: some 20 KB.
const TOGETHER: usize = 1_000;

/// Makes the rate limits of several nodes one: each tells the others what was used at it, and they
/// count that, too. What was used at the same moment in several places becomes a debt, so that a caller
/// is ahead of the quota only for a moment.
pub struct SharedLimits {
    node: Arc<str>,
    limits: Arc<RateLimits>,
}

impl SharedLimits {
    /// What takes it from the others, and the loop that tells them. The name is nobody else's.
    pub fn start(
        limits: &Arc<RateLimits>,
        bus: Arc<dyn LiveBus>,
        node: Arc<str>,
    ) -> (Self, impl Future<Output = ()> + use<>) {
        let here = Self { node: node.clone(), limits: limits.clone() };
        (here, tell(limits.clone(), bus, node))
    }
}

impl LiveSink for SharedLimits {
    fn deliver(&self, event: &LiveEvent) {
        let LiveEvent::Gossip { node, gossip: Gossip::Used(used) } = event else { return };
        if *node != self.node {
            for Used { limit, times } in used {
                // a later version may have limits that this one does not know
                if let Some((class, who)) = parse(limit) {
                    self.limits.owe(class, who, *times);
                }
            }
        }
    }
}

async fn tell(limits: Arc<RateLimits>, bus: Arc<dyn LiveBus>, node: Arc<str>) {
    let mut turns = interval(TURN);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        for used in limits.unsaid.take().chunks(TOGETHER) {
            let gossip = Gossip::Used(used.to_vec());
            bus.publish(LiveEvent::Gossip { node: node.clone(), gossip });
        }
    }
}

/// What was used on this node since it was last asked for, if anybody has asked.
#[derive(Default)]
pub(super) struct Unsaid(OnceLock<Mutex<HashMap<(Class, Counted), u32>>>);

impl Unsaid {
    pub(super) fn note(&self, class: Class, who: &Counted) {
        if let Some(used) = self.0.get() {
            let mut used = used.lock().unwrap_or_else(PoisonError::into_inner);
            *used.entry((class, who.clone())).or_default() += 1;
        }
    }

    fn take(&self) -> Vec<Used> {
        let used = self.0.get_or_init(Mutex::default);
        let used = std::mem::take(&mut *used.lock().unwrap_or_else(PoisonError::into_inner));
        let one = |((class, who), times)| Used { limit: name(class, &who), times };
        used.into_iter().map(one).collect()
    }
}

/// What nodes call the limit of a caller.
fn name(class: Class, who: &Counted) -> String {
    format!("{}:{who}", class.as_str())
}

fn parse(name: &str) -> Option<(Class, Counted)> {
    let (class, who) = name.split_once(':')?;
    let class = Class::ALL.into_iter().find(|known| known.as_str() == class)?;
    Counted::parse(class, who).map(|who| (class, who))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use herald_domain::{ApiKeyId, UserKey};
    use herald_memory::MemoryBus;
    use tokio::time::sleep;

    use super::super::{Network, Rates, TrustedProxies};
    use super::*;

    const ALICE: Counted = Counted::User(UserKey::new(1));
    /// What a node says is heard by then.
    const SOON: Duration = Duration::from_millis(300);

    /// So many nodes on one bus, with the same rate for everything.
    async fn nodes<const N: usize>(rate: &str) -> [Arc<RateLimits>; N] {
        let mut rates = Rates::default();
        Class::ALL.into_iter().for_each(|class| rates.set(class, rate).unwrap());
        let bus = Arc::new(MemoryBus::default());
        let nodes = std::array::from_fn(|nth| {
            let limits = Arc::new(RateLimits::new(&rates, TrustedProxies::default()));
            let (sink, work) = SharedLimits::start(&limits, bus.clone(), nth.to_string().into());
            bus.subscribe(Arc::new(sink));
            tokio::spawn(work);
            limits
        });
        sleep(SOON).await;
        nodes
    }

    fn is_let_in(node: &RateLimits, who: &Counted) -> bool {
        !node.count(Class::Send, who).unwrap().is_refused
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_used_at_one_node_is_missing_at_the_others_in_every_class() {
        let network = |address: Ipv4Addr| Counted::Network(Network::of(address.into()));
        let [here, there] = nodes("10/h").await;
        for class in Class::ALL {
            let who = match class {
                Class::Login | Class::Anonymous => network(Ipv4Addr::LOCALHOST),
                Class::Account => Counted::Account("alice".parse().unwrap()),
                Class::ApiKey => Counted::ApiKey(ApiKeyId::new(7)),
                Class::Send | Class::Read | Class::Write | Class::Realtime => ALICE,
            };
            (0..3).for_each(|_| drop(here.count(class, &who)));
            sleep(SOON).await;
            let left = there.count(class, &who).unwrap().remaining;
            assert_eq!(left, 6, "{class:?}");
            assert_eq!(here.count(class, &who).unwrap().remaining, 6, "{class:?}, and not twice");
            sleep(SOON).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_refused_is_not_told() {
        let [here, there] = nodes("10/h").await;
        assert_eq!((0..100).filter(|_| is_let_in(&here, &ALICE)).count(), 10);
        sleep(SOON).await;
        let refused = there.count(Class::Send, &ALICE).unwrap();
        assert!(refused.is_refused && refused.seconds <= 360, "{refused:?}");
    }

    /// The bound that docs/operations.md names, with 3 nodes and 100 requests a second.
    #[tokio::test(start_paused = true)]
    async fn who_asks_everywhere_all_the_time_has_the_quota_and_little_more() {
        let nodes: [_; 3] = nodes("100/s").await;
        let mut let_in = 0;
        for _ in 0..1_000 {
            for node in &nodes {
                let_in += (0..10).filter(|_| is_let_in(node, &ALICE)).count();
            }
            sleep(Duration::from_millis(10)).await;
        }
        // a quota and what comes back in 10 s, which is what one node would let in
        let fair = 100 + 1_000;
        // two more nodes, each with what one lets in until it hears of the others
        let ahead = 2 * (100 + 30);
        assert!((1_000..=fair + ahead).contains(&let_in), "{let_in}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_understood_is_nobodys() {
        let [node] = nodes("10/h").await;
        let sink = SharedLimits { node: "0".into(), limits: node.clone() };
        let names = ["", "send", "send:", "send:alice", "snooze:1", "login:nowhere", "account:\n"];
        let used = names.map(|name| Used { limit: name.to_owned(), times: 10 }).into();
        sink.deliver(&LiveEvent::Gossip { node: "1".into(), gossip: Gossip::Used(used) });
        assert!(is_let_in(&node, &ALICE));
    }
}
