use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use herald_domain::{Principal, UserPrincipal};

use crate::Services;
use crate::extract::{authenticate, person};
use crate::limit::{Class, count_caller, count_network};
use crate::problem::Problem;

/// Who opens a socket that takes a token in its address: whose it is, or else whoever the header
/// names.
pub(crate) async fn listener_with_token(
    request: &HttpRequest,
    services: &Services,
    token: Option<String>,
) -> Result<UserPrincipal, Problem> {
    let found = match token {
        Some(token) => services.access.authenticate(&token).await.map_err(Problem::from),
        None => authenticate(request).await,
    };
    person(count_caller(request, Class::Realtime, found)?)
}

/// Who opens a stream: whoever the ticket was drawn by, or else whoever the header names.
pub(super) async fn listener(
    request: &HttpRequest,
    services: &Services,
    ticket: Option<String>,
) -> Result<UserPrincipal, Problem> {
    let found = match ticket {
        Some(ticket) => {
            let redeemed = services.accounts.redeem_ticket(&ticket).await;
            redeemed.map(Principal::User).map_err(Problem::from)
        }
        None => authenticate(request).await,
    };
    person(count_caller(request, Class::Realtime, found)?)
}

/// The same of a socket, which may also leave it to its first message to say so.
pub(super) async fn listener_if_named(
    request: &HttpRequest,
    services: &Services,
    ticket: Option<String>,
) -> Result<Option<UserPrincipal>, Problem> {
    if ticket.is_none() && !request.headers().contains_key(AUTHORIZATION) {
        return count_network(request, Class::Anonymous).map(|()| None);
    }
    listener(request, services, ticket).await.map(Some)
}
