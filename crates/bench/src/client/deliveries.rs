use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Get, Http};
use crate::herald::Herald;

/// How often is asked how far deliveries have come.
const LOOK: Duration = Duration::from_millis(50);

/// What leaves a server, as its administrator sees it.
pub(crate) struct Deliveries {
    http: Http,
    admin: String,
}

impl Deliveries {
    /// Of that server.
    pub(crate) async fn of(herald: &Herald) -> Result<Self> {
        Ok(Self { http: Http::connect(herald.subject.address).await?, admin: herald.admin.clone() })
    }

    /// How many attempts by a channel went well, since the server began.
    pub(crate) async fn sent(&mut self, channel: &str) -> Result<u64> {
        let labels = format!(r#"{{channel="{channel}",outcome="sent"}} "#);
        let figures = std::str::from_utf8(self.get("/metrics").await?)?;
        let of_channel = |line: &str| {
            let value = line.strip_prefix("herald_delivery_attempts_total")?;
            value.strip_prefix(labels.as_str())?.parse().ok()
        };
        figures.lines().find_map(of_channel).context("attempts are counted")
    }

    /// Waits until so many have been sent since the server began.
    pub(crate) async fn are_sent(&mut self, channel: &str, count: u64) -> Result<()> {
        while self.sent(channel).await? < count {
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// Waits until none is due or being made, and all that came of them is recorded.
    pub(crate) async fn are_settled(&mut self, channel: &str) -> Result<()> {
        for status in ["pending", "sending"] {
            let path =
                format!("/api/v1/admin/deliveries?channel={channel}&status={status}&limit=1");
            loop {
                let found: Value = serde_json::from_slice(self.get(&path).await?)?;
                if found["items"].as_array().context("a list has items")?.is_empty() {
                    break;
                }
                tokio::time::sleep(LOOK).await;
            }
        }
        Ok(())
    }

    async fn get(&mut self, path: &str) -> Result<&[u8]> {
        self.http.call(Get::new(path, &self.admin).bytes(), 200).await
    }
}
