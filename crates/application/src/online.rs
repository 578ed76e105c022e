use std::collections::HashMap;
use std::sync::Arc;

use herald_domain::{UserId, UserKey};
use herald_ports::{OnlinePage, Part, Presence, StoreError, UserStore};

/// Somebody, and how many of their devices are connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Devices {
    /// who
    pub user: UserId,
    /// how many sockets and streams of the user are open; none, if the user is not online
    pub devices: usize,
}

/// Some of those who are online, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlineList {
    /// in the order in which they became users
    pub part: Part<Devices, UserKey>,
    /// how many users are online
    pub people: usize,
    /// how many sockets and streams are open
    pub devices: usize,
}

/// Who is online. Not for everybody: the caller checks who asks.
pub struct WhoIsOnline {
    presence: Arc<dyn Presence>,
    users: Arc<dyn UserStore>,
}

impl WhoIsOnline {
    /// The most users that are asked for at once.
    pub const MAX_USERS: usize = 100;

    /// Over what knows of connections, and a store that knows names.
    pub fn new(presence: Arc<dyn Presence>, users: Arc<dyn UserStore>) -> Self {
        Self { presence, users }
    }

    /// How many devices each of these users has connected, in the order given. Whoever does not exist
    /// is not online.
    pub async fn of(&self, ids: Vec<UserId>) -> Result<Vec<Devices>, StoreError> {
        let users = self.users.by_ids(ids.clone()).await?;
        let keys: HashMap<_, _> = users.into_iter().map(|user| (user.id, user.key)).collect();
        let devices = |user: UserId| {
            let devices = keys.get(&user).map_or(0, |key| self.presence.devices(*key));
            Devices { user, devices }
        };
        Ok(ids.into_iter().map(devices).collect())
    }

    /// Some of those who are online.
    pub async fn list(
        &self,
        after: Option<UserKey>,
        limit: usize,
    ) -> Result<OnlineList, StoreError> {
        let OnlinePage { part: Part { items, next }, people, devices } =
            self.presence.online(after, limit);
        let users = self.users.by_keys(items.iter().map(|online| online.user).collect()).await?;
        let mut ids: HashMap<_, _> = users.into_iter().map(|user| (user.key, user.id)).collect();
        // who was deleted is about to be disconnected
        let named = items.into_iter().filter_map(|online| {
            ids.remove(&online.user).map(|user| Devices { user, devices: online.devices })
        });
        Ok(OnlineList { part: Part { items: named.collect(), next }, people, devices })
    }
}
