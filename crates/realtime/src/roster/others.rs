use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use herald_domain::UserKey;
use herald_ports::Online;
use tokio::time::Instant;

use crate::{Hub, MAX_SOCKETS_PER_USER};

/// How long a node may say nothing: some of its signs of life may be lost or late.
const SILENCE: Duration = Duration::from_secs(5);
/// How many users are forgotten before others on the worker get their turn.
const AT_ONCE: usize = 1_000;

/// What the other nodes have said of who is connected to them; the hub knows the sums.
pub(super) struct Others {
    hub: Arc<Hub>,
    nodes: HashMap<Arc<str>, Other>,
}

struct Other {
    heard: Instant,
    devices: BTreeMap<UserKey, usize>,
}

impl Others {
    /// Nobody has said anything yet.
    pub(super) fn of(hub: &Arc<Hub>) -> Self {
        Self { hub: hub.clone(), nodes: HashMap::new() }
    }

    /// Takes what a node says of some users, and of a range of them all. Whether the node is new.
    pub(super) fn hear(
        &mut self,
        node: &Arc<str>,
        all_of: Option<(UserKey, UserKey)>,
        mut users: Vec<Online>,
    ) -> bool {
        let is_new = !self.nodes.contains_key(node);
        let heard = Instant::now();
        let other = self
            .nodes
            .entry(node.clone())
            .or_insert_with(|| Other { heard, devices: BTreeMap::new() });
        other.heard = heard;
        users.sort_unstable_by_key(|online| online.user);
        for user in other.within(all_of) {
            if users.binary_search_by_key(&user, |online| online.user).is_err() {
                other.set(&self.hub, user, 0);
            }
        }
        for Online { user, devices } in users {
            other.set(&self.hub, user, devices);
        }
        is_new
    }

    /// Forgets a node, and who is connected to it.
    pub(super) async fn forget(&mut self, node: &str) {
        let Some(other) = self.nodes.remove(node) else { return };
        for (nth, (user, devices)) in other.devices.into_iter().enumerate() {
            self.hub.elsewhere(user, devices, 0);
            if nth % AT_ONCE == AT_ONCE - 1 {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Forgets the nodes of which nothing was heard for too long.
    pub(super) async fn forget_silent(&mut self) {
        let now = Instant::now();
        let silent = self.nodes.iter().filter(|(_, other)| now - other.heard > SILENCE);
        let silent: Vec<_> = silent.map(|(node, _)| node.clone()).collect();
        for node in silent {
            self.forget(&node).await;
        }
    }
}

impl Other {
    fn within(&self, range: Option<(UserKey, UserKey)>) -> Vec<UserKey> {
        match range {
            Some((after, through)) if after < through => {
                let range = (Bound::Excluded(after), Bound::Included(through));
                self.devices.range(range).map(|(user, _)| *user).collect()
            }
            _ => Vec::new(),
        }
    }

    fn set(&mut self, hub: &Hub, user: UserKey, devices: usize) {
        // no node says more, and whoever does shall do no harm
        let devices = devices.min(MAX_SOCKETS_PER_USER);
        let before = if devices > 0 {
            self.devices.insert(user, devices)
        } else {
            self.devices.remove(&user)
        };
        let before = before.unwrap_or_default();
        if before != devices {
            hub.elsewhere(user, before, devices);
        }
    }
}
