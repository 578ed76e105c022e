use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::{Rule, Violation};

/// A moment in UTC, to the microsecond; written as RFC 3339 with six decimals and a `Z`.
///
/// Microseconds, because PostgreSQL keeps no more, and a value must survive its store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "openapi",
    schema(value_type = String, format = DateTime, example = "2026-11-21T09:00:00.000000Z")
)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The first moment of the year 1: nothing earlier can be written.
    const MIN: i64 = -62_135_596_800_000_000;
    /// The last moment of the year 9999, the last that RFC 3339 can write.
    const MAX: i64 = 253_402_300_799_999_999;

    /// A moment given in microseconds since 1970, kept within the years 1 to 9999.
    pub const fn from_micros(micros: i64) -> Self {
        if micros < Self::MIN {
            Self(Self::MIN)
        } else if micros > Self::MAX {
            Self(Self::MAX)
        } else {
            Self(micros)
        }
    }

    /// Microseconds since 1970.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, rounded down: the unit of JWT claims (RFC 7519, NumericDate).
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The moment `span` later.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// The moment `span` earlier.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_sub(micros))
    }

    /// How long after `earlier` this is; zero if it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    /// Reads RFC 3339 with any offset; finer than microseconds is cut off.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
            Violation::new(
                "",
                Rule::Format,
                "must be an RFC 3339 time such as 2026-11-21T09:00:00Z",
            )
        })?;
        let micros = moment.unix_timestamp_nanos().div_euclid(1_000);
        Ok(Self::from_micros(i64::try_from(micros).unwrap_or(Self::MAX)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000)
            .map_err(|_| fmt::Error)?;
        let (date, clock) = (moment.date(), moment.time());
        let (hour, minute, second, micro) = clock.as_hms_micro();
        write!(
            f,
            "{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}.{micro:06}Z",
            date.year(),
            u8::from(date.month()),
            date.day(),
        )
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(|violation| de::Error::custom(violation.detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_six_decimals_and_z() {
        assert_eq!(Timestamp::from_micros(0).to_string(), "1970-01-01T00:00:00.000000Z");
        let moment = Timestamp::parse("2026-11-21T10:00:00.5+01:00").unwrap();
        assert_eq!(moment.to_string(), "2026-11-21T09:00:00.500000Z");
    }

    #[test]
    fn refuses_what_is_not_rfc_3339() {
        for text in ["", "2026-11-21", "2026-13-01T00:00:00Z", "now", "2026-11-21 10:00"] {
            assert_eq!(Timestamp::parse(text).unwrap_err().rule, Rule::Format, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reads_back_what_it_wrote(micros: i64) {
            let moment = Timestamp::from_micros(micros);
            prop_assert_eq!(Timestamp::parse(&moment.to_string()).unwrap(), moment);
        }
    }
}
