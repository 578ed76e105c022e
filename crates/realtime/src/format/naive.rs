use herald_domain::Timestamp;
use serde::{Serialize, Serializer};

/// A moment as Python's `datetime.utcnow().isoformat()` writes it: UTC with six decimals, and no
/// word of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "openapi",
    schema(
        value_type = String,
        pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}$",
        example = "2025-11-05T10:30:00.123456"
    )
)]
pub struct Naive(pub Timestamp);

impl Serialize for Naive {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let moment = self.0.to_string();
        serializer.serialize_str(moment.trim_end_matches('Z'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_six_decimals_and_no_offset() {
        let moment = Naive(Timestamp::parse("2025-11-05T11:30:00.5+01:00").unwrap());
        let written = serde_json::to_value(moment).unwrap();
        assert_eq!(written, "2025-11-05T10:30:00.500000");
    }
}
