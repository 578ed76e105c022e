//! NATS keeps the contract of every port, whatever happens to connections.

use async_nats::Client;
use async_trait::async_trait;
use herald_broker::{Broker, Settings};
use herald_contract::broker::BrokerUnderTest;

struct Nats;

impl Nats {
    async fn client() -> Client {
        async_nats::connect(Nats.address()).await.unwrap()
    }

    async fn put(subject: String, message: &[u8]) {
        let client = Self::client().await;
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
        let address = format!("nats://{address}").parse().unwrap();
        herald_queue_nats::open(&address, settings)
    }

    async fn put_job(&self, settings: &Settings, message: &[u8]) {
        Self::put(settings.name("jobs.fan_out"), message).await;
    }

    async fn put_frame(&self, settings: &Settings, message: &[u8]) {
        Self::put(settings.name("live"), message).await;
    }

    async fn erase(&self, settings: &Settings) {
        let jetstream = async_nats::jetstream::new(Self::client().await);
        for stream in ["jobs", "dead"] {
            // a case that has no node has made none
            let _ = jetstream.delete_stream(format!("{}_{stream}", settings.prefix)).await;
        }
    }
}

herald_contract::broker_suite!(Nats);
