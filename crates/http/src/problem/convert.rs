//! Each use case's errors as problems, without a wildcard arm: a new error is a decision to take.

use herald_application::{
    AccountError, ApiKeyError, AuthError, CancelError, DeadLetterError, DeliveryListError,
    EndpointError, Endpoints, InboxError, PreferencesError, SandboxError, SendError,
    SuppressionError, TemplateError, TopicError, Topics, TraceError,
};
use herald_domain::{Rule, Violation, Violations};
use herald_ports::{Resync, StoreError};

use super::{Code, Problem};

impl From<Violation> for Problem {
    fn from(violation: Violation) -> Self {
        Self::violations([violation])
    }
}

impl From<Violations> for Problem {
    fn from(violations: Violations) -> Self {
        Self::violations(violations)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Overloaded => {
                Self::hidden(Code::Unavailable, "more is waiting than can be stored", &error)
            }
            StoreError::Unavailable(_) => {
                Self::hidden(Code::Unavailable, "the store cannot be reached at present", &error)
            }
            StoreError::Full => {
                Self::hidden(Code::StoreFull, "there is no room left; reading goes on", &error)
            }
            StoreError::Corrupt(_) => Self::hidden(Code::Internal, INTERNAL, &error),
        }
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Expired => Self::new(Code::TokenExpired, "the token has expired"),
            AuthError::Invalid => Self::new(Code::TokenInvalid, "the token is not accepted"),
            AuthError::Disabled => Self::new(Code::AccountDisabled, "the account is disabled"),
            AuthError::Store(error) => error.into(),
        }
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Invalid(violations) => violations.into(),
            AccountError::UsernameTaken => {
                Self::new(Code::UsernameTaken, "somebody else has that username")
            }
            AccountError::RegistrationClosed => {
                Self::new(Code::RegistrationClosed, "only the operator adds users here")
            }
            AccountError::WrongCredentials => {
                Self::new(Code::WrongCredentials, "the username or the password is wrong")
            }
            AccountError::NoSession => {
                let detail = "this token was not made by logging in, so there is nothing to end";
                Self::new(Code::NoSession, detail)
            }
            AccountError::UnknownUser => Self::not_found(),
            AccountError::LastAdmin => {
                Self::new(Code::LastAdmin, "nobody would be left who administers")
            }
            AccountError::Overloaded => {
                Self::hidden(Code::Unavailable, "too many logins at once", &error)
            }
            AccountError::Auth(error) => error.into(),
            AccountError::Store(error) => error.into(),
        }
    }
}

impl From<ApiKeyError> for Problem {
    fn from(error: ApiKeyError) -> Self {
        match error {
            ApiKeyError::Invalid(violations) => violations.into(),
            ApiKeyError::Unknown => Self::not_found(),
            ApiKeyError::Store(error) => error.into(),
        }
    }
}

impl From<CancelError> for Problem {
    fn from(error: CancelError) -> Self {
        match error {
            CancelError::TooLate => {
                Self::new(Code::TooLate, "its time has come: it was sent, or is being sent")
            }
            CancelError::Unknown => Self::not_found(),
            CancelError::Store(error) => error.into(),
        }
    }
}

impl From<SendError> for Problem {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Refused(refusal) => Self::violations(refusal.violations),
            SendError::KeyReused => {
                let detail = "this idempotency key came before with another request";
                Self::new(Code::IdempotencyKeyReused, detail)
            }
            SendError::Store(error) => error.into(),
        }
    }
}

impl From<InboxError> for Problem {
    fn from(error: InboxError) -> Self {
        match error {
            InboxError::Invalid(violation) => violation.into(),
            InboxError::Unknown => Self::not_found(),
            InboxError::Resync(reason) => Self::new(Code::Resync, lost(reason)),
            InboxError::Store(error) => error.into(),
        }
    }
}

impl From<TopicError> for Problem {
    fn from(error: TopicError) -> Self {
        match error {
            TopicError::Invalid(violations) => violations.into(),
            TopicError::Exists => Self::new(Code::TopicExists, "there is a topic of that name"),
            TopicError::Unknown => Self::not_found(),
            TopicError::TooManySubscriptions => {
                let most = Topics::MAX_SUBSCRIPTIONS;
                let detail = format!("a user subscribes to at most {most} topics");
                Self::new(Code::TooManySubscriptions, detail)
            }
            TopicError::Store(error) => error.into(),
        }
    }
}

