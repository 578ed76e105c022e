//! What the tests of a store in a file share.

use herald_store_diesel::StoreConfig;
use tempfile::TempDir;

pub(crate) fn path(folder: &TempDir) -> String {
    folder.path().join("herald.db").display().to_string()
}

pub(crate) fn config(folder: &TempDir) -> StoreConfig {
    StoreConfig::new(format!("sqlite:{}", path(folder)))
}
