use actix_web::get;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::ChannelBody;
use crate::Services;
use crate::extract::{Admin, NoQuery};
use crate::rest::answer::{self, Answer};

/// The channels that lead out of Herald, and what the sandbox has to do with them.
#[derive(Serialize, ToSchema)]
#[schema(as = Sandbox)]
struct SandboxBody {
    /// every channel
    items: Vec<ChannelBody>,
}

/// Look at the sandbox
///
/// Which channels it stands in for, and how it behaves there.
#[utoipa::path(
    operation_id = "getSandbox",
    tag = "admin",
    responses((status = 200, description = "every channel that leads out of Herald", body = SandboxBody))
)]
#[get("/admin/sandbox")]
pub(super) async fn view(_: Admin, services: Data<Services>, _: NoQuery) -> Answer {
    let modes = services.sandbox.modes().await?.into_iter();
    let body = |(channel, mode): (_, herald_ports::SandboxMode)| {
        ChannelBody::new(channel, mode.into(), &*services.outlets)
    };
    answer::ok(&SandboxBody { items: modes.map(body).collect() })
}
