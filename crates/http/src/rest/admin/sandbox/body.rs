use herald_domain::Channel;
use herald_ports::SandboxMode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Outlets;
use crate::rest::channel::ExternalChannel;

/// How a channel in the sandbox behaves.
#[derive(Deserialize, Serialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
#[schema(as = SandboxMode)]
pub(super) enum Mode {
    /// it takes everything
    Ok,
    /// it fails for now
    Fail,
    /// it fails for good
    Permanent,
    /// it takes everything, after a while
    Delay,
    /// it fails for now, and takes, by turns
    Flap,
}

/// A channel, and what the sandbox has to do with it.
#[derive(Serialize, ToSchema)]
#[schema(as = SandboxChannel)]
pub(super) struct ChannelBody {
    #[schema(value_type = ExternalChannel)]
    channel: Channel,
    /// whether the sandbox stands in for it; otherwise its mode means nothing
    #[schema(example = true)]
    sandbox: bool,
    mode: Mode,
}

impl ChannelBody {
    pub(super) fn new(channel: Channel, mode: Mode, outlets: &dyn Outlets) -> Self {
        Self { channel, sandbox: outlets.is_in_sandbox(channel), mode }
    }
}

impl From<Mode> for SandboxMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Ok => Self::Ok,
            Mode::Fail => Self::Fail,
            Mode::Permanent => Self::Permanent,
            Mode::Delay => Self::Delay,
            Mode::Flap => Self::Flap,
        }
    }
}

impl From<SandboxMode> for Mode {
    fn from(mode: SandboxMode) -> Self {
        match mode {
            SandboxMode::Ok => Self::Ok,
            SandboxMode::Fail => Self::Fail,
            SandboxMode::Permanent => Self::Permanent,
            SandboxMode::Delay => Self::Delay,
            SandboxMode::Flap => Self::Flap,
        }
    }
}