impl From<DeadLetterError> for Problem {
    fn from(error: DeadLetterError) -> Self {
        match error {
            DeadLetterError::Unknown => Self::not_found(),
            DeadLetterError::Away(error) => {
                Self::hidden(Code::Unavailable, "the broker cannot be reached at present", &error)
            }
        }
    }
}

impl From<PreferencesError> for Problem {
    fn from(error: PreferencesError) -> Self {
        match error {
            PreferencesError::Invalid(violations) => violations.into(),
            PreferencesError::Unknown => Self::not_found(),
            PreferencesError::Store(error) => error.into(),
        }
    }
}

impl From<EndpointError> for Problem {
    fn from(error: EndpointError) -> Self {
        match error {
            EndpointError::Invalid(violations) => violations.into(),
            EndpointError::TooMany => {
                let detail = format!("a user has at most {} endpoints", Endpoints::MAX);
                Self::new(Code::TooManyEndpoints, detail)
            }
            EndpointError::Unknown => Self::not_found(),
            EndpointError::NoWebhook => {
                Self::new(Code::NotAWebhook, "only webhooks have a secret and can be tested")
            }
            // the texts of such errors are for whoever owns the address
            EndpointError::TestFailed(error) => {
                Self::new(Code::EndpointTestFailed, error.to_string())
            }
            EndpointError::Store(error) => error.into(),
        }
    }
}

impl From<TraceError> for Problem {
    fn from(error: TraceError) -> Self {
        match error {
            TraceError::Unknown => Self::not_found(),
            TraceError::NobodyNamed => {
                Violation::new("user", Rule::Required, "must be given by an API key").into()
            }
            TraceError::Store(error) => error.into(),
        }
    }
}

impl From<DeliveryListError> for Problem {
    fn from(error: DeliveryListError) -> Self {
        match error {
            DeliveryListError::Unknown => Self::not_found(),
            DeliveryListError::Store(error) => error.into(),
        }
    }
}

impl From<SuppressionError> for Problem {
    fn from(error: SuppressionError) -> Self {
        match error {
            SuppressionError::Invalid(violations) => violations.into(),
            SuppressionError::Unknown => Self::not_found(),
            SuppressionError::Store(error) => error.into(),
        }
    }
}

impl From<TemplateError> for Problem {
    fn from(error: TemplateError) -> Self {
        match error {
            TemplateError::Invalid(violations) => violations.into(),
            TemplateError::Unknown => Self::not_found(),
            TemplateError::Store(error) => error.into(),
        }
    }
}

impl From<SandboxError> for Problem {
    fn from(error: SandboxError) -> Self {
        match error {
            SandboxError::Invalid(violations) => violations.into(),
            SandboxError::Store(error) => error.into(),
        }
    }
}

/// What is said of every error that is ours alone.
pub(super) const INTERNAL: &str = "something failed here; the log has it under the request id";

fn lost(reason: Resync) -> &'static str {
    match reason {
        Resync::Epoch => "the position is of another database: read the whole inbox again",
        Resync::Pruned => "the position is too old: read the whole inbox again",
        Resync::Unknown => "the inbox never was at that position: read the whole inbox again",
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;

    use super::*;

    fn answer(error: StoreError) -> (u16, &'static str, String, Problem) {
        let problem = Problem::from(error);
        let response = problem.error_response();
        let wait = response.headers().get("retry-after");
        let wait = wait.map_or(String::new(), |wait| wait.to_str().unwrap().to_owned());
        (response.status().as_u16(), problem.code.as_str(), wait, problem)
    }

    #[test]
    fn a_store_that_fails_says_when_to_come_again_but_not_why() {
        let secret = || "password=canary".to_owned();
        for (error, expected) in [
            (StoreError::Overloaded, (503, "unavailable", "1")),
            (StoreError::Unavailable(secret()), (503, "unavailable", "1")),
            (StoreError::Full, (507, "store_full", "30")),
            (StoreError::Corrupt(secret()), (500, "internal", "")),
        ] {
            let (status, code, wait, problem) = answer(error);
            assert_eq!((status, code, &*wait), expected);
            assert!(!problem.detail.contains("canary"));
            assert!(problem.source.is_some(), "the log is told");
        }
    }

    #[test]
    fn who_may_not_act_is_told_so() {
        let disabled = Problem::from(AuthError::Disabled).error_response();
        assert_eq!(disabled.status(), 403);
        let overloaded = Problem::from(AccountError::Overloaded).error_response();
        assert_eq!(overloaded.headers().get("retry-after").unwrap(), "1");
    }
}
