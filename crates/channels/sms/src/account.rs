use std::fmt;

use herald_outbound::below;
use reqwest::Url;
use secrecy::SecretString;

/// Where Twilio is asked.
const TWILIO: &str = "https://api.twilio.com";
/// How long the id of a messaging service is, which begins with `MG`; a name that is shown is shorter.
const SERVICE: usize = 34;

/// Whose messages they are, and where they are handed over.
#[derive(Clone)]
pub struct Account {
    pub(crate) sid: String,
    pub(crate) token: SecretString,
    pub(crate) from: String,
    /// where messages of the account are taken
    pub(crate) messages: Url,
}

/// What is wrong with an account. The value is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongAccount {
    /// the id of the account
    #[error("account must consist of letters and digits, like AC0123456789abcdef0123456789abcdef")]
    Sid,
    /// what the account logs in with
    #[error("token must consist of visible ASCII characters")]
    Token,
    /// what messages come from
    #[error("sender must be a number, a name or a messaging service, of at most 64 characters")]
    From,
    /// where messages are handed over
    #[error("base must be an http or https URL without name, password and query")]
    Base,
}

impl Account {
    /// An account at Twilio, which logs in with its token. Messages come from a number, a short code or a
    /// name, or from a messaging service (`MG…`), which chooses.
    pub fn new(sid: &str, token: &str, from: &str) -> Result<Self, WrongAccount> {
        if sid.is_empty() || !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(WrongAccount::Sid);
        }
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(WrongAccount::Token);
        }
        if from.trim().is_empty() || from.chars().count() > 64 || from.chars().any(char::is_control)
        {
            return Err(WrongAccount::From);
        }
        let messages = messages(TWILIO, sid)?;
        Ok(Self { sid: sid.to_owned(), token: token.into(), from: from.to_owned(), messages })
    }

    /// The account at another provider with the same interface. The operator chose it, so that it may be
    /// anywhere, and without TLS.
    pub fn at(self, base: &str) -> Result<Self, WrongAccount> {
        Ok(Self { messages: messages(base, &self.sid)?, ..self })
    }

    /// What says whom a message comes from.
    pub(crate) fn sender(&self) -> (&'static str, &str) {
        let is_service = self.from.len() == SERVICE && self.from.starts_with("MG");
        (if is_service { "MessagingServiceSid" } else { "From" }, &self.from)
    }
}

fn messages(base: &str, sid: &str) -> Result<Url, WrongAccount> {
    below(base, &["2010-04-01", "Accounts", sid, "Messages.json"]).ok_or(WrongAccount::Base)
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {}", self.messages, self.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account::new("AC1", "s3cret", "+491511").unwrap()
    }

    #[test]
    fn messages_are_handed_over_below_the_base() {
        let messages = |account: Account| account.messages.to_string();
        let path = "/2010-04-01/Accounts/AC1/Messages.json";
        assert_eq!(messages(account()), format!("https://api.twilio.com{path}"));
        for (base, start) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("https://sms.example.com/twilio/", "https://sms.example.com/twilio"),
        ] {
            assert_eq!(messages(account().at(base).unwrap()), format!("{start}{path}"));
        }
    }

    #[test]
    fn what_is_no_account_is_refused() {
        for (sid, token, from, wrong) in [
            ("", "t", "f", WrongAccount::Sid),
            ("AC1/../AC2", "t", "f", WrongAccount::Sid),
            ("AC1", "", "f", WrongAccount::Token),
            ("AC1", "a\r\nb", "f", WrongAccount::Token),
            ("AC1", "t", " ", WrongAccount::From),
            ("AC1", "t", "a\nb", WrongAccount::From),
        ] {
            assert_eq!(Account::new(sid, token, from).err(), Some(wrong));
        }
        assert_eq!(account().at("https://a:b@c").err(), Some(WrongAccount::Base));
    }

    #[test]
    fn a_service_is_known_by_its_id() {
        let sender = |from| {
            let account = Account::new("AC1", "t", from).unwrap();
            account.sender().0
        };
        assert_eq!(sender("MG0123456789abcdef0123456789abcdef"), "MessagingServiceSid");
        assert_eq!(sender("MGroup"), "From");
        assert_eq!(sender("+491511"), "From");
    }

    #[test]
    fn a_token_is_never_shown() {
        assert!(!format!("{:?}", account()).contains("s3cret"));
    }
}
