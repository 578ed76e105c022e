use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{RoundMode, TimestampRound, ToSpan, Unit};

use super::quiet_hours::{moment, to_jiff};
use crate::Timestamp;

crate::choice::choice! {
    /// How often what is collected goes out as one message.
    Cadence {
        /// at the full hour
        #[default]
        Hourly = "hourly",
        /// at eight in the morning
        Daily = "daily",
    }
}

impl Cadence {
    /// The hour of the day at which a daily digest goes out.
    pub const HOUR: i8 = 8;

    /// When what comes now goes out, by the clocks of that time zone; always later than now.
    pub(super) fn next(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let Some(here) = to_jiff(now) else { return now };
        let next = match self {
            // every zone's full hours are not everybody's, but all are an hour apart
            Self::Hourly => {
                let hour = TimestampRound::new().smallest(Unit::Hour).mode(RoundMode::Floor);
                here.round(hour).and_then(|hour| hour.checked_add(1.hour()))
            }
            Self::Daily => {
                let today = here.to_zoned(zone.clone()).date();
                let eight = |date: Date| {
                    date.to_datetime(Time::constant(Self::HOUR, 0, 0, 0)).to_zoned(zone.clone())
                };
                eight(today).map(|at| at.timestamp()).and_then(|at| match at > here {
                    true => Ok(at),
                    false => today.tomorrow().and_then(eight).map(|at| at.timestamp()),
                })
            }
        };
        next.map_or(now, moment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(cadence: Cadence, now: &str, zone: &str) -> String {
        let zone: super::super::TimeZoneName = zone.parse().unwrap();
        cadence.next(Timestamp::parse(now).unwrap(), &zone.zone()).to_string()
    }

    #[test]
    fn hours_are_full() {
        let at = |now| next(Cadence::Hourly, now, "Europe/Berlin");
        assert_eq!(at("2026-11-21T09:00:00Z"), "2026-11-21T10:00:00.000000Z");
        assert_eq!(at("2026-11-21T09:59:59.999999Z"), "2026-11-21T10:00:00.000000Z");
    }

    #[test]
    fn days_begin_at_eight() {
        let at = |now| next(Cadence::Daily, now, "Europe/Berlin");
        assert_eq!(at("2026-11-21T06:59:59Z"), "2026-11-21T07:00:00.000000Z");
        assert_eq!(at("2026-11-21T07:00:00Z"), "2026-11-22T07:00:00.000000Z");
        // summer time begins in between: the day has 23 hours
        assert_eq!(at("2026-03-28T07:00:00Z"), "2026-03-29T06:00:00.000000Z");
    }
}
