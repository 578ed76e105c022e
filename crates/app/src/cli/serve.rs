use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use herald_application::Access;
use herald_realtime::CloseCode;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::Config;
use crate::logging;
use crate::wire::{Storage, UseCases};

/// Serves until the process is told to stop.
pub(super) fn run(config: &Config) -> Result<()> {
    logging::init(config)?;
    actix_web::rt::System::new().block_on(serve(config))
}

async fn serve(config: &Config) -> Result<()> {
    let storage = Storage::open(config)?;
    let cases = UseCases::build(config, &storage).await?;
    cases.ensure_admin(config).await?;
    let listener = TcpListener::bind(config.listen)
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = listener.local_addr()?;
    let node = cases.node(config, &storage);
    let (hub, draining) = (node.hub.clone(), node.draining.clone());
    let server = herald_http::serve(listener, node)?;
    let handle = server.handle();
    let following = actix_web::rt::spawn(follow(cases.access.clone()));
    tracing::info!(%address, database = config.database_kind(), "listening");
    tracing::info!("api documentation at http://{address}/docs");

    let running = actix_web::rt::spawn(server);
    let code = stop_signal().await?;
    tracing::info!(?code, "stopping");
    draining.store(true, std::sync::atomic::Ordering::Release);
    hub.stop(code);
    handle.stop(true).await;
    running.await??;
    following.abort();
    storage.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Takes notice of rights that other processes revoke.
async fn follow(access: Arc<Access>) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    loop {
        second.tick().await;
        if let Err(error) = access.sync().await {
            tracing::warn!(%error, "cannot read revocations");
        }
    }
}

/// Waits for the signal to stop, and says what to tell the sockets: an operator who restarts sends
/// SIGTERM, somebody at a terminal SIGINT.
async fn stop_signal() -> Result<CloseCode> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(tokio::select! {
        _ = terminate.recv() => CloseCode::Restarting,
        _ = interrupt.recv() => CloseCode::Stopping,
    })
}
