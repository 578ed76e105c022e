use std::fmt;

use herald_domain::{Rule, Violation};

/// A password somebody chose: 8 to 72 bytes. `Debug` shows nothing of it.
///
/// 72, because bcrypt reads no further, and a password must not be cut off silently.
pub struct Password(String);

impl Password {
    /// Checks the length.
    pub fn parse(text: String) -> Result<Self, Violation> {
        match text.len() {
            0 => Err(Violation::new("password", Rule::Required, "must not be empty")),
            1..8 => Err(Violation::new("password", Rule::TooShort, "must be at least 8 bytes")),
            8..=72 if text.contains('\0') => {
                Err(Violation::new("password", Rule::Format, "must not contain NUL"))
            }
            8..=72 => Ok(Self(text)),
            _ => Err(Violation::new("password", Rule::TooLong, "must be at most 72 bytes")),
        }
    }

    /// The password, to be hashed.
    pub(crate) fn into_inner(self) -> String {
        self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_bytes() {
        let rule = |text: &str| Password::parse(text.to_owned()).map_err(|v| v.rule).err();
        assert_eq!(rule("1234567"), Some(Rule::TooShort));
        assert_eq!(rule("12345678"), None);
        assert_eq!(rule(&"x".repeat(72)), None);
        assert_eq!(rule(&"x".repeat(73)), Some(Rule::TooLong));
        assert_eq!(rule(&"é".repeat(37)), Some(Rule::TooLong));
    }

    #[test]
    fn debug_shows_nothing() {
        let password = Password::parse("canary-canary".to_owned()).unwrap();
        assert!(!format!("{password:?}").contains("canary"));
    }
}
