use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::Value;

use super::request::NUMBER;
use super::{Get, Http, Source, body, request};
use crate::clock::now;
use crate::subject::Subject;

/// Something that is put into inboxes by and by, as its sender follows it.
pub(crate) struct Broadcast {
    /// when it was sent
    pub(crate) begun: Instant,
    http: Http,
    look: Get,
}

impl Broadcast {
    /// Sends to an audience that is not told at once.
    pub(crate) async fn to(subject: &Subject, audience: &str) -> Result<Self> {
        Self::nth_to(subject, audience, 0).await
    }

    /// Sends the message of that number.
    pub(crate) async fn nth_to(subject: &Subject, audience: &str, number: usize) -> Result<Self> {
        let mut http = Http::connect(subject.address).await?;
        let body = body(audience).replace(NUMBER, &format!("#{number:010}"));
        let post = request("POST", &subject.paths.send, &subject.key, &body);
        let begun = now();
        let receipt: Value = serde_json::from_slice(http.call(post.as_bytes(), 202).await?)?;
        let id = receipt["id"].as_i64().context("a receipt has an id")?;
        let look = Get::new(&format!("{}/{id}", subject.paths.send), &subject.key);
        Ok(Self { begun, http, look })
    }

    /// Whether it is in every inbox.
    pub(crate) async fn is_done(&mut self) -> Result<bool> {
        let sent: Value = serde_json::from_slice(self.http.call(self.look.request(0), 200).await?)?;
        Ok(sent["state"] == "delivered")
    }
}
