//! What FCM is told, and what its answers mean. They are as Google's documentation prints them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod account;
mod answers;
mod contract;
mod google;
mod messages;
mod tokens;

use herald_contract::fixtures::outgoing;
use herald_domain::Address;
use herald_ports::Outgoing;

/// What the device is known by.
const DEVICE: &str = "bk3RNwTe3H0:CI2k_HHwgIpoDKCIZvvDMExUdFQ3P1";

/// A message to that device.
fn message() -> Outgoing {
    outgoing(Address::Push(DEVICE.parse().unwrap()))
}
