use actix_web::get;
use actix_web::web::Data;
use herald_application::Devices;
use herald_domain::{UserId, UserKey};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{Admin, QueryParams};
use crate::rest::answer::Answer;
use crate::rest::cursor::Cursor;
use crate::rest::part::PartQuery;

/// Some of those who are online.
#[derive(Serialize, ToSchema)]
#[schema(as = OnlinePage)]
struct OnlineBody<'a> {
    /// in the order in which they became users
    items: Vec<DevicesBody<'a>>,
    /// where the next part begins; null on the last
    #[schema(required, example = "MTo3")]
    next_cursor: Option<String>,
    /// how many users are online
    #[schema(example = 1)]
    people: usize,
    /// how many sockets and streams they have open
    #[schema(example = 2)]
    devices: usize,
}

/// Somebody who is online.
#[derive(Serialize, ToSchema)]
#[schema(as = OnlineUser)]
struct DevicesBody<'a> {
    /// the user's id
    #[schema(value_type = UserId, example = "alice")]
    user: &'a UserId,
    /// how many sockets and streams of the user are open
    #[schema(minimum = 1, example = 2)]
    devices: usize,
}

impl<'a> From<&'a Devices> for DevicesBody<'a> {
    fn from(Devices { user, devices }: &'a Devices) -> Self {
        Self { user, devices: *devices }
    }
}

/// List who is online
#[utoipa::path(
    operation_id = "listOnline",
    tag = "admin",
    params(PartQuery<UserKey>),
    responses((status = 200, description = "some of those who are online", body = OnlineBody,
               headers(("Link" = String, description = "RFC 8288: first, next"))))
)]
#[get("/admin/presence")]
pub(super) async fn presence(
    _: Admin,
    services: Data<Services>,
    QueryParams(query): QueryParams<PartQuery<UserKey>>,
) -> Answer {
    let online = services.online.list(query.after(), query.limit()).await?;
    let body = OnlineBody {
        items: online.part.items.iter().map(DevicesBody::from).collect(),
        next_cursor: online.part.next.map(|place| Cursor(place).to_string()),
        people: online.people,
        devices: online.devices,
    };
    query.answer("/api/v1/admin/presence", online.part.next, &body)
}
