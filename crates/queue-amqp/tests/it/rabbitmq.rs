use async_trait::async_trait;
use herald_broker::{Broker, Settings};
use herald_contract::broker::BrokerUnderTest;
use herald_queue_amqp::Address;
use lapin::options::BasicPublishOptions;
use lapin::{BasicProperties, Connection, ConnectionProperties};

/// RabbitMQ, as the cases see it.
pub(crate) struct RabbitMq;

impl RabbitMq {
    async fn put(exchange: String, key: &str, message: &[u8]) {
        let address = format!("amqp://guest:guest@{}", RabbitMq.address());
        let options = ConnectionProperties::default();
        let connection = Connection::connect(&address, options).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        let (options, properties) = (BasicPublishOptions::default(), BasicProperties::default());
        channel
            .basic_publish(exchange.into(), key.into(), options, message, properties)
            .await
            .unwrap();
        connection.close(200, "done".into()).await.unwrap();
    }
}

#[async_trait]
impl BrokerUnderTest for RabbitMq {
    fn address(&self) -> String {
        std::env::var("TEST_RABBITMQ").unwrap_or_else(|_| "127.0.0.1:5672".to_owned())
    }

    fn open(&self, address: &str, settings: &Settings) -> Broker {
        herald_queue_amqp::open(&self::address(address), settings)
    }

    async fn put_job(&self, settings: &Settings, message: &[u8]) {
        Self::put(settings.name("jobs"), "fan_out", message).await;
    }

    async fn put_frame(&self, settings: &Settings, message: &[u8]) {
        Self::put(settings.name("live"), "", message).await;
    }

    async fn erase(&self, settings: &Settings) {
        herald_queue_amqp::erase(&address(&self.address()), settings).await.unwrap();
    }
}

fn address(address: &str) -> Address {
    format!("amqp://guest:guest@{address}").parse().unwrap()
}
