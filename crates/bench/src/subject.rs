use std::net::SocketAddr;
use std::sync::Arc;

use crate::client::user;
use crate::process::Process;
use crate::token;

/// What is measured: Herald, or the floor.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    /// where it listens
    pub(crate) address: SocketAddr,
    /// its process
    pub(crate) process: Process,
    /// programs of this machine that work for it: their time is counted as its own
    pub(crate) programs: Vec<&'static str>,
    /// who may send
    pub(crate) key: String,
    /// what it shares with whoever mints tokens
    pub(crate) secret: String,
    /// what it offers where
    pub(crate) paths: Paths,
}

/// What a subject offers where.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    /// takes a notification to one
    pub(crate) send: String,
    /// takes a notification to many
    pub(crate) send_to_all: String,
    /// takes a handshake
    pub(crate) socket: String,
    /// answers a page
    pub(crate) page: String,
    /// what a client says after the first message, before it is connected; nothing, if empty
    pub(crate) greeting: &'static [u8],
}

impl Paths {
    /// Those of Herald.
    pub(crate) fn of_herald() -> Self {
        Self {
            send: "/api/v1/notifications".to_owned(),
            send_to_all: "/api/v1/notifications".to_owned(),
            socket: "/api/v1/ws".to_owned(),
            page: "/api/v1/notifications?limit=20".to_owned(),
            greeting: &[],
        }
    }
}

impl Subject {
    /// Tokens for so many sockets of so many users: 0, 1, 2 and so on, and around again.
    pub(crate) fn tokens(&self, users: usize, sockets: usize) -> Arc<[String]> {
        let tokens: Vec<_> =
            (0..users.min(sockets)).map(|nth| token::mint(&self.secret, &user(nth))).collect();
        (0..sockets).map(|nth| tokens[nth % tokens.len()].clone()).collect()
    }

    /// A token for one socket of each of these users.
    pub(crate) fn tokens_of(&self, users: impl Iterator<Item = usize>) -> Arc<[String]> {
        users.map(|nth| token::mint(&self.secret, &user(nth))).collect()
    }

    #[cfg(test)]
    pub(crate) fn for_tests() -> Self {
        Self {
            address: SocketAddr::from(([127, 0, 0, 1], 1)),
            process: Process::own(),
            programs: Vec::new(),
            key: "hk_test".to_owned(),
            secret: "secret".to_owned(),
            paths: Paths::of_herald(),
        }
    }
}
