use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use herald_domain::{Email, Priority, Timestamp};
use herald_outbound::headline;
use herald_ports::{DeliveryError, Outgoing};
use lettre::message::header::{self, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, Message};

use crate::Sender;
use crate::address::address;

/// The longest address to unsubscribe at that fits a line of a header, which cannot be folded (RFC 5322
/// section 2.1.1).
const LINE: usize = 900;
/// How many bytes make an encoded word that fits a line with the header's name (RFC 2047 section 2).
const WORD: usize = 39;
/// The longest word of a subject that stands as it is, in bytes.
const LONGEST: usize = 60;

/// A message as it is handed over.
pub(crate) struct Letter {
    /// whom it is for
    pub(crate) to: Address,
    /// header and body, with CRLF
    pub(crate) text: Vec<u8>,
}

impl Letter {
    /// Writes it; what cannot be written is an address.
    pub(crate) fn write(
        message: &Outgoing,
        to: &Email,
        from: &Sender,
    ) -> Result<Self, DeliveryError> {
        let gone = || DeliveryError::EndpointGone { detail: "not an address of mail".to_owned() };
        let to = address(to.as_str()).ok_or_else(gone)?;
        let headers = headers(message, Mailbox::new(None, to.clone()), from);
        let text = lines(&message.text);
        let written = match &message.html {
            Some(html) => headers.multipart(MultiPart::alternative_plain_html(text, lines(html))),
            None => headers.singlepart(SinglePart::plain(text)),
        };
        let written =
            written.map_err(|error| DeliveryError::Permanent { detail: error.to_string() })?;
        let mut text = written.formatted();
        // the last line ends when it is handed over
        if text.ends_with(b"\r\n") {
            text.truncate(text.len() - 2);
        }
        Ok(Self { to, text })
    }
}

fn headers(message: &Outgoing, to: Mailbox, from: &Sender) -> MessageBuilder {
    let since_1970 = Duration::from_secs(message.now.as_secs().try_into().unwrap_or(0));
    let mut headers = Message::builder()
        .from(from.0.clone())
        .to(to)
        .date(UNIX_EPOCH + since_1970)
        .message_id(Some(message_id(message, from)))
        // no answer of a machine is wanted (RFC 3834 section 5)
        .raw_header(plain("Auto-Submitted", "auto-generated"));
    if let Some(subject) = &message.subject {
        headers = headers.raw_header(subject_of(subject));
    }
    if let Some(urgency) = match message.priority {
        Priority::Critical => Some("1 (Highest)"),
        Priority::High => Some("2 (High)"),
        Priority::Medium | Priority::Low => None,
    } {
        headers = headers
            .raw_header(plain("X-Priority", urgency))
            .raw_header(plain("Importance", "high"));
    }
    let is_address =
        |url: &&String| url.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>".contains(&byte));
    let unsubscribe = message.unsubscribe.as_ref().filter(|url| url.len() <= LINE);
    if let Some(url) = unsubscribe.filter(is_address) {
        headers = headers.raw_header(plain("List-Unsubscribe", &format!("<{url}>")));
        // a single click is for secret connections only (RFC 8058 section 3.1)
        if url.starts_with("https://") {
            let post = plain("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
            headers = headers.raw_header(post);
        }
    }
    headers
}

/// The same for each attempt. The number of the delivery alone would not do: another installation, or one
/// whose database began anew, gives the same numbers, and receivers would drop its mail as repeated.
fn message_id(message: &Outgoing, from: &Sender) -> String {
    let first = message.notifications.first().map(|notification| notification.created_at);
    let told = first.map_or(0, Timestamp::as_micros);
    format!("<{}.{told}@{}>", message.delivery, from.0.email.domain())
}

/// A header of a text that is known here.
fn plain(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn subject_of(subject: &str) -> HeaderValue {
    let subject = headline(subject);
    // The library lets ASCII stand as it is; but this would be read as encoded already, or not fit a line.
    if !subject.contains("=?") && subject.split(' ').all(|word| word.len() <= LONGEST) {
        return header::Subject::from(subject).display();
    }
    let (mut words, mut rest) = (Vec::new(), subject.as_str());
    while !rest.is_empty() {
        let (word, after) = rest.split_at(boundary(rest));
        words.push(format!("=?utf-8?b?{}?=", BASE64_STANDARD.encode(word)));
        rest = after;
    }
    HeaderValue::dangerous_new_pre_encoded(header::Subject::name(), subject, words.join("\r\n "))
}

/// Where the first encoded word of the text ends.
fn boundary(text: &str) -> usize {
    (0..=WORD.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// The text in lines that end as mail has it; other control characters are no text.
fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let is_text = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars().filter(is_text).collect::<String>().replace('\n', "\r\n")
}
