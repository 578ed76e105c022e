use std::sync::Arc;

use herald_domain::{Audience, Content, Draft, Route, Timestamp};
use herald_ports::{Append, Entry, SystemRandom};
use tempfile::TempDir;

use crate::{DieselStore, StoreConfig};

pub(super) const NOW: Timestamp = Timestamp::from_micros(1_795_251_600_000_000);

pub(super) fn config(folder: &TempDir) -> StoreConfig {
    let path = folder.path().join("herald.db");
    StoreConfig::new(format!("sqlite:{}", path.display()))
}

pub(super) fn store(folder: &TempDir) -> DieselStore {
    DieselStore::open(&config(folder), &SystemRandom).unwrap()
}

pub(super) fn append(to: &[&str], message: &str) -> Append {
    Append {
        entries: vec![Entry::Send(Draft {
            to: Audience::Users(to.iter().map(|id| id.parse().unwrap()).collect()),
            content: Content::of(message.parse().unwrap()),
            route: Route::default(),
            send_at: None,
        })],
        sender: "ci-bot".to_owned(),
        principal: "key:1".to_owned(),
        create_recipients: true,
        idempotency: None,
        defaults: Arc::default(),
        traceparent: None,
        now: NOW,
    }
}
