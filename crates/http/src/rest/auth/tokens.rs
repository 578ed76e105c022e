use herald_application::TokenPair;
use serde::Serialize;
use utoipa::ToSchema;

/// What a login gives.
#[derive(Serialize, ToSchema)]
#[schema(as = Tokens)]
pub(super) struct TokensBody<'a> {
    /// to be sent as `Authorization: Bearer`
    #[schema(example = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxNyJ9.3q2-7w")]
    access_token: &'a str,
    #[schema(example = "bearer")]
    token_type: &'static str,
    /// how long the access token lasts, in seconds
    #[schema(example = 900)]
    expires_in: u64,
    /// for `refresh`; good for one use
    #[schema(example = "hr_3q2-7w")]
    refresh_token: &'a str,
}

impl<'a> From<&'a TokenPair> for TokensBody<'a> {
    fn from(pair: &'a TokenPair) -> Self {
        Self {
            access_token: &pair.access,
            token_type: "bearer",
            expires_in: pair.expires_in.as_secs(),
            refresh_token: &pair.refresh,
        }
    }
}
