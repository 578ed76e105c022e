//! What whoever follows the link in a mail sees. The link is signed, and so takes no login (RFC 8058).

mod confirm;
mod end;
mod page;

use actix_web::web::Query;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

/// The pages, outside of the API.
pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(confirm::confirm).service(end::end);
}

/// What the link says. Other parameters are let through: whoever counts clicks adds them.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Link {
    /// what the mail had there
    #[param(required)]
    token: Option<String>,
}

/// The token of a link; nothing that is a token, if there is none.
fn token(link: Result<Query<Link>, actix_web::Error>) -> String {
    link.ok().and_then(|Query(link)| link.token).unwrap_or_default()
}
