use actix_web::post;
use actix_web::web::Data;
use herald_application::RawTemplate;
use herald_domain::{Content, Draft, Kind, Priority, RawAudience, RawDraft, UserId, Violations};
use herald_ports::Rendered;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{Admin, JsonBody, NoQuery, object};
use crate::rest::answer::{self, Answer};
use crate::rest::channel::ExternalChannel;

/// A template, and what it is to be filled in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TemplatePreviewRequest {
    channel: ExternalChannel,
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.:@-]+$", example = "ci")]
    category: Option<String>,
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
    /// the page
    #[schema(max_length = 65_536, example = "<p>{{ notification.message }}</p>")]
    html: Option<String>,
    #[serde(deserialize_with = "object")]
    notification: PreviewNotification,
    /// who is told; the caller, if absent
    #[schema(min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9_.:@-]+$", example = "alice")]
    user: Option<String>,
}

/// What is told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreviewNotification {
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]+$",
        example = "Build finished"
    )]
    title: Option<String>,
    #[schema(
        min_length = 1,
        max_length = 4000,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]+$",
        example = "main is green"
    )]
    message: String,
    kind: Option<Kind>,
    priority: Option<Priority>,
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.:@-]+$", example = "ci")]
    category: Option<String>,
    #[schema(value_type = Option<Object>, example = json!({"run": 7}))]
    data: Option<Map<String, Value>>,
    #[schema(
        min_length = 1,
        max_length = 2048,
        pattern = "^([hH][tT][tT][pP][sS]?://[^/\\s\\\\\\x00-\\x1f\\x7f-\\x9f][^\\s\\\\\\x00-\\x1f\\x7f-\\x9f]*|/([^/\\s\\\\\\x00-\\x1f\\x7f-\\x9f][^\\s\\\\\\x00-\\x1f\\x7f-\\x9f]*)?)$",
        example = "/runs/7"
    )]
    action_url: Option<String>,
}

/// What a template comes to.
#[derive(Serialize, ToSchema)]
#[schema(as = TemplatePreview)]
struct PreviewBody<'a> {
    /// the headline, on one line
    #[schema(required, example = "Build finished")]
    subject: Option<&'a str>,
    #[schema(example = "main is green")]
    text: &'a str,
    #[schema(required, example = "<p>main is green</p>")]
    html: Option<&'a str>,
}

impl PreviewNotification {
    /// What it says, if it could be sent to that user.
    fn parse(self, user: &UserId) -> Result<Content, Violations> {
        let draft = Draft::parse(RawDraft {
            to: RawAudience::user(user.as_str()),
            title: self.title,
            message: self.message,
            kind: self.kind,
            priority: self.priority,
            category: self.category,
            data: self.data,
            action_url: self.action_url,
            ..RawDraft::default()
        });
        Ok(draft.map_err(within)?.content)
    }
}

/// The violations of a notification as those of the field that holds it.
fn within(broken: Violations) -> Violations {
    let mut renamed = Violations::default();
    for violation in Vec::from(broken) {
        let field = format!("notification.{}", violation.field);
        renamed.push(violation.in_field(field));
    }
    renamed
}

impl<'a> From<&'a Rendered> for PreviewBody<'a> {
    fn from(Rendered { subject, text, html }: &'a Rendered) -> Self {
        Self { subject: subject.as_deref(), text, html: html.as_deref() }
    }
}

/// What a template comes to
///
/// Fills a template in, and keeps nothing.
#[utoipa::path(
    operation_id = "previewTemplate",
    tag = "admin",
    request_body(
        content = TemplatePreviewRequest,
        example = json!({"channel": "email", "subject": "{{ notification.title }}", "text": "{{ notification.message }}",
                         "notification": {"title": "Build finished", "message": "main is green"}, "user": "alice"})
    ),
    responses((status = 200, description = "what would go out", body = PreviewBody))
)]
#[post("/admin/templates/preview")]
pub(super) async fn preview(
    Admin(admin): Admin,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<TemplatePreviewRequest>,
) -> Answer {
    let user = match body.user {
        Some(text) => text.parse::<UserId>().map_err(|broken| broken.in_field("user"))?,
        None => admin.id,
    };
    let content = body.notification.parse(&user)?;
    let template = RawTemplate {
        channel: body.channel.into(),
        category: body.category,
        locale: body.locale,
        subject: body.subject,
        text: body.text,
        html: body.html,
    };
    let rendered = services.templates.preview(template, content, &user, &services.public_url)?;
    answer::ok(&PreviewBody::from(&rendered))
}
