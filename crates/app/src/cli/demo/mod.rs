//! Herald with people in it, for who wants to see what it does.

mod links;
mod people;
mod story;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;
use herald_application::RequestContext;
use herald_domain::{Principal, Retention, Scope};
use herald_http::{Rates, TrustedProxies};
use herald_ports::{Clock, IdGenerator, SystemClock, SystemRandom};

use super::serve::serve;
use crate::config::{Config, LogFormat, Outlets, Registration};
use crate::logging;
use crate::queue::QueueUrl;
use crate::wire::{Storage, UseCases};
use links::Links;
use story::Story;

/// Who may do everything here, and nowhere else by default.
const USERNAME: &str = "admin";
const PASSWORD: &str = "password";
/// How often somebody is told something.
const PACE: Duration = Duration::from_secs(3);

/// Runs a server in memory, with people who are told something every few seconds.
///
/// Prints links and commands to try. Reads no configuration, keeps nothing, and can be reached from
/// this machine only: its administrator has a password that everybody knows.
#[derive(Args)]
pub(super) struct Demo {
    /// Address to listen on, of this machine only
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8000")]
    listen: SocketAddr,
}

pub(super) fn run(demo: &Demo) -> Result<()> {
    if !demo.listen.ip().is_loopback() {
        bail!(
            "demo listens on this machine only, for everybody knows its password: use 127.0.0.1 \
             or [::1], not {}",
            demo.listen.ip()
        );
    }
    let config = config(demo.listen);
    logging::init(&config)?;
    actix_web::rt::System::new().block_on(serve(&config, begin))
}

/// In memory, and on the log only what goes wrong. Nothing that the operator has set applies.
fn config(listen: SocketAddr) -> Config {
    let secret = [SystemRandom.id(), SystemRandom.id()].concat();
    Config {
        listen,
        metrics_listen: None,
        data_dir: PathBuf::new(),
        database_url: "memory:".to_owned(),
        queue_url: QueueUrl::Memory,
        queue_prefix: String::new(),
        workers: 2,
        registration: Registration::Open,
        shutdown_delay: Duration::ZERO,
        allowed_origins: Vec::new(),
        trusted_proxies: TrustedProxies::default(),
        rates: Rates::default(),
        retention: Retention::default(),
        log: "warn".to_owned(),
        log_format: LogFormat::Auto,
        jwt_secret: Some(secret.into()),
        jwt_public_key: None,
        jwt_jwks: None,
        admin: Some((USERNAME.to_owned(), PASSWORD.into())),
        outlets: Outlets::sandbox(format!("http://{listen}")),
    }
}

/// Lets people in, says how to watch them, and starts the story.
async fn begin(storage: &Storage, cases: &UseCases, address: SocketAddr) -> Result<()> {
    people::let_in(storage, cases).await?;
    let (_, key) = cases.api_keys.create("demo", vec![Scope::Send]).await?;
    let sender = cases.access.authenticate(&key).await?;
    super::say(&Links::new(cases, address, &key)?.to_string());
    tell(cases, sender);
    Ok(())
}

/// Tells the story to its end, over and over.
fn tell(cases: &UseCases, sender: Principal) {
    let notifier = cases.notifier.clone();
    actix_web::rt::spawn(async move {
        let mut pace = tokio::time::interval(PACE);
        let mut story = Story::default();
        loop {
            pace.tick().await;
            let draft = story.next(SystemClock.now());
            if let Err(error) = notifier.send(&sender, draft, RequestContext::default()).await {
                tracing::warn!(%error, "demo cannot send");
            }
        }
    });
}
