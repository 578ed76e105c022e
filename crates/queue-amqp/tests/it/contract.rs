use crate::rabbitmq::RabbitMq;

herald_contract::broker_suite!(RabbitMq);
