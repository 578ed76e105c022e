//! Who asks. Whoever a route lets in is counted here, by the class of requests that the extractor
//! stands for: no handler with a caller can forget to.

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use herald_domain::{Principal, UserPrincipal};

use crate::Services;
use crate::limit::{Class, count_account, count_caller, count_network};
use crate::problem::{Code, Problem};

/// Whoever shows a valid credential: a person or a service.
pub(crate) struct Caller(pub(crate) Principal);

/// Whoever shows a valid credential, and sends.
pub(crate) struct Sender(pub(crate) Principal);

/// Whoever may send to everybody: an administrator, or a service whose key has that scope.
pub(crate) struct Trusted;

/// A person. A service is refused, for it has no inbox and no login.
pub(crate) struct Person(pub(crate) UserPrincipal);

/// A person who wants to listen.
pub(crate) struct Listener(pub(crate) UserPrincipal);

/// A person with the role `admin`.
pub(crate) struct Admin(pub(crate) UserPrincipal);

/// An administrator who reads figures, as often as they like.
pub(crate) struct Scraper;

/// Somebody who needs no credential.
pub(crate) struct Anyone;

/// Somebody who comes without a credential, to get one.
pub(crate) struct Guest(HttpRequest);

impl Guest {
    /// Takes notice of the account whose password the guest is about to give; an error if that was
    /// tried too often, by whomever.
    pub(crate) fn tries(&self, username: &str) -> Result<(), Problem> {
        count_account(&self.0, username)
    }
}

/// Lets a handler take the type, made from the request by an async function.
macro_rules! extracted {
    ($name:ident, $make:expr) => {
        impl FromRequest for $name {
            type Error = Problem;
            type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let request = request.clone();
                let make = $make;
                Box::pin(async move { make(request).await })
            }
        }
    };
}

extracted!(Caller, async |request: HttpRequest| {
    counted(&request, Class::of(&request)).await.map(Self)
});
extracted!(Sender, async |request: HttpRequest| { counted(&request, Class::Send).await.map(Self) });
extracted!(Trusted, async |request: HttpRequest| {
    trusted(&counted(&request, Class::of(&request)).await?).map(|()| Self)
});
extracted!(Person, async |request: HttpRequest| {
    person(counted(&request, Class::of(&request)).await?).map(Self)
});
extracted!(Listener, async |request: HttpRequest| {
    person(counted(&request, Class::Realtime).await?).map(Self)
});
extracted!(Admin, async |request: HttpRequest| {
    let caller = counted(&request, Class::of(&request)).await?;
    administrator(caller).map(Self)
});
extracted!(Scraper, async |request: HttpRequest| {
    administrator(authenticate(&request).await?).map(|_| Self)
});
extracted!(Anyone, async |request: HttpRequest| {
    count_network(&request, Class::Anonymous).map(|()| Self)
});
extracted!(Guest, async |request: HttpRequest| {
    count_network(&request, Class::Login).map(|()| Self(request))
});

async fn counted(request: &HttpRequest, class: Class) -> Result<Principal, Problem> {
    count_caller(request, class, authenticate(request).await)
}

/// Lets people through only.
pub(crate) fn person(caller: Principal) -> Result<UserPrincipal, Problem> {
    match caller {
        Principal::User(user) => Ok(user),
        Principal::Service(_) => {
            Err(Problem::new(Code::Forbidden, "this is for people; an API key is not one"))
        }
    }
}

fn trusted(caller: &Principal) -> Result<(), Problem> {
    if caller.may_send_to_others() {
        return Ok(());
    }
    let detail = "this takes the role admin, or an API key with the scope send";
    Err(Problem::new(Code::Forbidden, detail))
}

fn administrator(caller: Principal) -> Result<UserPrincipal, Problem> {
    match caller {
        Principal::User(user) if user.role.is_admin() => Ok(user),
        Principal::User(_) | Principal::Service(_) => {
            Err(Problem::new(Code::Forbidden, "this takes the role admin"))
        }
    }
}

/// Who shows a valid credential, where a route has other ways to say who it is as well. Does not
/// count the request.
pub(crate) async fn authenticate(request: &HttpRequest) -> Result<Principal, Problem> {
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
