use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use herald_domain::{UserId, UserPrincipal};

use crate::extract::Person;
use crate::problem::Problem;

/// A person whose own inbox the path names, as `{user_id}` or `{id}`. Every other is answered like
/// none, to administrators too.
pub(super) struct Owner(pub(super) UserPrincipal);

impl FromRequest for Owner {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let Person(user) = Person::extract(&request).await?;
            let path = request.match_info();
            let named = path.get("user_id").or(path.get("id"));
            if named == Some(user.id.as_str()) { Ok(Self(user)) } else { Err(Problem::not_found()) }
        })
    }
}

/// Lets through whom a query names, if that is the caller, and who names nobody.
pub(super) fn check_owner(caller: &UserPrincipal, named: Option<&UserId>) -> Result<(), Problem> {
    if named.is_none_or(|id| *id == caller.id) { Ok(()) } else { Err(Problem::not_found()) }
}
