use std::fmt;

use herald_domain::{ApiKeyId, UserKey, Username};

use super::{Class, Network};

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Counted {
    User(UserKey),
    ApiKey(ApiKeyId),
    Network(Network),
    /// in lower case, for case does not distinguish
    Account(Username),
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => user.fmt(f),
            Self::ApiKey(id) => id.get().fmt(f),
            Self::Network(network) => network.fmt(f),
            Self::Account(name) => name.fmt(f),
        }
    }
}

impl Counted {
    /// Whom that class counts by this text.
    pub(super) fn parse(class: Class, text: &str) -> Option<Self> {
        match class {
            Class::Login | Class::Anonymous => {
                text.parse().ok().map(|address| Self::Network(Network::of(address)))
            }
            Class::Account => text.parse().ok().map(Self::Account),
            Class::Send | Class::Read | Class::Write | Class::Realtime => {
                text.parse().ok().map(|key| Self::User(UserKey::new(key)))
            }
            Class::ApiKey => text.parse().ok().map(|id| Self::ApiKey(ApiKeyId::new(id))),
        }
    }
}
