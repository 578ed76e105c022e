//! What reaches people who are not looking, put together.

use std::sync::Arc;

use anyhow::Result;
use herald_application::{
    Composer, ComposerPorts, CurrentDefaults, Engine, EnginePorts, Templates, Unsubscriber,
};
use herald_ports::{Clock, IdGenerator, Renderer};
use herald_templates::JinjaRenderer;
use tokio::sync::Notify;

use crate::config::Config;
use crate::outlets::Outlets;
use crate::wire::Storage;

/// The use cases that share what they know of channels and templates.
pub(crate) struct Outreach {
    pub(crate) defaults: Arc<CurrentDefaults>,
    pub(crate) templates: Arc<Templates>,
    pub(crate) unsubscriber: Arc<Unsubscriber>,
    pub(crate) outlets: Arc<Outlets>,
    pub(crate) engine: Arc<Engine>,
    /// told when there may be something to decide
    pub(crate) plans: Arc<Notify>,
}

impl Outreach {
    /// Puts it together, drawing keys that the store has not yet.
    pub(crate) async fn build(
        config: &Config,
        storage: &Storage,
        clock: &Arc<impl Clock>,
        random: &Arc<dyn IdGenerator>,
    ) -> Result<Self> {
        let clock: Arc<dyn Clock> = clock.clone();
        let defaults = Arc::new(CurrentDefaults::open(storage.preferences.clone()).await?);
        let outlets = Outlets::open(&config.outlets, &*storage.settings, &storage.sandbox).await?;
        let renderer: Arc<dyn Renderer> = Arc::new(JinjaRenderer::new());
        let templates = Templates::new(storage.templates.clone(), renderer.clone(), clock.clone());
        let templates = Arc::new(templates);
        let public_url = &config.outlets.public_url;
        let unsubscriber = Unsubscriber::open(
            &*storage.settings,
            &**random,
            format!("{public_url}/unsubscribe?token="),
            storage.users.clone(),
            storage.preferences.clone(),
            clock.clone(),
        );
        let unsubscriber = Arc::new(unsubscriber.await?);
        let ports = ComposerPorts {
            templates: templates.clone(),
            renderer,
            unsubscriber: unsubscriber.clone(),
        };
        let plans = Arc::<Notify>::default();
        let ports = EnginePorts {
            plans: plans.clone(),
            deliveries: storage.deliveries.clone(),
            composer: Arc::new(Composer::new(ports, herald_templates::defaults, public_url)),
            defaults: defaults.clone(),
            clock,
            random: random.clone(),
        };
        let engine = Arc::new(Engine::new(ports, outlets.providers.clone()));
        Ok(Self { defaults, templates, unsubscriber, outlets: Arc::new(outlets), engine, plans })
    }
}
