use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Unreadable, VERSION, read};

/// Some events of one node, as it sends them.
pub struct Frame<'a> {
    /// who says it: another id each time that a node starts
    pub node: &'a str,
    /// each frame has the number after the one before it; a hole says that something was lost
    pub number: u64,
    /// each as [`encode_event`](super::encode_event) wrote it
    pub events: Vec<Box<RawValue>>,
}

impl Frame<'_> {
    /// What goes to the broker.
    pub fn encode(&self) -> Vec<u8> {
        #[derive(Serialize)]
        struct Written<'a> {
            v: u32,
            node: &'a str,
            number: u64,
            events: &'a [Box<RawValue>],
        }
        let written =
            Written { v: VERSION, node: self.node, number: self.number, events: &self.events };
        // cannot fail: every part is JSON
        serde_json::to_vec(&written).unwrap_or_default()
    }
}

/// Some events of one node, as they come. What they say is not read yet: most frames that a node
/// receives may be its own.
#[derive(Debug, Deserialize)]
pub struct Received<'a> {
    /// who says it
    #[serde(borrow)]
    pub node: Cow<'a, str>,
    /// where it stands among the node's frames
    pub number: u64,
    /// each for [`decode_event`](super::decode_event)
    #[serde(borrow)]
    pub events: Vec<&'a RawValue>,
}

impl<'a> Received<'a> {
    /// Reads a message from the broker.
    pub fn decode(message: &'a [u8]) -> Result<Self, Unreadable> {
        read(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_as_it_was_written() {
        let event = RawValue::from_string(r#"{"expanding":{"notification":5}}"#.to_owned());
        let events = vec![event.unwrap()];
        let written = Frame { node: "n1", number: 7, events }.encode();
        let text = r#"{"v":1,"node":"n1","number":7,"events":[{"expanding":{"notification":5}}]}"#;
        assert_eq!(std::str::from_utf8(&written).unwrap(), text);
        let read = Received::decode(&written).unwrap();
        assert_eq!((&*read.node, read.number, read.events.len()), ("n1", 7, 1));
    }

    #[test]
    fn another_version_is_told_from_garbage() {
        let later = Received::decode(br#"{"v":2,"from":"n1"}"#).unwrap_err();
        assert!(matches!(later, Unreadable::Newer(_)), "{later}");
        let garbage = Received::decode(b"hello").unwrap_err();
        assert!(matches!(garbage, Unreadable::Garbage(_)), "{garbage}");
    }
}
