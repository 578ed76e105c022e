use std::fmt;

use crate::{Category, Timestamp};

/// Which rule decided whether somebody is told by a channel. Its text is for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// what is critical goes out by every channel that reaches the user
    Critical,
    /// the sender asked for the channel
    Asked,
    /// the sender asked for others
    NotAsked,
    /// the user chose so for the category
    ChosenForCategory(Category),
    /// the user chose so for everything
    Chosen,
    /// an administrator set it so for whoever has not chosen
    SetByAdministrator,
    /// so it is for whoever has not chosen
    Default,
    /// the user does not want to hear of the category now
    Muted(Category, Option<Timestamp>),
    /// the user has no address there
    NoEndpoint,
    /// nothing goes to the address, since it could not be reached or did not want it
    AddressSuppressed,
    /// the user may not act
    Disabled,
    /// it is no longer worth showing
    Expired,
    /// the user does not want to be disturbed at this time
    QuietHours,
    /// it goes out if nobody has read it until then
    Escalates,
    /// a device has read it
    Read,
    /// the user wants it collected
    Digest,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Critical => f.write_str("critical goes out by every channel"),
            Self::Asked => f.write_str("the sender asked for this channel"),
            Self::NotAsked => f.write_str("the sender asked for other channels"),
            Self::ChosenForCategory(category) => write!(f, "the user's choice for {category}"),
            Self::Chosen => f.write_str("the user's choice for everything"),
            Self::SetByAdministrator => f.write_str("an administrator's default"),
            Self::Default => f.write_str("the default"),
            Self::Muted(category, Some(until)) => write!(f, "{category} is muted until {until}"),
            Self::Muted(category, None) => write!(f, "{category} is muted"),
            Self::NoEndpoint => f.write_str("the user has no address for this channel"),
            Self::AddressSuppressed => f.write_str("the address is suppressed"),
            Self::Disabled => f.write_str("the user is disabled"),
            Self::Expired => f.write_str("it has expired"),
            Self::QuietHours => f.write_str("the user's quiet hours"),
            Self::Escalates => f.write_str("it goes out if nobody has read it by then"),
            Self::Read => f.write_str("it has been read"),
            Self::Digest => f.write_str("it is collected for the user's digest"),
        }
    }
}
