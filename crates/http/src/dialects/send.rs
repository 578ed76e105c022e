use herald_application::{RequestContext, RequestKey, SendError};
use herald_domain::{Principal, RawDraft, Receipt};

use crate::Services;
use crate::problem::Problem;

/// Sends. Where a rule is broken, the problem names the field as the dialect does: `fields` has its
/// name behind ours.
pub(super) async fn send(
    services: &Services,
    sender: &Principal,
    draft: RawDraft,
    key: Option<RequestKey<'_>>,
    fields: &[(&str, &str)],
) -> Result<Receipt, Problem> {
    let context = RequestContext { key, ..RequestContext::default() };
    let sent = services.notifier.send(sender, draft, context).await;
    Ok(sent.map_err(|error| in_fields(error, fields))?)
}

fn in_fields(mut error: SendError, fields: &[(&str, &str)]) -> SendError {
    if let SendError::Refused(refusal) = &mut error {
        for violation in &mut refusal.violations {
            if let Some((_, theirs)) = fields.iter().find(|(ours, _)| violation.field == *ours) {
                (*theirs).clone_into(&mut violation.field);
            }
        }
    }
    error
}
