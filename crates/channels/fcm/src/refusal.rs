use std::time::Duration;

use herald_domain::Timestamp;
use herald_outbound::{Answer, one_line};
use herald_ports::DeliveryError;
use serde::Deserialize;

/// How long FCM is left alone at least, after a failure of its own.
const AFTER_FAILURE: Duration = Duration::from_secs(10);
/// How long, when too much was sent and FCM does not say.
const AFTER_EXCESS: Duration = Duration::from_secs(60);

/// The body of a refusal (google.rpc.Status).
#[derive(Deserialize)]
struct Body {
    error: Status,
}

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    message: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    details: Vec<Detail>,
}

/// Of the details only `google.firebase.fcm.v1.FcmError` has a code.
#[derive(Deserialize)]
struct Detail {
    #[serde(rename = "errorCode")]
    code: Option<String>,
}

/// Why a message was not taken.
pub(crate) struct Refusal {
    status: u16,
    /// FCM's own name for it
    code: Option<String>,
    detail: String,
    retry_after: Option<Duration>,
}

impl Refusal {
    /// Reads it; the secrets are not in what it says.
    pub(crate) fn read(answer: &Answer, secrets: &[&str], now: Timestamp) -> Self {
        let status = answer.status.as_u16();
        let body: Option<Body> = serde_json::from_slice(&answer.body).ok();
        let error = body.map(|body| body.error);
        let code = |error: &Status| error.details.iter().find_map(|detail| detail.code.clone());
        let code = error.as_ref().and_then(code);
        let detail = match &error {
            Some(error) => {
                let name = code.as_ref().unwrap_or(&error.status);
                one_line(&format!("{status} {name}: {}", error.message), secrets)
            }
            None => answer.detail(secrets),
        };
        Self { status, code, detail, retry_after: answer.retry_after(now) }
    }

    /// Whether the access token was refused, and not what somebody else must mend.
    pub(crate) fn is_of_token(&self) -> bool {
        self.status == 401 && self.code.is_none()
    }

    /// What it means. The code counts more than the status: the same status may be of the address, of the
    /// message, or of who sends.
    pub(crate) fn meaning(self) -> DeliveryError {
        let Self { status, code, detail, retry_after } = self;
        match (code.as_deref(), status) {
            (Some("UNREGISTERED"), _) => DeliveryError::EndpointGone { detail },
            // too large, too: the token may be good
            (Some("INVALID_ARGUMENT"), _) => DeliveryError::Permanent { detail },
            // the token was made for another project; with that it is still good
            (Some("SENDER_ID_MISMATCH"), _) => {
                DeliveryError::Permanent { detail: format!("token is of another sender: {detail}") }
            }
            // Apple's certificate, or the keys of browsers
            (Some("THIRD_PARTY_AUTH_ERROR"), _) => DeliveryError::Misconfigured { detail },
            (Some("QUOTA_EXCEEDED"), _) | (_, 429) => {
                let wait = retry_after.unwrap_or(AFTER_EXCESS).max(AFTER_FAILURE);
                DeliveryError::Transient { detail, retry_after: Some(wait) }
            }
            (Some("UNAVAILABLE" | "INTERNAL"), _) | (_, 500..) => {
                let wait = retry_after.unwrap_or_default().max(AFTER_FAILURE);
                DeliveryError::Transient { detail, retry_after: Some(wait) }
            }
            // no project of that name, or not for this account
            (_, 300..=399 | 401 | 403 | 404) => DeliveryError::Misconfigured { detail },
            _ => DeliveryError::Permanent { detail },
        }
    }
}
