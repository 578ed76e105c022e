use actix_web::put;
use actix_web::web::Data;
use herald_application::RawTemplate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::TemplateBody;
use crate::Services;
use crate::extract::{Admin, JsonBody, NoQuery};
use crate::rest::answer::{self, Answer};
use crate::rest::channel::ExternalChannel;

/// How a channel shall say what a notification says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TemplateRequest {
    channel: ExternalChannel,
    /// of which category; every one that has none of its own, if absent
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.:@-]+$", example = "ci")]
    category: Option<String>,
    /// in which language; every one that has none of its own, if absent
    #[schema(
        min_length = 2,
        max_length = 35,
        pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}$",
        example = "en"
    )]
    locale: Option<String>,
    /// the headline
    #[schema(max_length = 65_536, example = "{{ notification.title }}")]
    subject: Option<String>,
    /// the text
    #[schema(max_length = 65_536, example = "{{ notification.message }}")]
    text: String,
    /// the page, in which every value is escaped
    #[schema(max_length = 65_536, example = "<p>{{ notification.message }}</p>")]
    html: Option<String>,
}

impl From<TemplateRequest> for RawTemplate {
    fn from(body: TemplateRequest) -> Self {
        let TemplateRequest { channel, category, locale, subject, text, html } = body;
        Self { channel: channel.into(), category, locale, subject, text, html }
    }
}

/// Write a template
///
/// In place of the one of the same channel, category and language, if there is one. Of several that fit, one of the
/// category goes before one of the language.
#[utoipa::path(
    operation_id = "putTemplate",
    tag = "admin",
    request_body(
        content = TemplateRequest,
        example = json!({"channel": "email", "category": "ci", "subject": "{{ notification.title }}",
                         "text": "{{ notification.message }}"})
    ),
    responses((status = 200, description = "the template", body = TemplateBody))
)]
#[put("/admin/templates")]
pub(super) async fn put(
    _: Admin,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<TemplateRequest>,
) -> Answer {
    answer::ok(&TemplateBody::from(&services.templates.put(body.into()).await?))
}
