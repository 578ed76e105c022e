use std::cell::OnceCell;
use std::io;
use std::net::TcpListener;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use actix_http::HttpService;
use actix_rt::net::TcpStream;
use actix_server::Server;
use actix_service::map_config;
use actix_web::dev::AppConfig;
use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use herald_ports::{Clock, IdGenerator};
use herald_realtime::{Context, Driver, Hub, Shard};

use crate::limit::RateLimits;
use crate::realtime::{Origins, Upgrade};
use crate::rest::health::expose;
use crate::{AppState, Exposition, ReadinessProbe, Services, app};

/// How long a connection without a request is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long the head of a first request may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// How long requests may take to finish once the server stops.
const SHUTDOWN_SECONDS: u64 = 20;
/// How long the kernel waits for a peer that takes nothing: the last resort against readers that
/// are stuck behind a buffer which no poll of ours reaches.
const USER_TIMEOUT: Duration = Duration::from_secs(15);
/// How many connections may wait to be accepted: when a server restarts, all devices come at once.
/// Those beyond it the kernel may reset, although it had let them connect.
const BACKLOG: i32 = 4_096;
/// How much the kernel keeps for a peer that reads slowly, unless it grows by itself.
const SEND_BUFFER: usize = 128 * 1024;

/// One server process, as the composition root assembles it.
pub struct Node {
    /// the use cases
    pub services: Services,
    /// who does the jobs of sessions
    pub driver: Arc<Driver>,
    /// who brings events to the workers; has as many as `workers`
    pub hub: Arc<Hub>,
    /// the time of day
    pub clock: Arc<dyn Clock>,
    /// where ids of requests come from
    pub ids: Arc<dyn IdGenerator>,
    /// whether the node can serve
    pub readiness: Arc<dyn ReadinessProbe>,
    /// what `/metrics` answers
    pub figures: Arc<Exposition>,
    /// how often one caller may ask
    pub limits: Arc<RateLimits>,
    /// set when the node is about to stop
    pub draining: Arc<AtomicBool>,
    /// web pages of other hosts that may open sockets
    pub allowed_origins: Vec<String>,
    /// how many threads serve requests
    pub workers: usize,
}

thread_local! {
    static CONTEXT: OnceCell<Rc<Context>> = const { OnceCell::new() };
}

/// Starts serving. The future that is returned ends when the server was stopped by its handle; to be
/// called in the runtime that it is awaited in.
///
/// This is what `actix_web::HttpServer` does, but for two things that it does not offer: sockets
/// leave HTTP by the upgrade service, and signals are the caller's business.
pub fn serve(listener: TcpListener, node: Node) -> io::Result<Server> {
    listener.set_nonblocking(true)?;
    // the standard library, which made the listener, lets 128 wait
    socket2::SockRef::from(&listener).listen(BACKLOG)?;
    actix_rt::spawn(node.limits.clone().upkeep());
    let state = AppState::new(
        node.services,
        node.readiness,
        node.draining,
        node.figures,
        node.limits,
        &*node.ids,
    );
    let origins = Data::new(Origins::new(node.allowed_origins));
    let (hub, driver, clock) = (node.hub, node.driver, node.clock);
    let server = Server::build();
    let stopping = server.graceful_shutdown_signal();
    server
        .workers(node.workers)
        .disable_signals()
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .listen("herald", listener, move || {
            let context = context(&hub, &driver, &clock);
            let app = || {
                let app = app(&state).app_data(origins.clone()).app_data(context.clone());
                map_config(app, |()| AppConfig::default())
            };
            let stopping = stopping.clone();
            HttpService::build()
                // idle connections are closed at once, and the others after their answer
                .graceful_shutdown_signal(move || {
                    let stopping = stopping.clone();
                    async move { stopping.notified().await }
                })
                .keep_alive(KEEP_ALIVE)
                .client_request_timeout(HEAD_TIMEOUT)
                .client_disconnect_timeout(Duration::from_secs(1))
                .tcp_nodelay(true)
                // a stream whose reader is gone must not hold one of the user's places
                .h1_allow_half_closed(false)
                .on_connect_ext(|io: &TcpStream, _| harden(io))
                .upgrade(Upgrade::new(app(), context.clone()))
                .h1(app())
                .tcp()
        })
        .map(|builder| builder.run())
}

/// Starts serving `/metrics` on an address of its own, to whoever can connect to it.
pub fn serve_figures(listener: TcpListener, figures: Arc<Exposition>) -> io::Result<Server> {
    let app = move || {
        App::new()
            .app_data(Data::<Exposition>::from(figures.clone()))
            .route("/metrics", web::get().to(expose))
    };
    Ok(HttpServer::new(app).workers(1).disable_signals().listen(listener)?.run())
}

/// This worker's context, made when its first service is.
fn context(hub: &Arc<Hub>, driver: &Arc<Driver>, clock: &Arc<dyn Clock>) -> Rc<Context> {
    CONTEXT.with(|context| {
        context
            .get_or_init(|| {
                let (shard, events) = Shard::start(hub)
                    .unwrap_or_else(|| unreachable!("the hub has a shard for each worker"));
                actix_rt::spawn(events);
                Rc::new(Context { shard, driver: driver.clone(), clock: clock.clone() })
            })
            .clone()
    })
}

/// Bounds what a peer that does not read can hold.
fn harden(io: &TcpStream) {
    let socket = socket2::SockRef::from(io);
    let bounded = socket
        .set_tcp_user_timeout(Some(USER_TIMEOUT))
        .and_then(|()| socket.set_send_buffer_size(SEND_BUFFER));
    if let Err(error) = bounded {
        tracing::debug!(%error, "cannot set socket options");
    }
}
