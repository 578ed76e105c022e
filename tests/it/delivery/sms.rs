use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use herald_contract::web::{WebReply, WebServer};

use crate::support::Builder;

/// A provider of short messages on this machine.
pub(super) struct SmsProvider {
    server: WebServer,
    status: Arc<AtomicU16>,
}

impl SmsProvider {
    /// One that takes so long for each message.
    pub(super) async fn start(wait: Duration) -> Self {
        let status = Arc::new(AtomicU16::new(201));
        let answered = status.clone();
        let server = WebServer::start(move |_| {
            let status = answered.load(Ordering::Relaxed);
            WebReply::status(status).body(r#"{"sid": "SM1", "status": "queued"}"#).after(wait)
        });
        Self { server: server.await, status }
    }

    /// Makes a server send by it.
    pub(super) fn of(&self, builder: Builder) -> Builder {
        builder
            .set("HERALD_SMS_URL", &self.server.url(""))
            .set("HERALD_SMS_ACCOUNT", "AC1")
            .set("HERALD_SMS_TOKEN", "t0ken")
            .set("HERALD_SMS_FROM", "+4930123456")
            .set("HERALD_SMS_TIMEOUT", "1")
    }

    /// What it answers from now on.
    pub(super) fn answers(&self, status: u16) {
        self.status.store(status, Ordering::Relaxed);
    }

    /// How often it was asked.
    pub(super) fn asked(&self) -> usize {
        self.server.asked().len()
    }

    /// How often it was asked to send each text, none of which has more than letters and digits.
    pub(super) fn texts(&self) -> BTreeMap<String, usize> {
        let mut texts = BTreeMap::new();
        for request in self.server.asked() {
            let form = String::from_utf8(request.body).unwrap();
            let text = form.split('&').find_map(|field| field.strip_prefix("Body=")).unwrap();
            *texts.entry(text.to_owned()).or_default() += 1;
        }
        texts
    }
}
