use async_trait::async_trait;

use crate::StoreError;

/// What is drawn once for all nodes of a store, such as keys.
#[async_trait]
pub trait SettingStore: Send + Sync + 'static {
    /// The value that was drawn under that name: this one, if none was. Of any number of nodes that draw
    /// at once, all are answered the same.
    async fn draw(&self, name: &'static str, value: String) -> Result<String, StoreError>;
}
