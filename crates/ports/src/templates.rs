use async_trait::async_trait;
use herald_domain::{Category, Channel, Locale, Timestamp};

use crate::{Sources, StoreError};

/// How a channel says what a notification of a category says, in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// its number
    pub id: i64,
    /// which channel
    pub channel: Channel,
    /// which category; every one that has none of its own, if `None`
    pub category: Option<Category>,
    /// which language; every one that has none of its own, if `None`
    pub locale: Option<Locale>,
    /// the source of the headline
    pub subject: Option<String>,
    /// the source of the text
    pub text: String,
    /// the source of the page
    pub html: Option<String>,
    /// when it was last written
    pub updated_at: Timestamp,
}

impl Template {
    /// What is filled in.
    pub fn sources(&self) -> Sources<'_> {
        let (subject, html) = (self.subject.as_deref(), self.html.as_deref());
        Sources { subject, text: &self.text, html }
    }
}

/// The templates that administrators have written.
#[async_trait]
pub trait TemplateStore: Send + Sync + 'static {
    /// All of them, by channel, category and language.
    async fn templates(&self) -> Result<Vec<Template>, StoreError>;

    /// Writes a template, in place of the one of the same channel, category and language, whose number it
    /// keeps. The number that is given means nothing.
    async fn put_template(&self, template: Template) -> Result<Template, StoreError>;

    /// Forgets one; `false` if there is none of that number.
    async fn remove_template(&self, id: i64) -> Result<bool, StoreError>;
}
