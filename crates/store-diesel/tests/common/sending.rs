//! What is sent, whatever the backend.

use std::sync::Arc;

use herald_domain::{Audience, Content, Draft, Route, Timestamp};
use herald_ports::{Append, Entry};

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_795_251_600_000_000);

pub(crate) fn append(to: &str, content: Content) -> Append {
    Append {
        entries: vec![Entry::Send(Draft {
            to: Audience::Users(vec![to.parse().unwrap()]),
            content,
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

pub(crate) fn hello(to: &str) -> Append {
    append(to, Content::of("hello".parse().unwrap()))
}
