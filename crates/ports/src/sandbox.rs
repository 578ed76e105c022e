use async_trait::async_trait;
use herald_domain::{Channel, DeliveryId, Timestamp};

use crate::{Part, StoreError};

/// How a channel in the sandbox behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SandboxMode {
    /// it takes everything
    #[default]
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

impl SandboxMode {
    /// Every mode.
    pub const ALL: [Self; 5] = [Self::Ok, Self::Fail, Self::Permanent, Self::Delay, Self::Flap];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Fail => "fail",
            Self::Permanent => "permanent",
            Self::Delay => "delay",
            Self::Flap => "flap",
        }
    }

    /// What it does with its message of that number, from 0.
    pub fn verdict(self, nth: u64) -> SandboxVerdict {
        match self {
            Self::Ok => SandboxVerdict::Taken,
            Self::Fail => SandboxVerdict::Failed,
            Self::Permanent => SandboxVerdict::Refused,
            Self::Delay => SandboxVerdict::TakenLate,
            Self::Flap if nth.is_multiple_of(2) => SandboxVerdict::Failed,
            Self::Flap => SandboxVerdict::Taken,
        }
    }
}

/// What the sandbox does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SandboxVerdict {
    /// takes it
    Taken,
    /// takes it, and says so late
    TakenLate,
    /// fails for now
    Failed,
    /// fails for good
    Refused,
}

/// A message that was given to a channel in the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxMessage {
    /// its number; not looked at when it is given
    pub id: i64,
    /// the channel that the sandbox stood in for
    pub channel: Channel,
    /// whose message it is
    pub delivery: DeliveryId,
    /// which attempt it was, from 1
    pub attempt: u32,
    /// whether the sandbox took it; not looked at when it is given
    pub taken: bool,
    /// what it says, as JSON
    pub body: String,
    /// when it came
    pub at: Timestamp,
}

/// What channels in the sandbox were given, and how they behave, for all nodes alike.
#[async_trait]
pub trait SandboxStore: Send + Sync + 'static {
    /// Keeps a message, and answers what the channel's mode does with it.
    async fn give(&self, message: SandboxMessage) -> Result<SandboxVerdict, StoreError>;

    /// At most `limit` messages before that number, the latest first, of one channel or of all.
    async fn sandbox_messages(
        &self,
        channel: Option<Channel>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Part<SandboxMessage, i64>, StoreError>;

    /// Forgets all messages.
    async fn clear_sandbox(&self) -> Result<(), StoreError>;

    /// How each channel behaves that was told to; all others take everything.
    async fn sandbox_modes(&self) -> Result<Vec<(Channel, SandboxMode)>, StoreError>;

    /// Says how a channel behaves from now on.
    async fn set_sandbox_mode(&self, channel: Channel, mode: SandboxMode)
    -> Result<(), StoreError>;
}
