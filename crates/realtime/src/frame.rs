use bytes::Bytes;
use herald_domain::{Head, Rev};

/// One message on its way to one device, as JSON in two parts: what is the device's own, and what
/// every recipient shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// the message's `type`
    pub event: &'static str,
    /// the position that the device reaches with it
    pub rev: Option<Rev>,
    /// the first part
    pub head: String,
    /// the second part
    pub tail: Bytes,
}

impl Frame {
    /// Nearly every head fits in here.
    const LONGEST_HEAD: usize = 96;

    /// A message about an inbox: the place and counts are the device's own, `tail` is shared. The
    /// tail begins behind the comma, and closes the object.
    pub(crate) fn at(event: &'static str, head: Head, tail: Bytes) -> Self {
        let Head { rev, unread, unseen } = head;
        // not by format!, which takes several times as long, and this is done for every device
        let mut text = String::with_capacity(Self::LONGEST_HEAD);
        text.push_str("{\"type\":\"");
        text.push_str(event);
        text.push('"');
        let mut digits = itoa::Buffer::new();
        for (name, value) in [("rev", rev.get()), ("unread", unread), ("unseen", unseen)] {
            text.push_str(",\"");
            text.push_str(name);
            text.push_str("\":");
            text.push_str(digits.format(value));
        }
        text.push(',');
        Self { event, rev: Some(rev), head: text, tail }
    }

    /// A message that stands for itself.
    pub(crate) fn whole(event: &'static str, text: String) -> Self {
        Self { event, rev: None, head: text, tail: Bytes::new() }
    }

    /// How many bytes the message has.
    #[expect(clippy::len_without_is_empty, reason = "no message is empty")]
    pub fn len(&self) -> usize {
        self.head.len() + self.tail.len()
    }

    /// The message as JSON.
    pub fn text(&self) -> String {
        format!("{}{}", self.head, String::from_utf8_lossy(&self.tail))
    }
}
