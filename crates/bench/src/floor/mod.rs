//! The floor: what the machine and the load generator allow at best. Sockets and ready bytes, with
//! no storage, no tokens, no JSON. It runs in a process of its own, as what it is compared with does.

mod child;
mod serve;

pub(crate) use child::Floor;
pub(crate) use serve::{body_of, serve};
