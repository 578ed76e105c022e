//! What the clients of dialects say.

use herald_domain::NotificationId;
use serde::Deserialize;

use crate::protocol::{ClientMessage, Command, Mark};

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    Heartbeat,
    Ack { id: Id },
    Read { id: Id },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Number(NotificationId),
    Text(String),
}

impl Said {
    fn meant(self) -> ClientMessage {
        match self {
            Self::Heartbeat => ClientMessage::Heartbeat,
            Self::Ack { id } => id.mark(Mark::Seen),
            Self::Read { id } => id.mark(Mark::Read),
        }
    }
}

impl Id {
    fn mark(self, mark: Mark) -> ClientMessage {
        let command = match self {
            Self::Number(id) => Command::Mark(mark, vec![id]),
            Self::Text(id) => Command::MarkMeant(mark, id),
        };
        ClientMessage::Command { command, reference: None }
    }
}

/// Reads a message; `None` if it is none. The systems whose dialects these are do not mind.
pub(crate) fn parse(text: &str) -> Option<ClientMessage> {
    serde_json::from_str(text).map(Said::meant).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(mark: Mark, id: i64) -> Option<ClientMessage> {
        let command = Command::Mark(mark, vec![NotificationId::new(id)]);
        Some(ClientMessage::Command { command, reference: None })
    }

    #[test]
    fn reads_every_message() {
        assert_eq!(parse(r#"{"type":"heartbeat"}"#), Some(ClientMessage::Heartbeat));
        assert_eq!(parse(r#"{"type":"heartbeat","at":7}"#), Some(ClientMessage::Heartbeat));
        assert_eq!(parse(r#"{"type":"ack","id":5}"#), mark(Mark::Seen, 5));
        assert_eq!(parse(r#"{"type":"read","id":5}"#), mark(Mark::Read, 5));
        let command = Command::MarkMeant(Mark::Read, "notif_1".into());
        assert_eq!(
            parse(r#"{"type":"read","id":"notif_1"}"#),
            Some(ClientMessage::Command { command, reference: None })
        );
    }

    #[test]
    fn passes_over_what_is_none() {
        for text in ["", "ping", "{}", "[]", r#"{"type":"ack"}"#, r#"{"type":"ack","id":[]}"#] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
