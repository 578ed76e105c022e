use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Rule, Violation};

macro_rules! number {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
        )]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// Wraps the number.
            pub const fn new(value: i64) -> Self {
                Self(value)
            }

            /// The number.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// The store's compact handle of a user. It never leaves the server: outside, a user is a
    /// [`UserId`]. Never used twice, not even after the user was deleted.
    UserKey
}
number! {
    /// Identifies a notification. Grows with every notification, and is never used twice.
    NotificationId
}
number! {
    /// Identifies a delivery: one notification to one address. Never used twice.
    DeliveryId
}
number! {
    /// Identifies an endpoint that a user has registered. Never used twice.
    EndpointId
}
number! {
    /// A position in one user's revision log. Starts at 0 (an empty inbox); every change of that
    /// inbox takes the next one.
    Rev
}

impl Rev {
    /// The revision that the next change takes.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

macro_rules! token {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// Wraps text that the server itself made, or that is only compared with such.
            pub fn new(text: impl Into<Box<str>>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

token! {
    /// Random id of a database, so that a position in another database is recognised.
    Epoch
}
token! {
    /// Identifies one login: what `logout` ends, and what a reused refresh token revokes.
    SessionId
}

/// How the outside names a user: 1 to 128 of `[A-Za-z0-9_.:@-]`.
///
/// A user who registered here has the decimal of a number for an id; an id that an application
/// supplies may not be all digits, so that the two never meet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "openapi",
    schema(value_type = String, min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9_.:@-]+$", example = "alice")
)]
#[serde(try_from = "String", into = "String")]
pub struct UserId(Box<str>);

impl UserId {
    /// The longest id, in bytes.
    pub const MAX: usize = 128;

    /// The id of a user who registered here.
    pub fn of_registered(key: UserKey) -> Self {
        Self(key.to_string().into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether only Herald itself may have given this id: one of digits alone.
    pub fn is_reserved(&self) -> bool {
        self.0.bytes().all(|byte| byte.is_ascii_digit())
    }
}

impl FromStr for UserId {
    type Err = Violation;

    fn from_str(text: &str) -> Result<Self, Violation> {
        if text.is_empty() {
            return Err(Violation::new("", Rule::Required, "must not be empty"));
        }
        if text.len() > Self::MAX {
            return Err(Violation::new("", Rule::TooLong, "must be at most 128 characters"));
        }
        if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:@-".contains(&b)) {
            let detail = "must consist of letters, digits and _ . : @ -";
            return Err(Violation::new("", Rule::Format, detail));
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<String> for UserId {
    type Error = Violation;

    fn try_from(text: String) -> Result<Self, Violation> {
        text.parse()
    }
}

impl From<UserId> for String {
    fn from(id: UserId) -> Self {
        id.0.into()
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_has_a_form() {
        for good in ["a", "7", "alice@example.com", "tenant:7_x.y-z", &"a".repeat(128)] {
            assert!(good.parse::<UserId>().is_ok(), "{good}");
        }
        for bad in ["", "a b", "é", "a/b", "a\0", &"a".repeat(129)] {
            assert!(bad.parse::<UserId>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn digits_are_reserved() {
        assert!("17".parse::<UserId>().unwrap().is_reserved());
        assert!(!"u17".parse::<UserId>().unwrap().is_reserved());
    }
}
