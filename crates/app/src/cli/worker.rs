use anyhow::Result;

use super::serve::{bind, stop_signal};
use crate::background::Background;
use crate::config::Config;
use crate::queue::Messaging;
use crate::wire::{Storage, UseCases};
use crate::{figures, logging, service_manager};

/// Works until the process is told to stop.
pub(super) fn run(config: &Config) -> Result<()> {
    logging::init(config)?;
    actix_web::rt::System::new().block_on(work(config))
}

async fn work(config: &Config) -> Result<()> {
    let recorder = figures::install()?;
    let storage = Storage::open(config)?;
    let messaging = Messaging::open(&config.queue_url, &config.queue_prefix);
    let cases = UseCases::build(config, &storage, &messaging).await?;
    if let Some(address) = config.metrics_listen {
        let listener = bind(address)?;
        tracing::info!(address = %listener.local_addr()?, "serving metrics");
        let figures = cases.figures(&storage, &recorder);
        actix_web::rt::spawn(herald_http::serve_figures(listener, figures)?);
    }
    actix_web::rt::spawn(figures::upkeep(recorder));
    cases.outreach.outlets.announce();
    let background = Background::start(&cases);
    let (database, queue) = (config.database_kind(), config.queue_url.kind());
    tracing::info!(database, queue, "working");
    service_manager::ready();
    let code = stop_signal().await?;
    service_manager::stopping();
    tracing::info!(?code, "stopping");
    background.stop().await;
    messaging.close().await;
    storage.close().await;
    tracing::info!("stopped");
    Ok(())
}
