use std::fmt;
use std::str::FromStr;

use lapin::uri::AMQPUri;

/// How long neither side says anything at most, in seconds, before the other takes it for gone.
const HEARTBEAT: u16 = 10;

/// Where the broker is, and as whom to log in: `amqp://user:password@host:port/vhost`, or `amqps://`.
#[derive(Clone)]
pub struct Address(AMQPUri);

/// The text is no address of RabbitMQ. It is not repeated, for it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be like amqp://user:password@host:5672/vhost, or amqps://")]
pub struct NotAnAddress;

impl Address {
    pub(crate) fn uri(&self) -> &AMQPUri {
        &self.0
    }
}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let mut uri: AMQPUri = text.parse().map_err(|_| NotAnAddress)?;
        if uri.vhost.is_empty() {
            // with a slash behind the host, people mean the virtual host that is always there
            "/".clone_into(&mut uri.vhost);
        }
        uri.query.heartbeat.get_or_insert(HEARTBEAT);
        Ok(Self(uri))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri = &self.0;
        write!(f, "{}://{}:{}", uri.scheme, uri.authority.host, uri.authority.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let address: Address = "amqps://herald:hunter2@mq.example.com/prod".parse().unwrap();
        assert_eq!(format!("{address:?}"), "amqps://mq.example.com:5671");
        let error = "amqp://herald:hunter2@[".parse::<Address>().unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn a_slash_alone_is_the_usual_virtual_host() {
        for text in ["amqp://localhost", "amqp://localhost/", "amqp://localhost/%2f"] {
            assert_eq!(text.parse::<Address>().unwrap().uri().vhost, "/", "{text}");
        }
        assert_eq!("amqp://h/prod".parse::<Address>().unwrap().uri().vhost, "prod");
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        for text in ["", "amqp", "localhost:5672", "nats://localhost", "amqp:localhost"] {
            assert_eq!(text.parse::<Address>().err(), Some(NotAnAddress), "{text}");
        }
    }
}
