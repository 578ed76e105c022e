use std::str::FromStr;

use anyhow::{Error, bail};

/// What nodes hear each other by.
#[derive(Debug, Clone)]
pub(crate) struct Broker {
    /// how to reach it
    pub(crate) url: String,
    /// which it is
    pub(crate) kind: Kind,
}

/// Which broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    RabbitMq,
    Nats,
}

impl Broker {
    /// What our queues and streams begin with. They stay when a measurement is over, always the same.
    pub(crate) const PREFIX: &str = "herald-bench";

    /// What people call it.
    pub(crate) fn name(&self) -> &'static str {
        match self.kind {
            Kind::RabbitMq => "RabbitMQ",
            Kind::Nats => "NATS",
        }
    }

    /// The name of its program.
    pub(crate) fn program(&self) -> &'static str {
        match self.kind {
            Kind::RabbitMq => "beam.smp",
            Kind::Nats => "nats-server",
        }
    }
}

impl FromStr for Broker {
    type Err = Error;

    fn from_str(url: &str) -> Result<Self, Error> {
        let kind = match url.split_once("://") {
            Some(("amqp" | "amqps", _)) => Kind::RabbitMq,
            Some(("nats" | "tls", _)) => Kind::Nats,
            _ => bail!("must be like amqp://guest:guest@127.0.0.1:5672 or nats://127.0.0.1:4222"),
        };
        Ok(Self { url: url.to_owned(), kind })
    }
}
