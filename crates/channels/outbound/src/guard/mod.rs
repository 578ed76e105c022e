//! Keeps requests to addresses that users gave away from private networks.

mod guarded;
mod public;
mod reach;

pub use guarded::Guarded;
pub(crate) use reach::NotPublic;
pub use reach::Reach;
