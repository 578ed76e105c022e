use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use herald_domain::UserPrincipal;
use herald_realtime::{Format, Resume};

use crate::Services;
use crate::extract::{QueryParams, ReadQuery, Reader};
use crate::problem::{Code, Problem};
use crate::realtime::{Accepted, Origins, accept, check_handshake, listener_with_token};
use crate::rest::answer::Answer;

/// A handshake that may be accepted: from a page that may, by a person who showed a token.
pub(super) struct Handshake {
    request: HttpRequest,
    user: UserPrincipal,
    /// where the inbox stands: the device hears of whatever comes after the answer
    since: Resume,
}

/// How a browser, which cannot set headers here, shows its token.
struct TokenQuery {
    token: Option<String>,
}

impl ReadQuery for TokenQuery {
    fn read(query: &mut Reader) -> Self {
        Self { token: query.text("token") }
    }
}

impl Handshake {
    /// Opens the socket, which speaks that format from now on.
    pub(super) fn speak(self, format: Format) -> Answer {
        accept(
            &self.request,
            None,
            Accepted { user: Some(self.user), format, since: Some(self.since) },
        )
    }
}

impl FromRequest for Handshake {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let missing =
                || Problem::hidden(Code::Internal, "not configured", &"no services in app data");
            let services = request.app_data::<Data<Services>>().ok_or_else(missing)?;
            let origins = request.app_data::<Data<Origins>>().ok_or_else(missing)?;
            check_handshake(&request, origins)?;
            let QueryParams(TokenQuery { token }) = QueryParams::extract(&request).await?;
            let user = listener_with_token(&request, services, token).await?;
            let head = services.inbox.head(user.key).await?;
            let since = Resume { epoch: services.inbox.epoch().to_string(), rev: head.rev };
            Ok(Self { request, user, since })
        })
    }
}
