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
    /// A message about an inbox: the place and counts are the device's own, `tail` is shared. The
    /// tail begins behind the comma, and closes the object.
    pub(crate) fn at(event: &'static str, head: Head, tail: Bytes) -> Self {
        let Head { rev, unread, unseen } = head;
        let text =
            format!(r#"{{"type":"{event}","rev":{rev},"unread":{unread},"unseen":{unseen},"#);
        Self { event, rev: Some(rev), head: text, tail }
    }

    /// A message that stands for itself.
    pub(crate) fn whole(event: &'static str, text: String) -> Self {
        Self { event, rev: None, head: text, tail: Bytes::new() }
    }

    /// The message as JSON.
    pub fn text(&self) -> String {
        format!("{}{}", self.head, String::from_utf8_lossy(&self.tail))
    }
}
