use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use super::Class;

/// So many requests in a time, all at once or spread: what was used comes back evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    quota: NonZeroU32,
    unit: Unit,
}

/// The times that a rate can be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Second,
    Minute,
    Hour,
}

/// What was given is no rate.
#[derive(Debug, thiserror::Error)]
#[error("must be off or a rate such as 10/s, 600/min or 5000/h, of at most 1000000")]
pub struct NotARate;

impl Rate {
    /// The largest quota.
    const MAX: u32 = 1_000_000;

    const fn per_minute(quota: u32) -> Option<Self> {
        match NonZeroU32::new(quota) {
            Some(quota) => Some(Self { quota, unit: Unit::Minute }),
            None => None,
        }
    }

    /// How many requests.
    pub(super) fn quota(self) -> NonZeroU32 {
        self.quota
    }

    /// In how many seconds.
    pub(super) fn seconds(self) -> u32 {
        match self.unit {
            Unit::Second => 1,
            Unit::Minute => 60,
            Unit::Hour => 60 * 60,
        }
    }

    /// After what time one request more is free.
    pub(super) fn interval(self) -> Duration {
        Duration::from_secs(self.seconds().into()) / self.quota.get()
    }
}

impl FromStr for Rate {
    type Err = NotARate;

    fn from_str(text: &str) -> Result<Self, NotARate> {
        let (quota, unit) = text.split_once('/').ok_or(NotARate)?;
        let unit = match unit {
            "s" => Unit::Second,
            "min" => Unit::Minute,
            "h" => Unit::Hour,
            _ => return Err(NotARate),
        };
        let quota: NonZeroU32 = quota.parse().map_err(|_| NotARate)?;
        if quota.get() > Self::MAX { Err(NotARate) } else { Ok(Self { quota, unit }) }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Second => "s",
            Unit::Minute => "min",
            Unit::Hour => "h",
        };
        write!(f, "{}/{unit}", self.quota)
    }
}

/// The rate of each class; one without a rate is not limited.
#[derive(Debug, Clone)]
pub struct Rates([Option<Rate>; Class::ALL.len()]);

impl Default for Rates {
    /// Generous: more than any person at any number of devices does. API keys are not limited, for
    /// behind one is an application, which sends for all of its users.
    fn default() -> Self {
        Self(Class::ALL.map(|class| match class {
            Class::Login => Rate::per_minute(120),
            Class::Account => Rate::per_minute(20),
            Class::Send => Rate::per_minute(3_000),
            Class::Read => Rate::per_minute(30_000),
            Class::Write => Rate::per_minute(6_000),
            Class::Realtime => Rate::per_minute(1_200),
            Class::ApiKey => None,
            Class::Anonymous => Rate::per_minute(6_000),
        }))
    }
}

impl Rates {
    /// The rate of a class.
    pub fn of(&self, class: Class) -> Option<Rate> {
        self.0[class as usize]
    }

    /// Takes the rate of a class from a text: `10/s`, `600/min`, `5000/h`, or `off`.
    pub fn set(&mut self, class: Class, text: &str) -> Result<(), NotARate> {
        self.0[class as usize] = if text == "off" { None } else { Some(text.parse()?) };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_written_as_it_is_read() {
        for text in ["1/s", "10/min", "1000000/h"] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), text);
        }
        let ten: Rate = "10/min".parse().unwrap();
        assert_eq!((ten.quota().get(), ten.seconds(), ten.interval().as_secs()), (10, 60, 6));
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for text in ["", "10", "/min", "0/min", "-1/min", "10 /min", "10/day", "1.5/s", "1000001/s"]
        {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn off_takes_the_limit_away() {
        let mut rates = Rates::default();
        rates.set(Class::Send, "off").unwrap();
        rates.set(Class::ApiKey, "5/s").unwrap();
        assert!(rates.of(Class::Send).is_none());
        assert_eq!(rates.of(Class::ApiKey).unwrap().to_string(), "5/s");
        assert!(rates.set(Class::Send, "none").is_err());
    }
}
