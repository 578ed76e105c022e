use std::sync::Arc;

use herald_domain::UserKey;

use crate::Online;

/// What nodes tell each other of what each of them keeps in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gossip {
    /// on how many devices users are connected to the node. Said when it changes, of everybody now and
    /// then, and with nobody in it as a sign of life
    Devices {
        /// a range of users, beyond the one and up to the other: of them nobody is connected to the
        /// node but those who are listed
        all_of: Option<(UserKey, UserKey)>,
        /// each as it is now; without devices, if no longer connected
        users: Vec<Online>,
    },
    /// that node should say of everybody: whoever asks has only just heard of it
    Ask(Arc<str>),
    /// the node stops: nobody is connected to it
    Stopped,
    /// what was used of rate limits at the node, each use said once
    Used(Vec<Used>),
}

/// How much of a rate limit somebody has used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// which limit, and whose, as those who count call it
    pub limit: String,
    /// how often
    pub times: u32,
}
