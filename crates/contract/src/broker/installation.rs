use std::sync::Arc;

use async_trait::async_trait;
use herald_broker::{Broker, Link, Settings};
use herald_ports::{
    IdGenerator, Job, JobQueue, LiveBus, LiveEvent, LiveSink, NotQueued, Received, SystemClock,
    SystemRandom,
};

use super::{Listener, Proxy, eventually};

/// A kind of broker, as its adapter presents it to the cases.
#[async_trait]
pub trait BrokerUnderTest: Send + Sync + 'static {
    /// Where it listens, such as `127.0.0.1:5672`.
    fn address(&self) -> String;

    /// Opens it, through whatever listens at that address.
    fn open(&self, address: &str, settings: &Settings) -> Broker;

    /// Puts a message where the nodes take jobs from.
    async fn put_job(&self, settings: &Settings, message: &[u8]);

    /// Puts a message where the nodes hear events from.
    async fn put_frame(&self, settings: &Settings, message: &[u8]);

    /// Removes everything of that installation.
    async fn erase(&self, settings: &Settings);
}

/// A number of nodes that belong together, on a broker. Nothing stays of it.
pub struct Installation {
    /// the kind of broker
    pub broker: Arc<dyn BrokerUnderTest>,
    /// what the nodes are opened with
    pub settings: Settings,
}

impl Installation {
    /// A new one; none, if there is no broker here.
    pub async fn on(broker: impl BrokerUnderTest) -> Option<Self> {
        tokio::net::TcpStream::connect(broker.address()).await.ok()?;
        let prefix = format!("herald-test-{}", SystemRandom.id());
        let settings = Settings::new(&prefix, Arc::new(SystemClock), Arc::new(SystemRandom));
        Some(Self { broker: Arc::new(broker), settings })
    }

    /// Another node, once it is connected.
    pub async fn node(&self) -> Broker {
        let node = self.broker.open(&self.broker.address(), &self.settings);
        connected(&node).await;
        node
    }

    /// Another node, and what its devices hear. They were told already to look into the store, for a
    /// node that has just connected may have missed something.
    pub async fn node_with_listener(&self) -> (Broker, Listener) {
        let node = self.broker.open(&self.broker.address(), &self.settings);
        let listener = Listener::on(&node.bus);
        connected(&node).await;
        listener.lags_more_than(0).await;
        (node, listener)
    }

    /// Another node whose connection goes through a proxy, once it is connected.
    pub async fn node_behind_proxy(&self) -> (Broker, Proxy) {
        let proxy = Proxy::to(&self.broker.address()).await;
        let node = self.broker.open(&proxy.address(), &self.settings);
        connected(&node).await;
        (node, proxy)
    }

    /// One node, for the suites of single ports.
    pub async fn alone(self) -> Arc<OnBroker> {
        Arc::new(OnBroker { node: self.node().await, _installation: self })
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        let (broker, settings) = (self.broker.clone(), self.settings.clone());
        // a thread of its own, for the runtime of the case is busy with ending it
        let erasing = std::thread::spawn(move || {
            crate::run(async { broker.erase(&settings).await });
        });
        // a broker that cannot be tidied up fails other cases
        let _ = erasing.join();
    }
}

/// A node that is all there is of its installation.
pub struct OnBroker {
    // first, so that it is gone when everything is erased
    node: Broker,
    _installation: Installation,
}

impl LiveBus for OnBroker {
    fn publish(&self, event: LiveEvent) {
        self.node.bus.publish(event);
    }

    fn subscribe(&self, sink: Arc<dyn LiveSink>) {
        self.node.bus.subscribe(sink);
    }
}

#[async_trait]
impl JobQueue for OnBroker {
    async fn publish(&self, job: Job) -> Result<(), NotQueued> {
        self.node.queue.publish(job).await
    }

    async fn receive(&self) -> Box<dyn Received> {
        self.node.queue.receive().await
    }
}

/// Whether every link of the node is up.
pub(super) fn is_up(node: &Broker) -> bool {
    node.links.iter().all(|link: &Arc<Link>| link.is_up())
}

pub(super) async fn connected(node: &Broker) {
    eventually("a node is connected", async || is_up(node)).await;
}

pub(super) async fn away(node: &Broker) {
    eventually("a node notices that the broker is away", async || !is_up(node)).await;
}
