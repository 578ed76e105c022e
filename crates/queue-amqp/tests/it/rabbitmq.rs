use async_trait::async_trait;
use herald_broker::{Broker, Settings};
use herald_contract::broker::BrokerUnderTest;
use lapin::options::{BasicPublishOptions, ExchangeDeleteOptions, QueueDeleteOptions};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};

/// RabbitMQ, as the cases see it.
pub(crate) struct RabbitMq;

impl RabbitMq {
    async fn channel() -> (Connection, Channel) {
        let address = format!("amqp://guest:guest@{}", RabbitMq.address());
        let options = ConnectionProperties::default();
        let connection = Connection::connect(&address, options).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        (connection, channel)
    }

    async fn put(exchange: String, key: &str, message: &[u8]) {
        let (connection, channel) = Self::channel().await;
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
        let address = format!("amqp://guest:guest@{address}").parse().unwrap();
        herald_queue_amqp::open(&address, settings)
    }

    async fn put_job(&self, settings: &Settings, message: &[u8]) {
        Self::put(settings.name("jobs"), "fan_out", message).await;
    }

    async fn put_frame(&self, settings: &Settings, message: &[u8]) {
        Self::put(settings.name("live"), "", message).await;
    }

    async fn erase(&self, settings: &Settings) {
        let (connection, channel) = Self::channel().await;
        for queue in ["jobs.fan_out", "dead"] {
            let options = QueueDeleteOptions::default();
            channel.queue_delete(settings.name(queue).into(), options).await.unwrap();
        }
        for exchange in ["jobs", "dead", "live"] {
            let options = ExchangeDeleteOptions::default();
            channel.exchange_delete(settings.name(exchange).into(), options).await.unwrap();
        }
        connection.close(200, "done".into()).await.unwrap();
    }
}
