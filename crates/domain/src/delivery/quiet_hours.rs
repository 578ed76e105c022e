use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

use crate::{Rule, Timestamp, Violation};

crate::choice::choice! {
    /// A day of the week.
    #[expect(missing_docs, reason = "days explain themselves")]
    Weekday {
        #[default]
        #[serde(rename = "mon")]
        Monday = "mon",
        #[serde(rename = "tue")]
        Tuesday = "tue",
        #[serde(rename = "wed")]
        Wednesday = "wed",
        #[serde(rename = "thu")]
        Thursday = "thu",
        #[serde(rename = "fri")]
        Friday = "fri",
        #[serde(rename = "sat")]
        Saturday = "sat",
        #[serde(rename = "sun")]
        Sunday = "sun",
    }
}

/// A time of the day on the clock at the wall: `22:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay {
    hour: i8,
    minute: i8,
}

impl FromStr for TimeOfDay {
    type Err = Violation;

    fn from_str(text: &str) -> Result<Self, Violation> {
        let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        let parsed = text.split_once(':').filter(|(hour, minute)| digits(hour) && digits(minute));
        let time = parsed.and_then(|(hour, minute)| {
            Some(Self { hour: hour.parse().ok()?, minute: minute.parse().ok()? })
        });
        time.filter(|time| time.hour < 24 && time.minute < 60)
            .ok_or_else(|| Violation::new("", Rule::Format, "must be a time such as 22:00"))
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = Violation;

    fn try_from(text: String) -> Result<Self, Violation> {
        text.parse()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

/// The name of a time zone in the database of IANA: `Europe/Berlin`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZoneName(Box<str>);

impl TimeZoneName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its rules; UTC's, if this version knows the name no more.
    pub(super) fn zone(&self) -> TimeZone {
        find(&self.0).unwrap_or(TimeZone::UTC)
    }
}

/// The rules are those that were built in, so that every node has the same.
fn find(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

impl FromStr for TimeZoneName {
    type Err = Violation;

    fn from_str(text: &str) -> Result<Self, Violation> {
        let zone = find(text);
        let name = zone.as_ref().and_then(TimeZone::iana_name).map(|name| Self(name.into()));
        name.ok_or_else(|| {
            Violation::new("", Rule::Unknown, "must be a time zone such as Europe/Berlin")
        })
    }
}

impl TryFrom<String> for TimeZoneName {
    type Error = Violation;

    fn try_from(text: String) -> Result<Self, Violation> {
        text.parse()
    }
}

impl From<TimeZoneName> for String {
    fn from(name: TimeZoneName) -> Self {
        name.0.into()
    }
}

/// When somebody does not want to be disturbed: from one time of the day to another, which may be of the
/// next day, by the clocks of a time zone.
///
/// ```
/// use herald_domain::{QuietHours, RawQuietHours, Timestamp, Weekday};
///
/// let quiet = QuietHours::parse(RawQuietHours {
///     start: "22:00".into(),
///     end: "07:00".into(),
///     time_zone: "Europe/Berlin".into(),
///     days: vec![Weekday::Friday],
/// })
/// .unwrap();
/// let at = |text| quiet.until(Timestamp::parse(text).unwrap()).map(|end| end.to_string());
/// assert_eq!(at("2026-11-20T20:59:59Z"), None); // Friday, 21:59:59 in Berlin
/// assert_eq!(at("2026-11-20T21:00:00Z").unwrap(), "2026-11-21T06:00:00.000000Z");
/// assert_eq!(at("2026-11-21T21:00:00Z"), None); // it began on no Saturday
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// when they begin
    pub start: TimeOfDay,
    /// when they end; on the next day, if that is not later, so that equal times are a whole day
    pub end: TimeOfDay,
    /// whose clocks are meant
    pub time_zone: TimeZoneName,
    /// the days on which they begin, in their order, each once; never empty
    pub days: Vec<Weekday>,
}

impl QuietHours {
    /// The end of the quiet hours that this moment is within, and of those that follow on them without
    /// a pause; `None` if it is within none.
    pub fn until(&self, now: Timestamp) -> Option<Timestamp> {
        let zone = self.time_zone.zone();
        let mut end = None;
        // at most a week of days that follow on each other; those that never end have no use
        for _ in 0..8 {
            match self.end_at(end.unwrap_or(now), &zone) {
                Some(next) => end = Some(next),
                None => break,
            }
        }
        end
    }

    /// The end of the quiet hours of one day that this moment is within.
    fn end_at(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let here = to_jiff(now)?.to_zoned(zone.clone());
        let today = here.date();
        let yesterday = today.yesterday().ok();
        let ends = [yesterday, Some(today)].into_iter().flatten();
        ends.filter_map(|day| self.of_day(day, zone))
            .filter(|(start, end)| *start <= now && now < *end)
            .map(|(_, end)| end)
            .max()
    }

    /// The quiet hours that begin on a day.
    fn of_day(&self, day: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).ok()?;
        if !self.days.contains(Weekday::ALL.get(weekday)?) {
            return None;
        }
        let (start, end) = (self.start, self.end);
        let is_overnight = (end.hour, end.minute) <= (start.hour, start.minute);
        let last = if is_overnight { day.checked_add(1.day()).ok()? } else { day };
        // a time that a change of clocks leaves out is as much later; one that comes twice is the first
        let at = |day: Date, time: TimeOfDay| {
            let zoned = day.at(time.hour, time.minute, 0, 0).to_zoned(zone.clone());
            zoned.ok().map(|zoned| moment(zoned.timestamp()))
        };
        Some((at(day, start)?, at(last, end)?))
    }
}

pub(super) fn to_jiff(at: Timestamp) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_microsecond(at.as_micros()).ok()
}

