use actix_web::get;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::TemplateBody;
use crate::Services;
use crate::extract::{Admin, NoQuery};
use crate::rest::answer::{self, Answer};

/// The templates that were written.
#[derive(Serialize, ToSchema)]
#[schema(as = Templates)]
struct TemplatesBody<'a> {
    /// by channel, category and language
    items: Vec<TemplateBody<'a>>,
}

/// List the templates
///
/// Those that administrators have written. Where none fits, the one that is built in is used.
#[utoipa::path(
    operation_id = "listTemplates",
    tag = "admin",
    responses((status = 200, description = "all of them", body = TemplatesBody))
)]
#[get("/admin/templates")]
pub(super) async fn list(_: Admin, services: Data<Services>, _: NoQuery) -> Answer {
    let templates = services.templates.list().await?;
    answer::ok(&TemplatesBody { items: templates.iter().map(TemplateBody::from).collect() })
}
