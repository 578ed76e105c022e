//! Mail, as a server reads it that others wrote.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod contract;
mod errors;
mod letters;
mod secrecy;

use std::time::Duration;

use herald_contract::fixtures::outgoing;
use herald_contract::{LOGIN, MailServer};
use herald_domain::Address;
use herald_email::{EmailChannel, Settings};
use herald_ports::Outgoing;
use serde_json::Value;

/// Gives up on a server soon enough for a test.
const SOON: Duration = Duration::from_millis(300);

/// A channel to that server, by the name that its certificate is of.
fn channel(server: &MailServer, query: &str) -> EmailChannel {
    EmailChannel::new(settings(server, "smtp", query)).unwrap()
}

fn settings(server: &MailServer, scheme: &str, query: &str) -> Settings {
    let password = LOGIN.1.replace('%', "%25");
    let url = format!("{scheme}://{}:{password}@localhost:{}{query}", LOGIN.0, server.port);
    anonymous(server, &url)
}

/// Settings for that address, which trust the server's certificate.
fn anonymous(server: &MailServer, url: &str) -> Settings {
    let from = "Herald <herald@example.com>".parse().unwrap();
    let extra_roots = server.certificate.clone().into_bytes();
    Settings { extra_roots, ..Settings::new(url.parse().unwrap(), from) }
}

/// A channel to a server that wants no login.
fn plain(server: &MailServer) -> EmailChannel {
    EmailChannel::new(anonymous(server, &format!("smtp://localhost:{}", server.port))).unwrap()
}

/// The header, if it is there once.
fn header(mail: &Value, name: &str) -> Value {
    let headers = mail["headers"].as_array().unwrap();
    let mut found = headers.iter().filter(|header| header[0] == name);
    let value = found.next().map_or(Value::Null, |header| header[1].clone());
    assert!(found.next().is_none(), "{name} is there more than once");
    value
}

/// A message to `alice@example.com`.
fn message() -> Outgoing {
    outgoing(to("alice@example.com"))
}

fn to(address: &str) -> Address {
    Address::Email(address.parse().unwrap())
}

/// A server, or the test is skipped.
macro_rules! started {
    ($server:expr) => {
        match $server {
            Some(server) => server,
            None => return herald_contract::skip(module_path!(), "aiosmtpd is not installed"),
        }
    };
}
pub(crate) use started;
