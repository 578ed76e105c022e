//! NATS keeps the contract of every port, whatever happens to connections.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use async_trait::async_trait;
use herald_broker::{Broker, Settings};
use herald_contract::broker::BrokerUnderTest;
use herald_queue_nats::Address;

struct Nats;

impl Nats {
    async fn put(subject: String, message: &[u8]) {
        let client = async_nats::connect(Nats.address()).await.unwrap();
        client.publish(subject, message.to_vec().into()).await.unwrap();
        client.flush().await.unwrap();
    }
}

#[async_trait]
impl BrokerUnderTest for Nats {
    fn address(&self) -> String {
        std::env::var("TEST_NATS").unwrap_or_else(|_| "127.0.0.1:4222".to_owned())
    }

    fn open(&self, address: &str, settings: &Settings) -> Broker {
        herald_queue_nats::open(&self::address(address), settings)
    }

    async fn put_job(&self, settings: &Settings, message: &[u8]) {
        Self::put(settings.name("jobs.fan_out"), message).await;
    }

    async fn put_frame(&self, settings: &Settings, message: &[u8]) {
        Self::put(settings.name("live"), message).await;
    }

    async fn erase(&self, settings: &Settings) {
        herald_queue_nats::erase(&address(&self.address()), settings).await.unwrap();
    }
}

fn address(address: &str) -> Address {
    format!("nats://{address}").parse().unwrap()
}

herald_contract::broker_suite!(Nats);
