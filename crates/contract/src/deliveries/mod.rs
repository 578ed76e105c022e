//! [`DeliveryStore`](herald_ports::DeliveryStore): what is told by ways that lead out of Herald.

pub mod claims;
pub mod dead_letters;
pub mod decisions;
pub mod devices;
pub mod digests;
pub mod plans;
pub mod records;
pub mod remains;
pub mod traces;