pub(super) fn moment(at: jiff::Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_microsecond())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::RawQuietHours;

    fn quiet(start: &str, end: &str, time_zone: &str, days: &[Weekday]) -> QuietHours {
        let [start, end, time_zone] = [start, end, time_zone].map(Into::into);
        QuietHours::parse(RawQuietHours { start, end, time_zone, days: days.to_vec() }).unwrap()
    }

    fn until(quiet: &QuietHours, now: &str) -> Option<String> {
        quiet.until(Timestamp::parse(now).unwrap()).map(|end| end.to_string())
    }

    #[test]
    fn they_may_go_over_midnight() {
        let quiet = quiet("22:00", "07:00", "UTC", &[]);
        assert_eq!(until(&quiet, "2026-11-21T21:59:59Z"), None);
        assert_eq!(until(&quiet, "2026-11-21T22:00:00Z").unwrap(), "2026-11-22T07:00:00.000000Z");
        assert_eq!(until(&quiet, "2026-11-22T06:59:59Z").unwrap(), "2026-11-22T07:00:00.000000Z");
        assert_eq!(until(&quiet, "2026-11-22T07:00:00Z"), None);
    }

    #[test]
    fn days_that_follow_on_each_other_are_one() {
        let weekend = quiet("00:00", "00:00", "UTC", &[Weekday::Sunday, Weekday::Saturday]);
        assert_eq!(until(&weekend, "2026-11-20T23:59:59Z"), None);
        assert_eq!(until(&weekend, "2026-11-21T00:00:00Z").unwrap(), "2026-11-23T00:00:00.000000Z");
    }

    #[test]
    fn clocks_that_change_do_not_matter() {
        let quiet = quiet("22:00", "02:30", "Europe/Berlin", &[]);
        // 02:30 is left out: it ends at what would have been 02:30, which is 03:30
        assert_eq!(until(&quiet, "2026-03-28T23:00:00Z").unwrap(), "2026-03-29T01:30:00.000000Z");
        // 02:30 comes twice: the first ends it
        assert_eq!(until(&quiet, "2026-10-24T23:00:00Z").unwrap(), "2026-10-25T00:30:00.000000Z");
    }

    #[test]
    fn names_and_times_are_checked() {
        for bad in ["", "Europe/Atlantis", "CET+1", "../etc/passwd"] {
            assert!(bad.parse::<TimeZoneName>().is_err(), "{bad}");
        }
        for bad in ["", "7:00", "24:00", "07:60", "07:00:00", "+7:00", "aa:bb"] {
            assert!(bad.parse::<TimeOfDay>().is_err(), "{bad}");
        }
        assert_eq!("07:05".parse::<TimeOfDay>().unwrap().to_string(), "07:05");
    }

    fn zones() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "UTC",
            "Europe/Berlin",
            "America/New_York",
            "Australia/Lord_Howe",
            "Asia/Kathmandu",
            "Pacific/Apia",
            "America/Sao_Paulo",
        ])
    }

    proptest! {
        /// Whatever the clocks do: they end later than now, within eight days, and are over then.
        #[test]
        fn they_end(
            start in (0..24u8, 0..60u8), end in (0..24u8, 0..60u8), zone in zones(),
            days in prop::sample::subsequence(Weekday::ALL.to_vec(), 1..7),
            // 2000 to 2050
            now in 946_684_800_000_000i64..2_524_608_000_000_000,
        ) {
            prop_assume!(start != end);
            let text = |(hour, minute): (u8, u8)| format!("{hour:02}:{minute:02}");
            let quiet = quiet(&text(start), &text(end), zone, &days);
            let now = Timestamp::from_micros(now);
            if let Some(until) = quiet.until(now) {
                prop_assert!(until > now);
                prop_assert!(until.since(now).as_secs() <= 8 * 24 * 3600);
                prop_assert_eq!(quiet.until(until), None);
                let before = until.minus(std::time::Duration::from_micros(1));
                prop_assert_eq!(quiet.until(before), Some(until));
            }
        }
    }
}
