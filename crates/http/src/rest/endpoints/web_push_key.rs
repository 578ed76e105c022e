use actix_web::get;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{NoQuery, Person};
use crate::problem::{Code, Problem, ProblemBody};
use crate::rest::answer::{self, Answer};

/// By what browsers know whose push messages they are.
#[derive(Serialize, ToSchema)]
#[schema(as = WebPushKey)]
struct KeyBody<'a> {
    /// the `applicationServerKey` of `pushManager.subscribe()`, in base64url
    #[schema(
        example = "BEl62iUYgUivxIkv69yViEuiBIa-Ib9-SkvMeAtA3LFgDzkrxZJjSgSnfckjBJuBkr3qBUYIHBQFLXYp5Nksh8U"
    )]
    public_key: &'a str,
}

/// The key for browser push
///
/// What a browser has to be given before it subscribes (VAPID).
#[utoipa::path(
    operation_id = "getWebPushKey",
    tag = "endpoints",
    responses(
        (status = 200, description = "the public key", body = KeyBody),
        (status = 404, description = "browser push is not set up here", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[get("/web-push/key")]
pub(super) async fn web_push_key(_: Person, services: Data<Services>, _: NoQuery) -> Answer {
    let detail = "no browser push goes out from here: the sandbox stands in for it";
    let key = services.outlets.web_push_key();
    let public_key = key.ok_or_else(|| Problem::new(Code::NoWebPush, detail))?;
    answer::ok(&KeyBody { public_key })
}
