//! Bounded texts: each type is one rule.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Rule, Violation};

macro_rules! text {
    ($(#[$meta:meta])* $name:ident, $max:tt, $example:literal, $check:expr $(, $pattern:literal)?) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(
            feature = "openapi",
            schema(value_type = String, min_length = 1, max_length = $max, example = $example $(, pattern = $pattern)?)
        )]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// The longest text, in characters.
            pub const MAX: usize = $max;

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Violation;

            fn from_str(text: &str) -> Result<Self, Violation> {
                bounded(text, $max)?;
                let check: fn(&str) -> Result<(), Violation> = $check;
                check(text)?;
                Ok(Self(text.into()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = Violation;

            fn try_from(text: String) -> Result<Self, Violation> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0.into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text! {
    /// Headline of a notification: one line of 1 to 200 characters.
    Title, 200, "Build finished", one_line, "^[^\\x00-\\x1f\\x7f-\\x9f]+$"
}
text! {
    /// Body of a notification: 1 to 4,000 characters, line breaks and tabs allowed.
    Message, 4_000, "main is green", many_lines,
    "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]+$"
}
text! {
    /// What a notification is about, such as `ci` or `billing`: the unit of preferences.
    Category, 64, "ci", name, "^[A-Za-z0-9_.:@-]+$"
}
text! {
    /// A subject that users can subscribe to, such as `releases`.
    Topic, 128, "releases", name, "^[A-Za-z0-9_.:@-]+$"
}
text! {
    /// What a topic is about, for those who may subscribe to it: one line of 1 to 500 characters.
    Description, 500, "New versions, and what they change", one_line
}
text! {
    /// Notifications with the same key replace each other while unread.
    CollapseKey, 128, "build-7", one_line
}
text! {
    /// The company (tenant, organisation) that a user belongs to.
    Company, 128, "acme", name, "^[A-Za-z0-9_.:@-]+$"
}
text! {
    /// What a user is in the application; `admin` is the only one that Herald gives rights to.
    Role, 64, "user", name, "^[A-Za-z0-9_.:@-]+$"
}
text! {
    /// The name a user logs in with: letters, digits and `_ . @ -`; case does not distinguish.
    Username, 64, "alice", name, "^[A-Za-z0-9_.:@-]+$"
}
text! {
    /// An e-mail address, checked only for its shape: what is behind it, the first mail shows.
    Email, 254, "alice@example.com", email
}
text! {
    /// A telephone number as E.164 has it: `+`, the country, the rest, nothing in between.
    Phone, 16, "+4915123456789", phone, "^\\+[1-9][0-9]{1,14}$"
}
text! {
    /// What an id, a login name or an e-mail address begins with; case does not distinguish.
    Prefix, 254, "ali", one_line
}
text! {
    /// What an administrator calls an API key; it is the `sender` of what that key sends.
    ApiKeyName, 64, "ci-bot", one_line
}
text! {
    /// Where a click leads: `http`, `https`, or a path on the same site (`/runs/7`).
    ActionUrl, 2_048, "/runs/7", action_url
}

text! {
    /// What a push provider knows an installed application by.
    DeviceToken, 4_096, "fcm-registration-token", printable, "^[!-~]+$"
}
text! {
    /// Where requests go that tell of notifications; which hosts may be asked is decided when it is used.
    WebhookUrl, 2_048, "https://example.com/hooks/herald", web_url
}

impl Role {
    /// The role that has rights over other users.
    pub fn admin() -> Self {
        Self("admin".into())
    }

    /// The role of a new user.
    pub fn user() -> Self {
        Self("user".into())
    }

    /// Whether this role has rights over other users.
    pub fn is_admin(&self) -> bool {
        &*self.0 == "admin"
    }
}

impl Username {
    /// The form in which two names are the same login.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl Prefix {
    /// The form in which it is compared with what is folded, too.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// Whether the text begins with it.
    pub fn begins(&self, text: &str) -> bool {
        text.get(..self.0.len()).is_some_and(|start| start.eq_ignore_ascii_case(&self.0))
    }
}

fn bounded(text: &str, max: usize) -> Result<(), Violation> {
    if text.is_empty() {
        return Err(Violation::new("", Rule::Required, "must not be empty"));
    }
    // bytes first: counting the characters of a megabyte is not needed to refuse it
    if text.len() > max * 4 || text.chars().count() > max {
        let detail = format!("must be at most {max} characters");
        return Err(Violation::new("", Rule::TooLong, detail));
    }
    Ok(())
}

fn format_error(detail: &str) -> Violation {
    Violation::new("", Rule::Format, detail)
}

fn one_line(text: &str) -> Result<(), Violation> {
    if text.chars().any(char::is_control) {
        return Err(format_error("must not contain control characters or line breaks"));
    }
    Ok(())
}

fn many_lines(text: &str) -> Result<(), Violation> {
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(format_error("must not contain control characters other than line breaks"));
    }
    Ok(())
}

fn name(text: &str) -> Result<(), Violation> {
    if text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:@-".contains(&b)) {
        return Ok(());
    }
    Err(format_error("must consist of letters, digits and _ . : @ -"))
}

fn email(text: &str) -> Result<(), Violation> {
    let shape = text.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty()
            && !host.is_empty()
            && !host.contains('@')
            && !host.starts_with('.')
            && !host.ends_with('.')
    });
    if shape && !text.chars().any(|c| c.is_control() || c.is_whitespace() || "<>,;\"".contains(c)) {
        return Ok(());
    }
    Err(format_error("must be an e-mail address"))
}

