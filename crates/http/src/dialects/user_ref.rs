use std::fmt;

use herald_domain::{RawAudience, UserId};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// A user's id, as systems have it that number their users: one of digits alone is a number.
pub(super) struct UserRef(String);

/// A number or a text.
#[derive(ToSchema)]
#[serde(untagged)]
#[schema(as = UserRef, example = json!("user_123"))]
#[expect(dead_code, reason = "documents `UserRef`, which reads it with better errors")]
pub(super) enum UserRefBody {
    /// of somebody who registered
    Number(i64),
    Text(UserId),
}

impl UserRef {
    /// Whom to send to.
    pub(super) fn audience(&self) -> RawAudience {
        RawAudience::user(&*self.0)
    }
}

impl From<&UserId> for UserRef {
    fn from(id: &UserId) -> Self {
        Self(id.to_string())
    }
}

impl<'de> Deserialize<'de> for UserRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UserRefVisitor)
    }
}

impl Serialize for UserRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.parse::<u64>() {
            Ok(number) if number.to_string() == self.0 => serializer.serialize_u64(number),
            _ => serializer.serialize_str(&self.0),
        }
    }
}

struct UserRefVisitor;

impl Visitor<'_> for UserRefVisitor {
    type Value = UserRef;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a user's id as a number or a text")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<UserRef, E> {
        Ok(UserRef(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<UserRef, E> {
        Ok(UserRef(number.to_string()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<UserRef, E> {
        Ok(UserRef(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn again(id: Value) -> Value {
        serde_json::to_value(serde_json::from_value::<UserRef>(id).unwrap()).unwrap()
    }

    #[test]
    fn digits_are_a_number_and_everything_else_is_text() {
        assert_eq!(again(json!(17)), json!(17));
        assert_eq!(again(json!("17")), json!(17));
        for text in ["user_123", "007", "-7", "99999999999999999999"] {
            assert_eq!(again(json!(text)), json!(text));
        }
        assert_eq!(again(json!(-7)), json!("-7"));
        for bad in [json!(1.5), json!(null), json!([1]), json!(true)] {
            assert!(serde_json::from_value::<UserRef>(bad).is_err());
        }
    }
}
