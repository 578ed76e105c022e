use actix_web::put;
use actix_web::web::Data;
use herald_domain::Channel;
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::{ChannelBody, Mode};
use crate::Services;
use crate::extract::{Admin, JsonBody, NoQuery, PathParam};
use crate::rest::answer::{self, Answer};
use crate::rest::channel::ExternalChannel;

/// How a channel in the sandbox shall behave.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SandboxModeRequest {
    mode: Mode,
}

/// Tell the sandbox how to behave
///
/// It holds for every server from now on, also before the sandbox stands in for the channel.
#[utoipa::path(
    operation_id = "setSandboxMode",
    tag = "admin",
    params(("channel" = ExternalChannel, Path, description = "the channel")),
    request_body(content = SandboxModeRequest, example = json!({"mode": "fail"})),
    responses((status = 200, description = "the channel as it is now", body = ChannelBody))
)]
#[put("/admin/sandbox/{channel}")]
pub(super) async fn set_mode(
    _: Admin,
    services: Data<Services>,
    PathParam(channel): PathParam<ExternalChannel>,
    _: NoQuery,
    JsonBody(body): JsonBody<SandboxModeRequest>,
) -> Answer {
    let channel = Channel::from(channel);
    services.sandbox.set_mode(channel, body.mode.into()).await?;
    answer::ok(&ChannelBody::new(channel, body.mode, &*services.outlets))
}
