use herald_domain::{Category, Channel, Locale, Timestamp};
use herald_ports::Template;
use serde::Serialize;
use utoipa::ToSchema;

use crate::rest::channel::ExternalChannel;

/// How a channel says what a notification says.
#[derive(Serialize, ToSchema)]
#[schema(as = Template)]
pub(super) struct TemplateBody<'a> {
    #[schema(example = 2)]
    id: i64,
    #[schema(value_type = ExternalChannel)]
    channel: Channel,
    /// of which category; null: every one that has none of its own
    #[schema(value_type = Option<Category>, required, example = "ci")]
    category: Option<&'a Category>,
    /// in which language; null: every one that has none of its own
    #[schema(value_type = Option<Locale>, required, example = "en")]
    locale: Option<&'a Locale>,
    /// the headline
    #[schema(required, example = "{{ notification.title }}")]
    subject: Option<&'a str>,
    /// the text
    #[schema(example = "{{ notification.message }}")]
    text: &'a str,
    /// the page
    #[schema(required, example = "<p>{{ notification.message }}</p>")]
    html: Option<&'a str>,
    /// when it was last written
    updated_at: Timestamp,
}

impl<'a> From<&'a Template> for TemplateBody<'a> {
    fn from(template: &'a Template) -> Self {
        Self {
            id: template.id,
            channel: template.channel,
            category: template.category.as_ref(),
            locale: template.locale.as_ref(),
            subject: template.subject.as_deref(),
            text: &template.text,
            html: template.html.as_deref(),
            updated_at: template.updated_at,
        }
    }
}
