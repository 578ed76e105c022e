//! The store keeps the contract of every port, on every backend.
#![expect(clippy::unwrap_used, reason = "a store that does not open fails every test")]

#[path = "postgres/database.rs"]
mod database;

use std::sync::Arc;

use herald_contract::Stores;
use herald_ports::SystemRandom;
use herald_store_diesel::{DieselStore, StoreConfig};

mod on_sqlite {
    fn stores() -> super::Stores {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("herald.db").display());
        super::open(url, folder)
    }

    herald_contract::contract_suite!(stores());
}

mod on_postgres {
    fn stores() -> Option<super::Stores> {
        let database = super::database::Database::new()?;
        Some(super::open(database.url(), database))
    }

    herald_contract::contract_suite!(stores());
}

fn open(url: String, guard: impl std::any::Any + Send + Sync) -> Stores {
    let store = DieselStore::open(&StoreConfig::new(url), &SystemRandom).unwrap();
    Stores::of(Arc::new(store), guard)
}
