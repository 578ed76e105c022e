//! How events and jobs are written down for the broker: JSON, with the number of the version first.
//!
//! Nodes of two versions run side by side while an installation is upgraded. A field that is not known
//! is ignored, and one that is not there has its default; whatever changes a meaning takes another
//! version or another name, which older nodes recognise as newer than they are.

mod event;
mod frame;
mod gossip;
mod job;

pub use event::{decode_event, encode_event};
pub use frame::{Frame, Received};
pub use job::{KINDS, decode_job, encode_job, kind};

/// The version that this node writes.
const VERSION: u32 = 1;

/// Why a message was not understood.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// it is of a later version, or speaks of what this version does not know
    #[error("message of another version: {0}")]
    Newer(String),
    /// it is not Herald's
    #[error("not a message of herald: {0}")]
    Garbage(String),
}

/// The beginning that all versions share.
#[derive(serde::Deserialize)]
struct Version {
    v: u32,
}

/// What a message of this version holds.
fn read<'a, T: serde::Deserialize<'a>>(message: &'a [u8]) -> Result<T, Unreadable> {
    match serde_json::from_slice::<Version>(message) {
        Ok(Version { v: VERSION }) => {
            serde_json::from_slice(message).map_err(|error| newer(&error))
        }
        Ok(Version { v }) => Err(Unreadable::Newer(format!("version {v}"))),
        Err(error) => Err(Unreadable::Garbage(error.to_string())),
    }
}

fn newer(error: &serde_json::Error) -> Unreadable {
    Unreadable::Newer(error.to_string())
}
