use std::fmt;
use std::str::FromStr;

use async_nats::ServerAddr;

/// Where the broker is, and as whom to log in: `nats://user:password@host:port`, or `tls://`; several
/// nodes of one cluster with commas between them.
#[derive(Clone)]
pub struct Address(Vec<ServerAddr>);

/// The text is no address of NATS. It is not repeated, for it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be like nats://user:password@host:4222, or tls://")]
pub struct NotAnAddress;

impl Address {
    pub(crate) fn servers(&self) -> Vec<ServerAddr> {
        self.0.clone()
    }
}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let server = |text: &str| match text.split_once("://") {
            Some(("nats" | "tls", _)) => text.parse::<ServerAddr>().map_err(|_| NotAnAddress),
            _ => Err(NotAnAddress),
        };
        text.split(',').map(server).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts = self.0.iter().map(|server| format!("{}:{}", server.host(), server.port()));
        f.debug_list().entries(hosts).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let address: Address = "tls://herald:hunter2@a.example.com,nats://b:4223".parse().unwrap();
        assert_eq!(format!("{address:?}"), r#"["a.example.com:4222", "b:4223"]"#);
        let error = "nats://herald:hunter2@[".parse::<Address>().unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        for text in ["", "nats", "localhost:4222", "amqp://localhost", "nats://a,", "ws://a"] {
            assert_eq!(text.parse::<Address>().err(), Some(NotAnAddress), "{text}");
        }
    }
}
