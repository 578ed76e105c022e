use std::error::Error;

use herald_ports::DeliveryError;

use crate::guard::NotPublic;
use crate::one_line;

/// What it means that a request got no answer: it may go out later, unless it could not be made at
/// all. The text has no address in it.
#[expect(clippy::needless_pass_by_value, reason = "it is for `map_err`")]
pub fn unanswered(error: reqwest::Error) -> DeliveryError {
    let causes = || std::iter::successors(error.source(), |&cause| cause.source());
    if causes().any(<dyn Error>::is::<NotPublic>) {
        return NotPublic.into();
    }
    // the last one says what happened; those of the library say where
    let cause = causes().filter(|cause| !cause.is::<reqwest::Error>()).last();
    let cause = cause.map_or_else(String::new, |cause| format!(": {cause}"));
    if error.is_builder() {
        return DeliveryError::Permanent {
            detail: one_line(&format!("request cannot be made{cause}"), &[]),
        };
    }
    let detail = if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        format!("cannot connect{cause}")
    } else {
        format!("connection broke{cause}")
    };
    DeliveryError::Transient { detail: one_line(&detail, &[]), retry_after: None }
}
