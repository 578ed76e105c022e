use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, ResponseError};
use herald_domain::{Principal, Username};

use super::announce::Standings;
use super::{Class, Counted, RateLimits};
use crate::problem::{Code, Problem};

impl Class {
    /// The class of a request by somebody for whom the route has no class of its own.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        // HEAD was made GET already
        if *request.method() == Method::GET { Self::Read } else { Self::Write }
    }
}

/// Counts a request for whoever makes it: the principal, if its credential was found to be good, or
/// else the address. Trouble of our own is nobody's.
pub(crate) fn count_caller(
    request: &HttpRequest,
    class: Class,
    found: Result<Principal, Problem>,
) -> Result<Principal, Problem> {
    match &found {
        Ok(Principal::User(user)) => count(request, class, &Counted::User(user.key))?,
        Ok(Principal::Service(service)) => {
            count(request, Class::ApiKey, &Counted::ApiKey(service.id))?;
        }
        Err(problem) if problem.status_code().is_client_error() => {
            count_network(request, Class::Anonymous)?;
        }
        Err(_) => {}
    }
    found
}

/// Counts a request for the address it comes from.
pub(crate) fn count_network(request: &HttpRequest, class: Class) -> Result<(), Problem> {
    count(request, class, &Counted::Network(limits(request)?.network(request)))
}

/// Counts an attempt to log in by that name; what can be nobody's name is not counted.
pub(crate) fn count_account(request: &HttpRequest, name: &str) -> Result<(), Problem> {
    match name.to_ascii_lowercase().parse::<Username>() {
        Ok(name) => count(request, Class::Account, &Counted::Account(name)),
        Err(_) => Ok(()),
    }
}

fn count(request: &HttpRequest, class: Class, key: &Counted) -> Result<(), Problem> {
    let Some(standing) = limits(request)?.count(class, key) else { return Ok(()) };
    let refused = standing.is_refused.then(|| Problem::rate_limited(class, standing.seconds));
    let mut extensions = request.extensions_mut();
    match extensions.get_mut::<Standings>() {
        Some(standings) => standings.0.push(standing),
        None => drop(extensions.insert(Standings(vec![standing]))),
    }
    refused.map_or(Ok(()), Err)
}

fn limits(request: &HttpRequest) -> Result<&RateLimits, Problem> {
    let limits = request.app_data::<Data<RateLimits>>();
    limits.map(|limits| &***limits).ok_or_else(|| {
        Problem::hidden(Code::Internal, "not configured", &"no rate limits in app data")
    })
}
