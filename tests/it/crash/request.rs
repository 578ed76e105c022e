use serde_json::{Value, json};

use super::USERS;
use super::ledger::Ledger;
use crate::support::{Client, Rng};

/// Something that a client asks for, once or, if it hears nothing, again.
#[derive(Clone)]
pub(super) enum Request {
    Send { to: Vec<&'static str>, messages: Vec<String>, key: Option<String> },
    Read { user: &'static str, id: i64 },
    Delete { user: &'static str, id: i64 },
    ReadAll { user: &'static str, known: Vec<i64> },
}

impl Request {
    /// A send: single or a batch, to one or to several, with a key or without.
    pub(super) fn send(rng: &mut Rng) -> Self {
        let name = format!("{:x}", rng.next());
        let size = if rng.one_in(4) { 5 } else { 1 };
        let first = rng.below(USERS.len());
        let last = if rng.one_in(3) { USERS.len() } else { first + 1 };
        Self::Send {
            to: USERS[first..last].to_vec(),
            messages: (0..size).map(|nth| format!("{name} {nth}")).collect(),
            key: (!rng.one_in(3)).then_some(name),
        }
    }

    /// A change of what a user is known to have.
    pub(super) fn change(user: &'static str, ledger: &Ledger, rng: &mut Rng) -> Option<Self> {
        let known = ledger.known(user);
        if known.is_empty() {
            return None;
        }
        let id = *rng.pick(&known);
        Some(match rng.below(10) {
            0 => Self::ReadAll { user, known },
            1..=3 => Self::Delete { user, id },
            _ => Self::Read { user, id },
        })
    }

    /// Whether it may be asked for again.
    pub(super) fn is_repeatable(&self) -> bool {
        !matches!(self, Self::Send { key: None, .. })
    }

    /// What it is as a request; `of` is the client of a user.
    fn build(&self, service: &Client, of: impl Fn(&str) -> Client) -> reqwest::RequestBuilder {
        const PATH: &str = "/api/v1/notifications";
        match self {
            Self::Send { to, messages, key } => {
                let draft = |message| json!({"to": {"users": to}, "message": message});
                let mut drafts: Vec<Value> = messages.iter().map(draft).collect();
                let request = if drafts.len() == 1 {
                    service.request("POST", PATH).json(&drafts.remove(0))
                } else {
                    let batch = json!({"notifications": drafts});
                    service.request("POST", &format!("{PATH}/batch")).json(&batch)
                };
                match key {
                    Some(key) => request.header("idempotency-key", key),
                    None => request,
                }
            }
            Self::Read { user, id } => of(user).request("PUT", &format!("{PATH}/{id}/read")),
            Self::Delete { user, id } => of(user).request("DELETE", &format!("{PATH}/{id}")),
            Self::ReadAll { user, .. } => of(user).request("POST", &format!("{PATH}/read-all")),
        }
    }

    /// Asks once. What was acknowledged, if it was, can be noted afterwards.
    pub(super) async fn ask(
        &self,
        service: &Client,
        of: impl Fn(&str) -> Client,
    ) -> Option<Acknowledged> {
        let answer = service.try_send(self.build(service, of)).await?;
        let results = match self {
            Self::Send { messages, .. } if messages.len() > 1 => {
                answer.expect(200).json["results"].as_array().unwrap().clone()
            }
            Self::Send { .. } => vec![answer.expect(201).json],
            // an unanswered one may have been carried out
            Self::Delete { .. } => {
                assert!(matches!(answer.status, 204 | 404), "{}", answer.status);
                Vec::new()
            }
            Self::Read { .. } | Self::ReadAll { .. } => vec![answer.expect(200).json],
        };
        let id = |result: &Value| result["id"].as_i64().unwrap_or_default();
        Some(Acknowledged(results.iter().map(id).collect()))
    }

    /// Notes what was acknowledged.
    pub(super) fn note(&self, Acknowledged(ids): &Acknowledged, ledger: &mut Ledger) {
        ledger.acknowledged += 1;
        match self {
            Self::Send { to, messages, .. } => {
                assert_eq!(ids.len(), messages.len());
                for user in to {
                    for (id, message) in ids.iter().zip(messages) {
                        ledger.sent(user, *id, message);
                    }
                }
            }
            Self::Read { user, id } => ledger.read(user, &[*id]),
            Self::Delete { user, id } => ledger.deleted(user, &[*id]),
            Self::ReadAll { user, known } => ledger.read(user, known),
        }
    }
}

/// The ids of what was sent, if something was.
pub(super) struct Acknowledged(Vec<i64>);
