use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use herald_domain::{Rev, Rule, Violation};

/// Where the next page begins, in a form that nobody is tempted to take apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor(pub(super) Rev);

/// Tells cursors of this form from those of another that may come.
const VERSION: &str = "1:";

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(format!("{VERSION}{}", self.0)))
    }
}

impl FromStr for Cursor {
    type Err = Violation;

    fn from_str(text: &str) -> Result<Self, Violation> {
        let number = || {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            let number = std::str::from_utf8(&bytes).ok()?.strip_prefix(VERSION)?.parse().ok()?;
            (number >= 0).then_some(number)
        };
        let detail = "must be a next_cursor that this list answered";
        let number = number().ok_or_else(|| Violation::new("", Rule::Format, detail))?;
        Ok(Self(Rev::new(number)))
    }
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
    }

    #[test]
    fn nothing_else_is_a_cursor() {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for bad in ["", "7", "????", &encode("7"), &encode("2:7"), &encode("1:"), &encode("1:-7")] {
            assert!(bad.parse::<Cursor>().is_err(), "{bad}");
        }
    }
}
