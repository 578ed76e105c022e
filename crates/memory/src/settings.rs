use std::collections::HashMap;

use async_trait::async_trait;
use herald_ports::{SettingStore, StoreError};

use crate::MemoryStore;

/// What was drawn, by name.
pub(crate) type Settings = HashMap<&'static str, String>;

#[async_trait]
impl SettingStore for MemoryStore {
    async fn draw(&self, name: &'static str, value: String) -> Result<String, StoreError> {
        Ok(self.state()?.settings.entry(name).or_insert(value).clone())
    }
}
