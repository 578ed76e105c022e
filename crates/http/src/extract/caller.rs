use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use herald_domain::{Principal, UserPrincipal};

use crate::Services;
use crate::problem::{Code, Problem};

/// Whoever shows a valid credential: a person or a service.
pub(crate) struct Caller(pub(crate) Principal);

/// A person. A service is refused, for it has no inbox and no login.
pub(crate) struct Person(pub(crate) UserPrincipal);

/// A person with the role `admin`.
pub(crate) struct Admin;

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { authenticate(&request).await.map(Self) })
    }
}

impl FromRequest for Person {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { person(&request).await.map(Self) })
    }
}

impl FromRequest for Admin {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            match authenticate(&request).await? {
                Principal::User(user) if user.role.is_admin() => Ok(Self),
                Principal::User(_) | Principal::Service(_) => {
                    Err(Problem::new(Code::Forbidden, "this takes the role admin"))
                }
            }
        })
    }
}

/// The person who shows a valid credential, where a route has other ways to say who it is as well.
pub(crate) async fn person(request: &HttpRequest) -> Result<UserPrincipal, Problem> {
    match authenticate(request).await? {
        Principal::User(user) => Ok(user),
        Principal::Service(_) => {
            Err(Problem::new(Code::Forbidden, "this is for people; an API key is not one"))
        }
    }
}

async fn authenticate(request: &HttpRequest) -> Result<Principal, Problem> {
    let credential = bearer(request)?;
    let Some(services) = request.app_data::<Data<Services>>() else {
        return Err(Problem::hidden(Code::Internal, "not configured", &"no services in app data"));
    };
    Ok(services.access.authenticate(credential).await?)
}

fn bearer(request: &HttpRequest) -> Result<&str, Problem> {
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let required = || {
        Problem::new(Code::TokenRequired, "this takes the header `Authorization: Bearer <token>`")
    };
    let header = headers.next().ok_or_else(required)?;
    if headers.next().is_some() {
        return Err(Problem::new(
            Code::TokenInvalid,
            "there is more than one authorization header",
        ));
    }
    let (scheme, credential) =
        header.to_str().ok().and_then(|text| text.trim().split_once(' ')).ok_or_else(required)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(credential.trim()) } else { Err(required()) }
}
