use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use herald_realtime::{CloseCode, Follower};
use tokio::signal::unix::{SignalKind, signal};

use crate::background::Background;
use crate::cluster::Cluster;
use crate::config::Config;
use crate::queue::Messaging;
use crate::revocations::Revocations;
use crate::wire::{Storage, UseCases};
use crate::{figures, limits, logging, service_manager};

/// How long devices have to hear the last words, and hang up.
const GOODBYE: Duration = Duration::from_secs(5);

/// Serves until the process is told to stop.
pub(super) fn run(config: &Config) -> Result<()> {
    logging::init(config)?;
    actix_web::rt::System::new().block_on(serve(config, async |_, _, _| Ok(())))
}

/// Serves until the process is told to stop; calls `started` once requests are answered, and ends
/// if that fails.
pub(super) async fn serve(
    config: &Config,
    started: impl AsyncFnOnce(&Storage, &UseCases, SocketAddr) -> Result<()>,
) -> Result<()> {
    limits::raise_open_files();
    let recorder = figures::install()?;
    let storage = Storage::open(config)?;
    let messaging = Messaging::open(&config.queue_url, &config.queue_prefix);
    let cases = UseCases::build(config, &storage, &messaging).await?;
    cases.ensure_admin(config).await?;
    let listener = bind(config.listen)?;
    let for_figures = config.metrics_listen.map(bind).transpose()?;
    let address = listener.local_addr()?;
    let node = cases.node(config, &storage, &messaging, &recorder);
    let (hub, draining) = (node.hub.clone(), node.draining.clone());
    let figures = node.figures.clone();
    let cluster = (!messaging.links.is_empty()).then(|| Cluster::join(&node, &cases));
    let server = herald_http::serve(listener, node)?;
    let handle = server.handle();
    if let Some(listener) = for_figures {
        tracing::info!(address = %listener.local_addr()?, "serving metrics");
        actix_web::rt::spawn(herald_http::serve_figures(listener, figures)?);
    }
    actix_web::rt::spawn(figures::upkeep(recorder));
    let (revocations, follow) = Revocations::follow(cases.access.clone());
    cases.bus.subscribe(Arc::new(revocations));
    let following = actix_web::rt::spawn(follow);
    let (follower, follow_steps) = Follower::start(&hub, cases.follower_ports(&storage));
    cases.bus.subscribe(Arc::new(follower));
    let telling = actix_web::rt::spawn(follow_steps);
    let sweep = cases.sweep(&storage);
    actix_web::rt::spawn(async move { sweep.run().await });
    cases.outreach.outlets.announce();
    let background = Background::start(&cases);
    let (database, queue) = (config.database_kind(), config.queue_url.kind());
    tracing::info!(%address, database, queue, "listening");
    tracing::info!("api documentation at http://{address}/docs");

    let running = actix_web::rt::spawn(server);
    started(&storage, &cases, address).await?;
    service_manager::ready();
    let code = stop_signal().await?;
    service_manager::stopping();
    tracing::info!(?code, "stopping");
    draining.store(true, std::sync::atomic::Ordering::Release);
    tokio::time::sleep(config.shutdown_delay).await;
    hub.stop(code);
    // sockets have left actix, which would end their threads at once
    if tokio::time::timeout(GOODBYE, hub.emptied()).await.is_err() {
        tracing::warn!(sockets = hub.sockets(), "not everybody has hung up");
    }
    handle.stop(true).await;
    running.await??;
    if let Some(cluster) = cluster {
        cluster.leave();
    }
    following.abort();
    telling.abort();
    background.stop().await;
    messaging.close().await;
    storage.close().await;
    tracing::info!("stopped");
    Ok(())
}

pub(super) fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))
}

/// Waits for the signal to stop, and says what to tell the sockets: an operator who restarts sends
/// SIGTERM, somebody at a terminal SIGINT.
pub(super) async fn stop_signal() -> Result<CloseCode> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(tokio::select! {
        _ = terminate.recv() => CloseCode::Restarting,
        _ = interrupt.recv() => CloseCode::Stopping,
    })
}