fn phone(text: &str) -> Result<(), Violation> {
    let digits = text.strip_prefix('+').unwrap_or_default();
    let shape = digits.len() >= 2
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    if shape { Ok(()) } else { Err(format_error("must be a number such as +4915123456789")) }
}

/// Refuses every scheme but `http` and `https`, and what a browser would read as another host.
///
/// Browsers drop tabs and line breaks and take `\` for `/`, so all of those are refused.
fn action_url(text: &str) -> Result<(), Violation> {
    let plain = !text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\');
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let absolute = ["http://", "https://"].into_iter().any(|scheme| {
        lower.starts_with(scheme)
            && text.len() > scheme.len()
            && !text[scheme.len()..].starts_with('/')
    });
    let relative = text.starts_with('/') && !text.starts_with("//");
    if plain && (absolute || relative) {
        return Ok(());
    }
    Err(format_error("must be an http or https URL, or a path that begins with one slash"))
}

fn printable(text: &str) -> Result<(), Violation> {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(format_error("must consist of visible ASCII characters"))
}

/// An absolute address of the web, without a name or a password in it.
fn web_url(text: &str) -> Result<(), Violation> {
    let rest = ["https://", "http://"].into_iter().find_map(|scheme| text.strip_prefix(scheme));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && host.is_some_and(|host| !host.is_empty() && !host.contains('@')) {
        return Ok(());
    }
    Err(format_error("must be an http or https URL"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters_not_bytes() {
        assert!("é".repeat(200).parse::<Title>().is_ok());
        assert_eq!("é".repeat(201).parse::<Title>().unwrap_err().rule, Rule::TooLong);
        assert_eq!("".parse::<Title>().unwrap_err().rule, Rule::Required);
    }

    #[test]
    fn nul_is_never_text() {
        assert!("a\0b".parse::<Title>().is_err());
        assert!("a\0b".parse::<Message>().is_err());
        assert!("two\nlines".parse::<Message>().is_ok());
        assert!("two\nlines".parse::<Title>().is_err());
    }

    #[test]
    fn action_urls_lead_to_pages_only() {
        for good in ["/runs/7", "https://example.com/a?b#c", "HTTP://example.com", "/"] {
            assert!(good.parse::<ActionUrl>().is_ok(), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//evil.example",
            "/\\evil.example",
            "java\tscript:alert(1)",
            "https://",
            "http:///x",
            " /x",
            "runs/7",
            "ftp://x",
            "é:/",
        ] {
            assert!(bad.parse::<ActionUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn emails_have_two_sides() {
        assert!("a@b.example".parse::<Email>().is_ok());
        for bad in ["a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nBcc: x@y", "<a@b>"] {
            assert!(bad.parse::<Email>().is_err(), "{bad}");
        }
    }

    #[test]
    fn phones_are_international() {
        for good in ["+4915123456789", "+12", "+123456789012345"] {
            assert!(good.parse::<Phone>().is_ok(), "{good}");
        }
        for bad in ["", "+", "+1", "015123", "+015123", "0049151", "+49 151", "+49-151", "+4915a"] {
            assert!(bad.parse::<Phone>().is_err(), "{bad}");
        }
        assert_eq!("+1234567890123456".parse::<Phone>().unwrap_err().rule, Rule::TooLong);
    }

    #[test]
    fn a_prefix_begins_in_any_case() {
        let prefix: Prefix = "aLi".parse().unwrap();
        assert!(prefix.begins("alice") && prefix.begins("ALI"));
        assert!(!prefix.begins("al") && !prefix.begins("malice") && !prefix.begins("alé"));
    }

    #[test]
    fn webhooks_are_addresses_of_the_web() {
        for good in ["https://example.com", "https://example.com:8443/a?b", "http://[::1]/x"] {
            assert!(good.parse::<WebhookUrl>().is_ok(), "{good}");
        }
        for bad in [
            "example.com",
            "ftp://example.com",
            "https://",
            "https:///x",
            "https://a@b/",
            "https://a\\b",
        ] {
            assert!(bad.parse::<WebhookUrl>().is_err(), "{bad}");
        }
    }
}
