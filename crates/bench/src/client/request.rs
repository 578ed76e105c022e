use std::ops::Range;

use memchr::memmem;

use super::Source;
use crate::subject::Subject;

/// Stands for the number of a message, which begins with `#` wherever it is sent.
pub(super) const NUMBER: &str = "#0000000000";
/// Stands for a recipient.
const USER: &str = "b0000000";

/// The id of the nth user.
pub(crate) fn user(nth: usize) -> String {
    format!("b{nth:07}")
}

/// A notification, built once; each time it is sent only the digits of the recipient and of the
/// message's number are overwritten.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    bytes: Vec<u8>,
    number: Option<Range<usize>>,
    user: Option<Range<usize>>,
    users: u64,
}

impl Post {
    /// To one of so many users, another each time.
    pub(crate) fn to_one_of(subject: &Subject, users: usize) -> Self {
        let mut post =
            Self::new(subject, &subject.paths.send, &body(&format!(r#"{{"user":"{USER}"}}"#)));
        post.users = users as u64;
        post
    }

    /// To each of the first so many users.
    pub(crate) fn to_all_of(subject: &Subject, users: usize) -> Self {
        Self::new(subject, &subject.paths.send_to_all, &body(&audience(0..users)))
    }

    /// To the floor, which sends this on as it is: a message of that length.
    pub(crate) fn of_length(subject: &Subject, path: &str, length: usize) -> Self {
        let mut text = NUMBER.to_owned();
        text.extend(std::iter::repeat_n('.', length.saturating_sub(NUMBER.len())));
        Self::new(subject, path, &text)
    }

    fn new(subject: &Subject, path: &str, body: &str) -> Self {
        let bytes = request("POST", path, &subject.key, body).into_bytes();
        let digits = |mark: &str| {
            let at = memmem::rfind(&bytes, mark.as_bytes())?;
            Some(at + 1..at + mark.len())
        };
        let (number, user) = (digits(NUMBER), digits(USER));
        Self { bytes, number, user, users: 1 }
    }
}

impl Source for Post {
    fn request(&mut self, number: u64) -> &[u8] {
        if let Some(range) = &self.number {
            write_digits(&mut self.bytes[range.clone()], number);
        }
        if let Some(range) = &self.user {
            // neighbours in time are no neighbours in the database
            let user = number.wrapping_mul(7_919) % self.users;
            write_digits(&mut self.bytes[range.clone()], user);
        }
        &self.bytes
    }
}

/// A request that is always the same.
#[derive(Debug, Clone)]
pub(crate) struct Get(Vec<u8>);

impl Get {
    /// Of that path, by the holder of that token.
    pub(crate) fn new(path: &str, token: &str) -> Self {
        Self(request("GET", path, token, "").into_bytes())
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Source for Get {
    fn request(&mut self, _: u64) -> &[u8] {
        &self.0
    }
}

/// A whole request.
pub(crate) fn request(method: &str, path: &str, bearer: &str, body: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {bearer}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The users of that range as an audience.
pub(crate) fn audience(users: Range<usize>) -> String {
    let users: Vec<_> = users.map(user).collect();
    serde_json::json!({ "users": users }).to_string()
}

/// A notification of the usual size.
pub(crate) fn body(to: &str) -> String {
    format!(
        r#"{{"to":{to},"title":"Build finished","message":"main is green {NUMBER}","kind":"success","category":"ci","data":{{"run":7}},"action_url":"/runs/7"}}"#
    )
}

/// The same, by that channel and no other.
pub(crate) fn body_by(channel: &str, to: &str) -> String {
    let body = body(to);
    format!(r#"{},"channels":["{channel}"]}}"#, body.strip_suffix('}').unwrap_or(&body))
}

fn write_digits(digits: &mut [u8], mut number: u64) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_overwritten_in_place() {
        let mut post = Post::to_one_of(&Subject::for_tests(), 10);
        let before = post.bytes.len();
        let text = String::from_utf8(post.request(1_234).to_vec()).unwrap();
        assert_eq!(text.len(), before);
        assert!(text.contains("green #0000001234"), "{text}");
        assert!(text.contains(r#""user":"b0000006""#), "{text}");
    }

    #[test]
    fn every_user_has_a_turn() {
        let turns: std::collections::BTreeSet<_> =
            (0..1_000u64).map(|n| n * 7_919 % 1_000).collect();
        assert_eq!(turns.len(), 1_000);
    }
}
