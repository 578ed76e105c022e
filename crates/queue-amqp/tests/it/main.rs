//! RabbitMQ keeps the contract of every port, whatever happens to connections.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod blocked;
mod contract;
mod rabbitmq;
