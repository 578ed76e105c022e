use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use herald_domain::{DeliveryId, Rev, Rule, Topic, UserKey, Violation};
use utoipa::PartialSchema;

/// Where the next page begins, in a form that nobody is tempted to take apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor<P>(pub(super) P);

/// A place in a list, which a cursor names. It has a schema because parameters of a query must have
/// one, even where another is written down.
pub(super) trait Place: Sized + PartialSchema {
    fn write(&self) -> String;
    fn read(text: &str) -> Option<Self>;
}

/// Tells cursors of this form from those of another that may come.
const VERSION: &str = "1:";

impl<P: Place> fmt::Display for Cursor<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(format!("{VERSION}{}", self.0.write())))
    }
}

impl<P: Place> FromStr for Cursor<P> {
    type Err = Violation;

    fn from_str(text: &str) -> Result<Self, Violation> {
        let place = || {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            P::read(std::str::from_utf8(&bytes).ok()?.strip_prefix(VERSION)?)
        };
        let detail = "must be a next_cursor that this list answered";
        let place = place().ok_or_else(|| Violation::new("", Rule::Format, detail))?;
        Ok(Self(place))
    }
}

impl Place for Rev {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        number(text).map(Self::new)
    }
}

impl Place for UserKey {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        number(text).map(Self::new)
    }
}

impl Place for DeliveryId {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        number(text).map(Self::new)
    }
}

impl Place for i64 {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        number(text)
    }
}

impl Place for Topic {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

fn number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number| *number >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_wrote() {
        for rev in [0, 1, i64::MAX] {
            let cursor = Cursor(Rev::new(rev));
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        let cursor = Cursor("releases:stable".parse::<Topic>().unwrap());
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }

    #[test]
    fn nothing_else_is_a_cursor() {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for bad in ["", "7", "????", &encode("7"), &encode("2:7"), &encode("1:"), &encode("1:-7")] {
            assert!(bad.parse::<Cursor<Rev>>().is_err(), "{bad}");
        }
        for bad in ["", "news", &encode("news"), &encode("1:"), &encode("1:no topic")] {
            assert!(bad.parse::<Cursor<Topic>>().is_err(), "{bad}");
        }
    }
}
