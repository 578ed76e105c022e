use herald_domain::Timestamp;
use herald_outbound::{Answer, one_line};
use herald_ports::DeliveryError;
use serde::Deserialize;

/// What the body of a refusal says.
#[derive(Deserialize)]
struct Reason {
    /// Twilio's number for it, see <https://www.twilio.com/docs/api/errors>
    code: u32,
    #[serde(default)]
    message: String,
}

/// What a refusal means; the token is not in it.
pub(crate) fn of(answer: &Answer, token: &str, now: Timestamp) -> DeliveryError {
    let reason: Option<Reason> = serde_json::from_slice(&answer.body).ok();
    let status = answer.status.as_u16();
    let detail = match &reason {
        Some(Reason { code, message }) => {
            one_line(&format!("{status} {code}: {message}"), &[token])
        }
        None => answer.detail(&[token]),
    };
    match (status, reason.map(|reason| reason.code)) {
        // too much at once; a queue that is full
        (429 | 500.., _) | (_, Some(20429 | 21611)) => {
            DeliveryError::Transient { detail, retry_after: answer.retry_after(now) }
        }
        // no number; none that can be reached; not a mobile one; whoever has it wants no more (STOP)
        (_, Some(21211 | 21214 | 21217 | 21610 | 21614)) => DeliveryError::EndpointGone { detail },
        // who asks is not known, or may not, or there is no such account; what messages come from is wrong
        (300..=399 | 401 | 403 | 404, _)
        | (_, Some(20003 | 20404 | 21212 | 21603 | 21701 | 21703)) => {
            DeliveryError::Misconfigured { detail }
        }
        _ => DeliveryError::Permanent { detail },
    }
}
