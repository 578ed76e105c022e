use herald_domain::UserKey;

use crate::Part;

/// Somebody who is online.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Online {
    /// who
    pub user: UserKey,
    /// how many sockets and streams of the user are open
    pub devices: usize,
}

/// Some of those who are online, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlinePage {
    /// in the order of their keys
    pub part: Part<Online, UserKey>,
    /// how many users are online
    pub people: usize,
    /// how many sockets and streams are open
    pub devices: usize,
}

/// Who is online: of whom a socket or a stream is open at this moment.
///
/// A device counts from the moment at which it is known whose it is, until its connection is gone; at
/// another node, as that node last said. Nothing is kept: after a restart nobody is online until they
/// are back. Answers at once; what they cost does not depend on how many are online.
pub trait Presence: Send + Sync + 'static {
    /// How many sockets and streams of a user are open.
    fn devices(&self, user: UserKey) -> usize;

    /// At most `limit` of those who are online, in the order of their keys; those after `after`, if
    /// given.
    fn online(&self, after: Option<UserKey>, limit: usize) -> OnlinePage;
}

/// Who has a device open on this very node. Answers at once.
pub trait Connected: Send + Sync + 'static {
    /// Those whose keys are beyond `after`, up to `through`, in the order of their keys.
    fn connected(&self, after: UserKey, through: UserKey) -> Vec<UserKey>;
}

/// A node without devices.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoDevices;

impl Connected for NoDevices {
    fn connected(&self, _: UserKey, _: UserKey) -> Vec<UserKey> {
        Vec::new()
    }
}
