use anyhow::Result;

use crate::config::Config;
use crate::wire::Storage;

/// Opening a store migrates it.
pub(super) fn run(config: &Config) -> Result<()> {
    super::block_on(async {
        Storage::open(config)?.close().await;
        Ok(())
    })?;
    super::say("the database is up to date");
    Ok(())
}
