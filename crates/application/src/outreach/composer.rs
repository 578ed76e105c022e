use std::sync::Arc;

use herald_domain::{Address, Channel, Notification, Priority, Timestamp};
use herald_ports::{Claimed, Outgoing, RenderError, Renderer, Sources, StoreError};

use super::Unsubscriber;
use super::templates::Templates;
use super::variables::Variables;

/// Why a message could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// there is nothing to tell
    #[error("there is nothing to tell")]
    Empty,
    /// neither by the template that an administrator wrote, nor by the one that is built in
    #[error(transparent)]
    Render(#[from] RenderError),
    /// the templates could not be read
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a composer writes by.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is what its type is")]
pub struct ComposerPorts {
    pub templates: Arc<Templates>,
    pub renderer: Arc<dyn Renderer>,
    pub unsubscriber: Arc<Unsubscriber>,
}

/// Writes what goes out: by the template that fits best, for whoever is told.
pub struct Composer {
    ports: ComposerPorts,
    built_in: fn(Channel) -> Sources<'static>,
    public_url: String,
}

impl Composer {
    /// Writes by these; `built_in` is the template of a channel for which there is no other. Paths lead
    /// to `public_url`.
    pub fn new(
        ports: ComposerPorts,
        built_in: fn(Channel) -> Sources<'static>,
        public_url: &str,
    ) -> Self {
        Self { ports, built_in, public_url: public_url.trim_end_matches('/').to_owned() }
    }

    /// Writes a message that goes to that address.
    ///
    /// A template that fails is an administrator's mistake, and no reason to tell nobody: then the one that is built
    /// in is used.
    pub async fn compose(
        &self,
        claimed: &Claimed,
        to: Address,
        now: Timestamp,
    ) -> Result<Outgoing, ComposeError> {
        let latest = claimed.notifications.last().ok_or(ComposeError::Empty)?;
        let channel = to.channel();
        let unsubscribe = self.unsubscribe(claimed, channel, latest);
        let variables = Variables {
            notifications: claimed.notifications.iter().map(Arc::as_ref).collect(),
            recipient: &claimed.recipient,
            locale: claimed.locale.as_ref(),
            unsubscribe: unsubscribe.as_deref(),
            public_url: &self.public_url,
        };
        let variables = variables.to_value();
        let category = latest.content.category.as_ref();
        let written = self.ports.templates.best(channel, category, claimed.locale.as_ref()).await?;
        let by_hand = written.and_then(|template| {
            let rendered = self.ports.renderer.render(template.sources(), &variables);
            rendered
                .inspect_err(|error| {
                    let (template, channel) = (template.id, channel.as_str());
                    tracing::warn!(%error, template, channel, "template fails, the built-in one is used");
                })
                .ok()
        });
        let rendered = match by_hand {
            Some(rendered) => rendered,
            None => self.ports.renderer.render((self.built_in)(channel), &variables)?,
        };
        Ok(Outgoing {
            delivery: claimed.id,
            attempt: claimed.attempt,
            now,
            to,
            recipient: claimed.recipient.clone(),
            subject: rendered.subject,
            text: rendered.text,
            html: rendered.html,
            notifications: claimed.notifications.clone(),
            priority: latest.content.priority,
            expires_at: claimed.expires_at,
            unsubscribe,
            traceparent: claimed.traceparent.clone(),
        })
    }

    /// Where one request ends mails like this: there is no such thing for what is critical, which no
    /// preference keeps.
    fn unsubscribe(
        &self,
        claimed: &Claimed,
        channel: Channel,
        latest: &Notification,
    ) -> Option<String> {
        if channel != Channel::Email || latest.content.priority == Priority::Critical {
            return None;
        }
        let category = latest.content.category.as_ref();
        Some(self.ports.unsubscriber.link(&claimed.recipient, channel, category))
    }
}
