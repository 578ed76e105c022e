use std::borrow::Cow;

use herald_domain::UserKey;
use herald_ports::{Gossip, Online, Used};
use serde::{Deserialize, Serialize};

/// What a node says of itself, as it stands in an event.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Says<'a> {
    Devices {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        all_of: Option<(UserKey, UserKey)>,
        users: Vec<Devices>,
    },
    Ask(Cow<'a, str>),
    Stopped,
    Used(Vec<Times<'a>>),
}

/// A user, and on how many devices.
#[derive(Serialize, Deserialize)]
pub(super) struct Devices(UserKey, usize);

/// A limit, and how often it was used.
#[derive(Serialize, Deserialize)]
pub(super) struct Times<'a>(Cow<'a, str>, u32);

impl<'a> From<&'a Gossip> for Says<'a> {
    fn from(gossip: &'a Gossip) -> Self {
        match gossip {
            Gossip::Devices { all_of, users } => {
                let users = users.iter().map(|online| Devices(online.user, online.devices));
                Self::Devices { all_of: *all_of, users: users.collect() }
            }
            Gossip::Ask(node) => Self::Ask(Cow::Borrowed(node)),
            Gossip::Stopped => Self::Stopped,
            Gossip::Used(used) => {
                let times = |used: &'a Used| Times(Cow::Borrowed(&used.limit), used.times);
                Self::Used(used.iter().map(times).collect())
            }
        }
    }
}

impl From<Says<'_>> for Gossip {
    fn from(says: Says<'_>) -> Self {
        match says {
            Says::Devices { all_of, users } => {
                let users =
                    users.into_iter().map(|Devices(user, devices)| Online { user, devices });
                Self::Devices { all_of, users: users.collect() }
            }
            Says::Ask(node) => Self::Ask(node.into()),
            Says::Stopped => Self::Stopped,
            Says::Used(used) => {
                let used = used.into_iter();
                let used =
                    used.map(|Times(limit, times)| Used { limit: limit.into_owned(), times });
                Self::Used(used.collect())
            }
        }
    }
}
