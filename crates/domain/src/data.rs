use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Map;
use serde_json::value::RawValue;

use crate::{Rule, Violation};

/// What an application attaches to a notification: a JSON object of at most 16 KiB.
///
/// Kept as compact JSON text, because it is only passed on; a number that needs more than 64 bits
/// is kept as the nearest double.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = Object, example = json!({"run": 7})))]
pub struct Data(Box<RawValue>);

impl Data {
    /// The largest object, in bytes of compact JSON.
    pub const MAX: usize = 16 * 1024;

    /// Takes an object that may come from anywhere.
    pub fn from_object(object: &Map<String, serde_json::Value>) -> Result<Self, Violation> {
        let text = serde_json::to_string(object)
            .map_err(|_| Violation::new("", Rule::Format, "must be a JSON object"))?;
        if text.len() > Self::MAX {
            return Err(Violation::new("", Rule::TooLong, "must be at most 16384 bytes of JSON"));
        }
        Self::from_stored(text)
    }

    /// Takes text that [`Data::as_str`] gave.
    pub fn from_stored(text: String) -> Result<Self, Violation> {
        RawValue::from_string(text)
            .map(Self)
            .map_err(|_| Violation::new("", Rule::Format, "must be a JSON object"))
    }

    /// The object as compact JSON.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }
}

impl Default for Data {
    fn default() -> Self {
        Self(RawValue::from_string("{}".to_owned()).unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Data {}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Map::deserialize(deserializer)?;
        Self::from_object(&object).map_err(|violation| de::Error::custom(violation.detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_an_object_of_16_kib() {
        let object = |len: usize| {
            let text = format!(r#"{{"a":"{}"}}"#, "x".repeat(len - 8));
            Data::from_object(serde_json::from_str(&text).as_ref().unwrap())
        };
        assert_eq!(object(Data::MAX).unwrap().as_str().len(), Data::MAX);
        assert_eq!(object(Data::MAX + 1).unwrap_err().rule, Rule::TooLong);
    }

    #[test]
    fn is_passed_on_as_json() {
        let data: Data = serde_json::from_str("{ \"b\": 1,\n \"a\": [null] }").unwrap();
        assert_eq!(serde_json::to_string(&data).unwrap(), r#"{"a":[null],"b":1}"#);
        assert!(serde_json::from_str::<Data>("[1]").is_err());
        assert_eq!(Data::default().as_str(), "{}");
    }
}
