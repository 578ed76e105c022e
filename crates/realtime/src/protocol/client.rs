use herald_domain::{NotificationId, Patch, Rev};
use serde::Deserialize;
use serde_json::Value;

/// What a client says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientMessage {
    /// who it is, where the handshake did not say
    Auth {
        /// an access token
        token: String,
    },
    /// from where on it wants to hear
    Resume {
        /// the database it was connected to
        epoch: String,
        /// the position it has reached
        rev: Rev,
    },
    /// that it is there
    Heartbeat,
    /// a token that lasts longer than the present one
    Refresh {
        /// an access token of the same user
        token: String,
        /// what the answer carries
        reference: Option<String>,
    },
    /// what to do with its inbox
    Command {
        /// the command
        command: Command,
        /// what the answer carries
        reference: Option<String>,
    },
}

/// What to do with an inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// change flags of items
    Mark(Mark, Vec<NotificationId>),
    /// change flags of the items that a client of `websocket_backend` means by an id
    MarkMeant(Mark, String),
    /// remove items
    Delete(Vec<NotificationId>),
    /// mark everything as read
    ReadAll,
    /// mark everything as seen
    SeenAll,
}

/// Which flag a command changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// shown
    Seen,
    /// read, and so shown
    Read,
    /// not read
    Unread,
    /// put away
    Archive,
    /// taken back
    Unarchive,
}

impl Mark {
    /// The change of flags it stands for.
    pub fn patch(self) -> Patch {
        match self {
            Self::Seen => Patch::seen(),
            Self::Read => Patch::read(true),
            Self::Unread => Patch::read(false),
            Self::Archive => Patch::archived(true),
            Self::Unarchive => Patch::archived(false),
        }
    }
}

/// Why a text is not a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadMessage {
    /// it is not a JSON object
    NotJson,
    /// it is one, but not of the protocol
    Malformed {
        /// its `ref`, if it has one
        reference: Option<String>,
        /// which rule it breaks
        detail: String,
    },
}

/// The wire form; unknown types and unknown fields are refused.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Wire {
    Auth {
        token: String,
    },
    Resume {
        epoch: String,
        rev: Rev,
    },
    Heartbeat {},
    Refresh {
        token: String,
        #[serde(default, rename = "ref")]
        reference: Option<String>,
    },
    Seen(Named),
    Read(Named),
    Unread(Named),
    Archive(Named),
    Unarchive(Named),
    Delete(Named),
    ReadAll {
        #[serde(default, rename = "ref")]
        reference: Option<String>,
    },
    SeenAll {
        #[serde(default, rename = "ref")]
        reference: Option<String>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    ids: Vec<NotificationId>,
    #[serde(default, rename = "ref")]
    reference: Option<String>,
}

impl Named {
    fn mark(self, mark: Mark) -> ClientMessage {
        let Self { ids, reference } = self;
        ClientMessage::Command { command: Command::Mark(mark, ids), reference }
    }
}

/// Reads a message.
pub(crate) fn parse(text: &str) -> Result<ClientMessage, BadMessage> {
    let value: Value = serde_json::from_str(text).map_err(|_| BadMessage::NotJson)?;
    if !value.is_object() {
        return Err(BadMessage::NotJson);
    }
    let reference = value.get("ref").and_then(Value::as_str).map(str::to_owned);
    let wire = Wire::deserialize(value)
        .map_err(|error| BadMessage::Malformed { reference, detail: error.to_string() })?;
    Ok(match wire {
        Wire::Auth { token } => ClientMessage::Auth { token },
        Wire::Resume { epoch, rev } => ClientMessage::Resume { epoch, rev },
        Wire::Heartbeat {} => ClientMessage::Heartbeat,
        Wire::Refresh { token, reference } => ClientMessage::Refresh { token, reference },
        Wire::Seen(named) => named.mark(Mark::Seen),
        Wire::Read(named) => named.mark(Mark::Read),
        Wire::Unread(named) => named.mark(Mark::Unread),
        Wire::Archive(named) => named.mark(Mark::Archive),
        Wire::Unarchive(named) => named.mark(Mark::Unarchive),
        Wire::Delete(Named { ids, reference }) => {
            ClientMessage::Command { command: Command::Delete(ids), reference }
        }
        Wire::ReadAll { reference } => {
            ClientMessage::Command { command: Command::ReadAll, reference }
        }
        Wire::SeenAll { reference } => {
            ClientMessage::Command { command: Command::SeenAll, reference }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_message() {
        let parsed = |text: &str| parse(text).unwrap();
        assert_eq!(
            parsed(r#"{"type":"auth","token":"t"}"#),
            ClientMessage::Auth { token: "t".into() }
        );
        assert_eq!(
            parsed(r#"{"type":"resume","epoch":"e","rev":7}"#),
            ClientMessage::Resume { epoch: "e".into(), rev: Rev::new(7) }
        );
        assert_eq!(parsed(r#"{"type":"heartbeat"}"#), ClientMessage::Heartbeat);
        assert_eq!(
            parsed(r#"{"type":"read","ids":[1,2],"ref":"a"}"#),
            ClientMessage::Command {
                command: Command::Mark(
                    Mark::Read,
                    vec![NotificationId::new(1), NotificationId::new(2)]
                ),
                reference: Some("a".into()),
            }
        );
        assert_eq!(
            parsed(r#"{"type":"read_all"}"#),
            ClientMessage::Command { command: Command::ReadAll, reference: None }
        );
    }

    #[test]
    fn names_what_is_wrong() {
        let detail = |text: &str| match parse(text) {
            Err(BadMessage::Malformed { detail, .. }) => detail,
            other => panic!("{other:?}"),
        };
        assert!(detail(r#"{"type":"reed","ids":[1]}"#).contains("reed"));
        assert!(detail(r#"{"type":"read","idz":[1]}"#).contains("idz"));
        assert!(detail(r#"{"type":"read"}"#).contains("ids"));
        assert!(detail(r#"{"type":"read","ids":["x"]}"#).contains("string"));
        assert!(detail(r#"{"type":"heartbeat","x":1}"#).contains('x'));
        assert!(detail(r#"{"ids":[1]}"#).contains("type"));
        for text in ["", "x", "[]", "7", "{", "{\"type\":\"auth\"", "\u{0}"] {
            assert_eq!(parse(text), Err(BadMessage::NotJson), "{text}");
        }
    }

    #[test]
    fn an_error_can_be_matched_to_its_message() {
        let Err(BadMessage::Malformed { reference, .. }) = parse(r#"{"type":"x","ref":"7"}"#)
        else {
            panic!("accepted");
        };
        assert_eq!(reference.as_deref(), Some("7"));
    }
}
