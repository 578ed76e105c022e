use actix_web::http::StatusCode;

/// What went wrong, by a name that programs can rely on; each is a heading of `docs/problems.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    MalformedRequest,
    MalformedJson,
    TokenRequired,
    TokenExpired,
    TokenInvalid,
    WrongCredentials,
    Forbidden,
    AccountDisabled,
    RegistrationClosed,
    NotFound,
    NoWebPush,
    MethodNotAllowed,
    RequestTimeout,
    UsernameTaken,
    NoSession,
    TopicExists,
    TooManySubscriptions,
    TooManyEndpoints,
    NotAWebhook,
    TooLate,
    LastAdmin,
    Resync,
    BodyTooLarge,
    UnsupportedMediaType,
    Validation,
    IdempotencyKeyReused,
    EndpointTestFailed,
    UpgradeRequired,
    RateLimited,
    TooManySockets,
    Internal,
    Unavailable,
    StoreFull,
}

impl Code {
    /// Every code, by ascending status.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 33] = [
        Self::MalformedRequest,
        Self::MalformedJson,
        Self::TokenRequired,
        Self::TokenExpired,
        Self::TokenInvalid,
        Self::WrongCredentials,
        Self::Forbidden,
        Self::AccountDisabled,
        Self::RegistrationClosed,
        Self::NotFound,
        Self::NoWebPush,
        Self::MethodNotAllowed,
        Self::RequestTimeout,
        Self::UsernameTaken,
        Self::NoSession,
        Self::TopicExists,
        Self::TooManySubscriptions,
        Self::TooManyEndpoints,
        Self::NotAWebhook,
        Self::TooLate,
        Self::LastAdmin,
        Self::Resync,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::Validation,
        Self::IdempotencyKeyReused,
        Self::EndpointTestFailed,
        Self::UpgradeRequired,
        Self::RateLimited,
        Self::TooManySockets,
        Self::Internal,
        Self::Unavailable,
        Self::StoreFull,
    ];

    /// The name on the wire, the status, and what it means in two or three words.
    fn entry(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::MalformedRequest => ("malformed_request", 400, "malformed request"),
            Self::MalformedJson => ("malformed_json", 400, "malformed JSON"),
            Self::TokenRequired => ("token_required", 401, "token required"),
            Self::TokenExpired => ("token_expired", 401, "token expired"),
            Self::TokenInvalid => ("token_invalid", 401, "token not valid"),
            Self::WrongCredentials => ("wrong_credentials", 401, "wrong credentials"),
            Self::Forbidden => ("forbidden", 403, "not allowed"),
            Self::AccountDisabled => ("account_disabled", 403, "account disabled"),
            Self::RegistrationClosed => ("registration_closed", 403, "registration closed"),
            Self::NotFound => ("not_found", 404, "not found"),
            Self::NoWebPush => ("no_web_push", 404, "browser push not set up"),
            Self::MethodNotAllowed => ("method_not_allowed", 405, "method not allowed"),
            Self::RequestTimeout => ("request_timeout", 408, "request took too long"),
            Self::UsernameTaken => ("username_taken", 409, "username taken"),
            Self::NoSession => ("no_session", 409, "token without session"),
            Self::TopicExists => ("topic_exists", 409, "topic exists"),
            Self::TooManySubscriptions => ("too_many_subscriptions", 409, "too many subscriptions"),
            Self::TooManyEndpoints => ("too_many_endpoints", 409, "too many endpoints"),
            Self::NotAWebhook => ("not_a_webhook", 409, "not a webhook"),
            Self::TooLate => ("too_late", 409, "too late"),
            Self::LastAdmin => ("last_admin", 409, "last administrator"),
            Self::Resync => ("resync", 410, "position lost"),
            Self::BodyTooLarge => ("body_too_large", 413, "body too large"),
            Self::UnsupportedMediaType => ("unsupported_media_type", 415, "unsupported media type"),
            Self::Validation => ("validation", 422, "request not valid"),
            Self::IdempotencyKeyReused => {
                ("idempotency_key_reused", 422, "idempotency key used for another request")
            }
            Self::EndpointTestFailed => ("endpoint_test_failed", 422, "test call failed"),
            Self::UpgradeRequired => ("upgrade_required", 426, "another version required"),
            Self::RateLimited => ("rate_limited", 429, "too many requests"),
            Self::TooManySockets => ("too_many_sockets", 429, "too many sockets"),
            Self::Internal => ("internal", 500, "internal error"),
            Self::Unavailable => ("unavailable", 503, "temporarily unavailable"),
            Self::StoreFull => ("store_full", 507, "store full"),
        }
    }

    /// The name on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        self.entry().0
    }

    /// The status it is answered with.
    pub(crate) fn status(self) -> StatusCode {
        StatusCode::from_u16(self.entry().1).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What it means, the same every time.
    pub(crate) fn title(self) -> &'static str {
        self.entry().2
    }

    /// The code that stands for an answer of the framework's own, which has a status only.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::REQUEST_TIMEOUT => Self::RequestTimeout,
            StatusCode::PAYLOAD_TOO_LARGE => Self::BodyTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            status if status.is_client_error() => Self::MalformedRequest,
            _ => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docs::PROBLEMS;

    #[test]
    fn every_code_has_its_heading_and_every_heading_its_code() {
        let headings: Vec<_> =
            PROBLEMS.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(headings, codes);
    }

    #[test]
    fn a_status_of_the_framework_keeps_its_status() {
        for status in [400, 404, 405, 408, 413, 415, 500] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(Code::of_status(status).status(), status);
        }
    }
}
