//! What carries events and jobs: this process alone, or a broker.

use std::sync::Arc;

use anyhow::{Result, bail};
use herald_broker::{Broker, Link, LinkState, Settings};
use herald_http::Component;
use herald_memory::{MemoryBus, MemoryQueue};
use herald_ports::{DeadJobs, JobQueue, LiveBus, SystemClock, SystemRandom};

/// The longest prefix of names on a broker.
const MAX_PREFIX: usize = 64;

/// What carries events and jobs, as the configuration names it.
pub(crate) enum QueueUrl {
    /// this process: there is one node
    Memory,
    /// RabbitMQ
    Amqp(herald_queue_amqp::Address),
    /// NATS
    Nats(herald_queue_nats::Address),
}

impl QueueUrl {
    /// Reads the configured text, which is never repeated: it may hold a password.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        match text.split_once(':') {
            Some(("memory", "")) => Ok(Self::Memory),
            Some(("amqp" | "amqps", _)) => Ok(Self::Amqp(text.parse()?)),
            Some(("nats" | "tls", _)) => Ok(Self::Nats(text.parse()?)),
            _ => bail!("must be memory:, amqp://…, amqps://…, nats://… or tls://…"),
        }
    }

    /// What the log says of it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Amqp(_) => "amqp",
            Self::Nats(_) => "nats",
        }
    }
}

/// Checks what names on the broker begin with. No dots: they separate parts of names.
pub(crate) fn check_prefix(prefix: &str) -> Result<()> {
    let is_one = (1..=MAX_PREFIX).contains(&prefix.len())
        && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if !is_one {
        bail!("must be 1 to {MAX_PREFIX} letters, digits, _ and -");
    }
    Ok(())
}

/// What carries events and jobs, behind its ports.
pub(crate) struct Messaging {
    pub(crate) bus: Arc<dyn LiveBus>,
    pub(crate) queue: Arc<dyn JobQueue>,
    pub(crate) dead_jobs: Arc<dyn DeadJobs>,
    /// none within one process
    pub(crate) links: Vec<Arc<Link>>,
    /// kept as long as this is
    broker: Option<herald_broker::Tasks>,
}

impl Messaging {
    /// Begins to keep a connection, where there is one to keep; the broker may be away.
    pub(crate) fn open(url: &QueueUrl, prefix: &str) -> Self {
        let settings = || Settings::new(prefix, Arc::new(SystemClock), Arc::new(SystemRandom));
        match url {
            QueueUrl::Memory => Self::within_this_process(),
            QueueUrl::Amqp(address) => Self::by(herald_queue_amqp::open(address, &settings())),
            QueueUrl::Nats(address) => Self::by(herald_queue_nats::open(address, &settings())),
        }
    }

    /// For a process that is alone, or does not live long enough to hear of others.
    pub(crate) fn within_this_process() -> Self {
        let queue = Arc::new(MemoryQueue::default());
        Self {
            bus: Arc::new(MemoryBus::default()),
            queue: queue.clone(),
            dead_jobs: queue,
            links: Vec::new(),
            broker: None,
        }
    }

    /// Has others hear what they have not heard yet, and leaves the broker in good order.
    pub(crate) async fn close(self) {
        if let Some(broker) = self.broker {
            broker.close().await;
        }
    }

    fn by(Broker { bus, queue, dead_jobs, links, tasks }: Broker) -> Self {
        Self { bus, queue, dead_jobs, links, broker: Some(tasks) }
    }
}

/// How the broker is, if there is one. Without it everything is done, and some of it later.
pub(crate) fn component(links: &[Arc<Link>]) -> Option<Component> {
    let away: Vec<_> = links
        .iter()
        .filter_map(|link| match link.state() {
            LinkState::Connected => None,
            LinkState::Away { since, reason } => {
                Some(format!("{} is away since {since}: {reason}", link.name()))
            }
        })
        .collect();
    let ok = away.is_empty();
    let detail = (!ok).then(|| away.join("; "));
    (!links.is_empty()).then_some(Component { name: "broker", ok, detail, essential: false })
}
