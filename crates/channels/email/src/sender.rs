use std::fmt;
use std::str::FromStr;

use lettre::message::Mailbox;

use crate::address::address;

/// Whom mail comes from: `Herald <herald@example.com>`, or the address alone.
#[derive(Clone)]
pub struct Sender(pub(crate) Mailbox);

/// The text is no mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be like Herald <herald@example.com>")]
pub struct NotASender;

impl FromStr for Sender {
    type Err = NotASender;

    fn from_str(text: &str) -> Result<Self, NotASender> {
        if text.chars().any(char::is_control) {
            return Err(NotASender);
        }
        let Mailbox { name, email } = text.parse().map_err(|_| NotASender)?;
        let email = address(email.as_ref()).ok_or(NotASender)?;
        Ok(Self(Mailbox { name, email }))
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_may_have_a_name() {
        for text in ["herald@example.com", "Herald <herald@example.com>", "Größe <a@b.example>"] {
            assert!(text.parse::<Sender>().is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_mailbox_is_refused() {
        for text in ["", "Herald", "Herald <herald>", "a@b.example\r\nBcc: <c@d.example>", "a\0@b"]
        {
            assert_eq!(text.parse::<Sender>().err(), Some(NotASender), "{text:?}");
        }
    }
}
