//! A server with a broker: what it gains by it, and that it needs it for nothing.

mod cut;
mod one_node;
mod tls;
mod two_nodes;

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;

use futures_util::FutureExt;
use herald_broker::Settings;
use herald_ports::{IdGenerator, SystemClock, SystemRandom};
use serde_json::Value;

use crate::support::{Builder, Client, Server, eventually};

/// Makes a test of each broker from a function that takes one.
macro_rules! on_each_broker {
    ($($test:ident),+ $(,)?) => {$(
        mod $test {
            #[tokio::test(flavor = "multi_thread")]
            async fn rabbitmq() {
                $crate::broker::on($crate::broker::Kind::RabbitMq, stringify!($test), super::$test)
                    .await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn nats() {
                $crate::broker::on($crate::broker::Kind::Nats, stringify!($test), super::$test)
                    .await;
            }
        }
    )+};
}
pub(crate) use on_each_broker;

/// Which broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    RabbitMq,
    Nats,
}

/// An installation on a broker that others use, too. It is erased at its end.
#[derive(Clone)]
pub(crate) struct Broker {
    pub(crate) kind: Kind,
    settings: Settings,
}

impl Broker {
    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        let (name, usual) = match self.kind {
            Kind::RabbitMq => ("TEST_RABBITMQ", "127.0.0.1:5672"),
            Kind::Nats => ("TEST_NATS", "127.0.0.1:4222"),
        };
        std::env::var(name).unwrap_or_else(|_| usual.to_owned())
    }

    /// The URL of the broker behind an address.
    pub(crate) fn url(&self, address: &str) -> String {
        match self.kind {
            Kind::RabbitMq => format!("amqp://guest:guest@{address}"),
            Kind::Nats => format!("nats://{address}"),
        }
    }

    /// A server that uses the broker behind that address.
    pub(crate) fn server(&self, address: &str) -> Builder {
        self.join(Server::builder(), &self.url(address))
    }

    /// Makes a server use a broker.
    pub(crate) fn join(&self, builder: Builder, url: &str) -> Builder {
        builder.set("HERALD_QUEUE_URL", url).set("HERALD_QUEUE_PREFIX", &self.settings.prefix)
    }

    async fn erase(&self) {
        let url = self.url(&self.address());
        match self.kind {
            Kind::RabbitMq => {
                herald_queue_amqp::erase(&url.parse().unwrap(), &self.settings).await.unwrap();
            }
            Kind::Nats => {
                herald_queue_nats::erase(&url.parse().unwrap(), &self.settings).await.unwrap();
            }
        }
    }
}

/// Runs a test on a broker, if it is here.
pub(crate) async fn on<F: Future<Output = ()>>(
    kind: Kind,
    test: &str,
    run: impl FnOnce(Broker) -> F,
) {
    let prefix = format!("herald-test-{}", SystemRandom.id());
    let settings = Settings::new(&prefix, Arc::new(SystemClock), Arc::new(SystemRandom));
    let broker = Broker { kind, settings };
    if tokio::net::TcpStream::connect(broker.address()).await.is_err() {
        return crate::support::skip(&format!("{test}::{kind:?}"), "the broker is not here");
    }
    // also if it fails, for the broker is not its own
    let outcome = AssertUnwindSafe(run(broker.clone())).catch_unwind().await;
    broker.erase().await;
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

/// How ready a server says it is, and how its broker is. It is always ready.
async fn readiness(server: &Server) -> (String, Value) {
    let json = server.anonymous().get("/readyz").await.expect(200).json;
    let components = json["components"].as_array().unwrap();
    let broker = components.iter().find(|part| part["name"] == "broker").unwrap();
    (json["status"].as_str().unwrap().to_owned(), broker.clone())
}

pub(crate) async fn is_ready(server: &Server) {
    eventually("the server is ready", async || readiness(server).await.0 == "ready").await;
}

pub(crate) async fn is_degraded(server: &Server) {
    eventually("the server is degraded", async || readiness(server).await.0 == "degraded").await;
}

/// Sends to everybody.
pub(crate) async fn broadcast(service: &Client, message: &str) {
    let body = serde_json::json!({"to": {"everyone": true}, "message": message});
    service.post("/api/v1/notifications", &body).await.expect(202);
}

/// What a metric says; nothing if it is not there.
async fn figure(admin: &Client, line: &str) -> f64 {
    let answer = admin.get("/metrics").await.expect(200);
    let text = String::from_utf8(answer.bytes).unwrap();
    let found = text.lines().find_map(|known| known.strip_prefix(line)?.trim().parse().ok());
    found.unwrap_or_default()
}
