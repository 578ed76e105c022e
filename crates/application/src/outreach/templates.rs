use std::sync::Arc;
use std::time::Duration;

use herald_domain::{
    Category, Channel, Content, Locale, Notification, NotificationId, Rule, UserId, Violation,
    Violations,
};
use herald_ports::{Clock, RenderError, Rendered, Renderer, StoreError, Template, TemplateStore};
use tokio::sync::RwLock;
use tokio::time::Instant;

use super::variables::Variables;

/// Why templates were not served.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// what was given breaks rules, or is no template
    #[error("{0}")]
    Invalid(Violations),
    /// there is no such template
    #[error("there is no such template")]
    Unknown,
    /// the store did not do it
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A template, not yet checked: every text as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of `Template`")]
pub struct RawTemplate {
    pub channel: Channel,
    pub category: Option<String>,
    pub locale: Option<String>,
    pub subject: Option<String>,
    pub text: String,
    pub html: Option<String>,
}

/// The templates that administrators write. Not for everybody: the caller checks who asks.
///
/// What is written on another node holds here within [`Templates::LOOK`].
pub struct Templates {
    store: Arc<dyn TemplateStore>,
    renderer: Arc<dyn Renderer>,
    clock: Arc<dyn Clock>,
    known: RwLock<Option<(Instant, Arc<[Template]>)>>,
}

impl Templates {
    /// How often the store is asked.
    pub const LOOK: Duration = Duration::from_secs(2);
    /// The longest source, in bytes.
    pub const MAX_SOURCE: usize = 64 * 1024;

    /// Over a store; the renderer says what is a template.
    pub fn new(
        store: Arc<dyn TemplateStore>,
        renderer: Arc<dyn Renderer>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { store, renderer, clock, known: RwLock::default() }
    }

    /// All of them, by channel, category and language.
    pub async fn list(&self) -> Result<Vec<Template>, TemplateError> {
        Ok(self.store.templates().await?)
    }

    /// Writes one, in place of the one of the same channel, category and language.
    pub async fn put(&self, raw: RawTemplate) -> Result<Template, TemplateError> {
        let template = self.parse(raw)?;
        let written = self.store.put_template(template).await?;
        *self.known.write().await = None;
        Ok(written)
    }

    /// Forgets one.
    pub async fn remove(&self, id: i64) -> Result<(), TemplateError> {
        if !self.store.remove_template(id).await? {
            return Err(TemplateError::Unknown);
        }
        *self.known.write().await = None;
        Ok(())
    }

    /// What a template would come to for that user, told of that.
    pub fn preview(
        &self,
        raw: RawTemplate,
        content: Content,
        recipient: &UserId,
        public_url: &str,
    ) -> Result<Rendered, TemplateError> {
        let template = self.parse(raw)?;
        let created_at = self.clock.now();
        let (id, sender) = (NotificationId::new(1), "preview".to_owned());
        let notification = Notification { id, content, sender, created_at };
        let variables = Variables {
            notifications: vec![&notification],
            recipient,
            locale: template.locale.as_ref(),
            unsubscribe: None,
            public_url,
        };
        self.renderer.render(template.sources(), &variables.to_value()).map_err(invalid)
    }

    /// The template that fits best: of the category before of all, then of the language before of a wider one, before
    /// of all.
    pub(super) async fn best(
        &self,
        channel: Channel,
        category: Option<&Category>,
        locale: Option<&Locale>,
    ) -> Result<Option<Template>, StoreError> {
        let known = self.known().await?;
        let fits = |template: &&Template| {
            template.channel == channel
                && (template.category.is_none() || template.category.as_ref() == category)
        };
        let rank = |template: &Template| {
            let language = match (&template.locale, locale) {
                (None, _) => Some(0),
                (Some(_), None) => None,
                (Some(tag), Some(wanted)) => {
                    let mut wider = wanted.widening();
                    let is_it = |one: &str| one.eq_ignore_ascii_case(tag.as_str());
                    wider.any(is_it).then_some(tag.as_str().len())
                }
            };
            language.map(|language| (template.category.is_some(), language))
        };
        let ranked = known.iter().filter(fits).filter_map(|one| Some((rank(one)?, one)));
        Ok(ranked.max_by_key(|(rank, _)| *rank).map(|(_, template)| template.clone()))
    }

    async fn known(&self) -> Result<Arc<[Template]>, StoreError> {
        if let Some((since, known)) = &*self.known.read().await
            && since.elapsed() < Self::LOOK
        {
            return Ok(known.clone());
        }
        let mut slot = self.known.write().await;
        // somebody else may have looked meanwhile
        if let Some((since, known)) = &*slot
            && since.elapsed() < Self::LOOK
        {
            return Ok(known.clone());
        }
        let known: Arc<[Template]> = self.store.templates().await?.into();
        *slot = Some((Instant::now(), known.clone()));
        Ok(known)
    }

    fn parse(&self, raw: RawTemplate) -> Result<Template, TemplateError> {
        let mut broken = Violations::default();
        let category = raw.category.and_then(|text| broken.take("category", text.parse()));
        let locale = raw.locale.and_then(|text| broken.take("locale", text.parse()));
        let parts = [
            ("subject", raw.subject.as_deref()),
            ("text", Some(raw.text.as_str())),
            ("html", raw.html.as_deref()),
        ];
        for (part, source) in parts {
            if source.is_some_and(|source| source.len() > Self::MAX_SOURCE) {
                broken.push(Violation::new(part, Rule::TooLong, "must be at most 65536 bytes"));
            }
        }
        if !raw.channel.is_external() {
            let detail = "must be a channel that leads out of herald";
            broken.push(Violation::new("channel", Rule::Contradiction, detail));
        }
        broken.into_result().map_err(TemplateError::Invalid)?;
        let template = Template {
            id: 0,
            channel: raw.channel,
            category,
            locale,
            subject: raw.subject,
            text: raw.text,
            html: raw.html,
            updated_at: self.clock.now(),
        };
        self.renderer.check(template.sources()).map_err(invalid)?;
        Ok(template)
    }
}

fn invalid(RenderError { part, detail }: RenderError) -> TemplateError {
    TemplateError::Invalid(Violation::new(part, Rule::Format, detail).into())
}
