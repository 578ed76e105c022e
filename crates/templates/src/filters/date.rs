use jiff::Timestamp;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZoneDatabase;
use minijinja::value::Kwargs;
use minijinja::{Error, ErrorKind, Value};

use super::text::text;

/// A time of RFC 3339 by the clocks of a time zone; what is no time stays as it is.
#[expect(clippy::needless_pass_by_value, reason = "the engine hands arguments over")]
pub(super) fn date(
    value: &Value,
    format: Option<&str>,
    time_zone: Option<&Value>,
    named: Kwargs,
) -> Result<String, Error> {
    let format = format.or(named.get("format")?).unwrap_or("%Y-%m-%d %H:%M");
    let zone = match time_zone.cloned().or(named.get("time_zone")?) {
        Some(zone) if !zone.is_undefined() && !zone.is_none() => text(&zone).into_owned(),
        _ => "UTC".to_owned(),
    };
    named.assert_all_used()?;

    let written = text(value);
    let Ok(at) = written.parse::<Timestamp>() else { return Ok(written.into_owned()) };
    // the rules are those that were built in, as for quiet hours
    let zone = TimeZoneDatabase::bundled()
        .get(&zone)
        .map_err(|_| Error::new(ErrorKind::InvalidOperation, format!("no time zone {zone}")))?;
    let zoned = at.to_zoned(zone);
    BrokenDownTime::from(&zoned)
        .to_string(format)
        .map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
}
