//! The ways out of Herald: what is configured is real, and the sandbox stands in for the rest.

use std::sync::Arc;

use anyhow::{Context, Result};
use async_trait::async_trait;
use herald_application::Provider;
use herald_domain::{Address, Channel, ChannelSet, Timestamp, Webhook};
use herald_email::EmailChannel;
use herald_fcm::FcmChannel;
use herald_http::Component;
use herald_outbound::Guarded;
use herald_ports::{
    DeliveryChannel, DeliveryError, EndpointTester, IdGenerator, SandboxStore, SettingStore,
    SystemRandom,
};
use herald_sandbox::SandboxChannel;
use herald_sms::SmsChannel;
use herald_webhook::WebhookChannel;
use herald_webpush::{VapidKey, WebPushChannel};
use secrecy::ExposeSecret;

use crate::config::{Email, Outlets as Configured, Push};

/// Under which name the key of browser push is kept.
const VAPID_KEY: &str = "vapid_key";

/// What channels of a process send by.
pub(crate) struct Outlets {
    pub(crate) providers: Vec<Provider>,
    /// the channels that the sandbox stands in for
    pub(crate) sandboxed: ChannelSet,
    /// what browsers subscribe with, if any are told
    pub(crate) web_push_key: Option<String>,
    pub(crate) tester: Arc<dyn EndpointTester>,
}

impl Outlets {
    /// Builds each channel; the key of browser push is made when it is first needed, and kept in the store.
    pub(crate) async fn open(
        configured: &Configured,
        settings: &dyn SettingStore,
        sandbox: &Arc<dyn SandboxStore>,
    ) -> Result<Self> {
        let http = herald_outbound::Settings { extra_roots: configured.extra_roots.clone() };
        let web = Guarded::new(&http, configured.reach.clone()).context("extra_roots_file")?;
        let webhooks = WebhookChannel::new(web.clone());
        let mut real: Vec<Arc<dyn DeliveryChannel>> = Vec::new();
        if let Some(Email { server, from }) = &configured.email {
            let settings = herald_email::Settings {
                extra_roots: configured.extra_roots.clone(),
                ..herald_email::Settings::new(server.clone(), from.clone())
            };
            real.push(Arc::new(EmailChannel::new(settings).context("extra_roots_file")?));
        }
        if let Some(account) = &configured.sms {
            let client = herald_outbound::client(&http).context("extra_roots_file")?;
            real.push(Arc::new(SmsChannel::new(account.clone(), client)));
        }
        if let Some(Push { account, base }) = &configured.push {
            let client = herald_outbound::client(&http).context("extra_roots_file")?;
            let account = account.expose_secret().parse().context("fcm_service_account_file")?;
            real.push(Arc::new(FcmChannel::new(account, base, client).context("fcm_url")?));
        }
        let mut web_push_key = None;
        if let Some(contact) = &configured.web_push {
            let new = VapidKey::generate(&SystemRandom as &dyn IdGenerator).to_text();
            let key: VapidKey = settings.draw(VAPID_KEY, new).await?.parse().context(VAPID_KEY)?;
            let channel = WebPushChannel::new(web.clone(), &key, contact);
            real.push(Arc::new(channel.context("web_push_contact")?));
            web_push_key = Some(key.public_key());
        }
        if configured.webhook {
            real.push(Arc::new(webhooks.clone()));
        }
        let is_real = |channel| real.iter().any(|one| one.channel() == channel);
        let sandboxed = ChannelSet::of(Channel::EXTERNAL.into_iter().filter(|one| !is_real(*one)));
        let stood_in = sandboxed.iter().map(|channel| Provider {
            channel: Arc::new(SandboxChannel::new(channel, sandbox.clone())),
            limits: configured.limits(channel),
            stand_in: Some(herald_sandbox::stand_in),
        });
        let providers = real.iter().map(|channel| Provider {
            channel: channel.clone(),
            limits: configured.limits(channel.channel()),
            stand_in: None,
        });
        Ok(Self {
            providers: providers.chain(stood_in).collect(),
            sandboxed,
            web_push_key,
            tester: Arc::new(Tester { web, webhooks, sandboxed }),
        })
    }

    /// Says what nobody is told by.
    pub(crate) fn announce(&self) {
        if !self.sandboxed.is_empty() {
            let channels: Vec<_> = self.sandboxed.iter().map(Channel::as_str).collect();
            let channels = channels.join(" ");
            tracing::warn!(channels, "these channels run in the sandbox and reach nobody");
        }
    }
}

impl herald_http::Outlets for Outlets {
    fn is_in_sandbox(&self, channel: Channel) -> bool {
        self.sandboxed.contains(channel)
    }

    fn web_push_key(&self) -> Option<&str> {
        self.web_push_key.as_deref()
    }
}

/// How the channels are: nothing else waits for one whose provider does not answer.
pub(crate) fn components(sandboxed: ChannelSet, resting: ChannelSet) -> Vec<Component> {
    let component = |channel: Channel| {
        let ok = !resting.contains(channel);
        let detail = match (sandboxed.contains(channel), ok) {
            (true, _) => Some("in the sandbox: nobody is reached"),
            (false, false) => Some("the provider does not answer, and is asked again by and by"),
            (false, true) => None,
        };
        let detail = detail.map(str::to_owned);
        Component { name: channel.as_str(), ok, detail, essential: false }
    };
    Channel::EXTERNAL.into_iter().map(component).collect()
}

/// Looks at addresses as the channels do that use them.
struct Tester {
    web: Guarded,
    webhooks: WebhookChannel,
    sandboxed: ChannelSet,
}

#[async_trait]
impl EndpointTester for Tester {
    fn check(&self, address: &Address) -> Result<(), DeliveryError> {
        let url = match address {
            // nobody asks it
            address if self.sandboxed.contains(address.channel()) => return Ok(()),
            Address::WebPush(subscription) => &subscription.endpoint,
            Address::Webhook(webhook) => &webhook.url,
            Address::Email(_) | Address::Sms(_) | Address::Push(_) => return Ok(()),
        };
        self.web.post(url.as_str()).map(|_| ())
    }

    async fn test(&self, webhook: &Webhook, now: Timestamp) -> Result<(), DeliveryError> {
        if self.sandboxed.contains(Channel::Webhook) {
            return Ok(());
        }
        let id = format!("test_{}", SystemRandom.id());
        self.webhooks.verify(webhook, &id, now).await
    }
}
