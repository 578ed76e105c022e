//! The store keeps the contract of every port.
#![expect(clippy::unwrap_used, reason = "a store that does not open fails every test")]

use std::sync::Arc;

use herald_contract::Stores;
use herald_ports::SystemRandom;
use herald_store_diesel::{DieselStore, StoreConfig};

fn stores() -> Stores {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("herald.db").display());
    let store = DieselStore::open(&StoreConfig::new(url), &SystemRandom).unwrap();
    Stores::of(Arc::new(store), folder)
}

herald_contract::contract_suite!(stores());
