//! What the operator sets: flags before `HERALD_*` variables before the file, all of the same names.

mod outlets;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use figment::providers::{Env, Format, Serialized, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use herald_domain::Retention;
use herald_http::{Class, Rates, TrustedProxies};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use outlets::Webhooks;
pub(crate) use outlets::{Email, Outlets, Push};

use crate::queue::{QueueUrl, check_prefix};

/// The flags, each of which has a variable `HERALD_…` and a key in the file.
#[derive(Args, Serialize, Default)]
pub(crate) struct Flags {
    /// Address to listen on [default: 127.0.0.1:8000]
    #[arg(long, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<SocketAddr>,
    /// Address that serves /metrics, and nothing else, to whoever can connect [default: none]
    #[arg(long, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics_listen: Option<SocketAddr>,
    /// Folder for the database and generated secrets [default: herald-data]
    #[arg(long, value_name = "FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    data_dir: Option<PathBuf>,
    /// sqlite:FILE, postgres://USER@HOST/NAME or memory: [default: sqlite: and herald.db in the data folder]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    database_url: Option<String>,
    /// memory:, amqp:// and amqps:// for RabbitMQ, nats:// and tls:// for NATS [default: memory:]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_url: Option<String>,
    /// What names on the broker begin with [default: herald]
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_prefix: Option<String>,
    /// Threads that serve requests [default: one for each core]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    workers: Option<usize>,
    /// Who may register: open or closed [default: open]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    registration: Option<Registration>,
    /// How many seconds requests are still taken after the signal to stop, for load balancers to
    /// see that /readyz says no [default: 0]
    #[arg(long, value_name = "SECONDS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    shutdown_delay: Option<u64>,
    /// The most items that an inbox keeps; the oldest go [default: 1000]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_max_items: Option<u32>,
    /// How many days an item is kept [default: any number]
    #[arg(long, value_name = "DAYS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_max_days: Option<u32>,
    /// Which logs to write, such as info or herald=debug [default: info]
    #[arg(long, value_name = "FILTER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<String>,
    /// How to write logs: auto, text or json [default: auto]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    log_format: Option<LogFormat>,
}

/// Who may register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Registration {
    /// anybody
    Open,
    /// nobody: the operator adds users, or an application mints tokens
    Closed,
}

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// text on a terminal, JSON otherwise
    Auto,
    /// for people
    Text,
    /// one object a line
    Json,
}

/// The configuration as it is written, before it is checked as a whole.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    listen: SocketAddr,
    metrics_listen: Option<SocketAddr>,
    data_dir: PathBuf,
    database_url: Option<SecretString>,
    database_url_file: Option<PathBuf>,
    queue_url: Option<SecretString>,
    queue_url_file: Option<PathBuf>,
    queue_prefix: String,
    workers: Option<usize>,
    registration: Registration,
    shutdown_delay: u64,
    allowed_origins: Vec<String>,
    trusted_proxies: Vec<String>,
    rate_limit_login: Option<String>,
    rate_limit_account: Option<String>,
    rate_limit_send: Option<String>,
    rate_limit_read: Option<String>,
    rate_limit_write: Option<String>,
    rate_limit_realtime: Option<String>,
    rate_limit_api_key: Option<String>,
    rate_limit_anonymous: Option<String>,
    retention_max_items: Option<u32>,
    retention_max_days: Option<u32>,
    log: String,
    log_format: LogFormat,
    jwt_secret: Option<SecretString>,
    jwt_secret_file: Option<PathBuf>,
    jwt_public_key_file: Option<PathBuf>,
    jwt_jwks_file: Option<PathBuf>,
    admin_username: Option<String>,
    admin_password: Option<SecretString>,
    admin_password_file: Option<PathBuf>,
    public_url: Option<String>,
    extra_roots_file: Option<PathBuf>,
    outbound_http: bool,
    outbound_networks: Vec<String>,
    email_url: Option<SecretString>,
    email_url_file: Option<PathBuf>,
    email_from: Option<String>,
    sms_account: Option<String>,
    sms_token: Option<SecretString>,
    sms_token_file: Option<PathBuf>,
    sms_from: Option<String>,
    sms_url: Option<String>,
    fcm_service_account_file: Option<PathBuf>,
    fcm_url: Option<String>,
    web_push_contact: Option<String>,
    webhooks: Webhooks,
    delivery_attempts: Option<u32>,
    delivery_retry_base: f64,
    delivery_retry_cap: f64,
    delivery_grace: u64,
    email_attempts: Option<u32>,
    email_concurrency: Option<usize>,
    email_timeout: Option<u64>,
    sms_attempts: Option<u32>,
    sms_concurrency: Option<usize>,
    sms_timeout: Option<u64>,
    push_attempts: Option<u32>,
    push_concurrency: Option<usize>,
    push_timeout: Option<u64>,
    web_push_attempts: Option<u32>,
    web_push_concurrency: Option<usize>,
    web_push_timeout: Option<u64>,
    webhook_attempts: Option<u32>,
    webhook_concurrency: Option<usize>,
    webhook_timeout: Option<u64>,
}

impl Raw {
    /// The rate of each class: the one that is set, or else the usual one.
    fn rates(&self) -> Result<Rates> {
        let mut rates = Rates::default();
        for (key, class, text) in [
            ("rate_limit_login", Class::Login, &self.rate_limit_login),
            ("rate_limit_account", Class::Account, &self.rate_limit_account),
            ("rate_limit_send", Class::Send, &self.rate_limit_send),
            ("rate_limit_read", Class::Read, &self.rate_limit_read),
            ("rate_limit_write", Class::Write, &self.rate_limit_write),
            ("rate_limit_realtime", Class::Realtime, &self.rate_limit_realtime),
            ("rate_limit_api_key", Class::ApiKey, &self.rate_limit_api_key),
            ("rate_limit_anonymous", Class::Anonymous, &self.rate_limit_anonymous),
        ] {
            if let Some(text) = text {
                rates.set(class, text).context(key)?;
            }
        }
        Ok(rates)
    }
}

/// What applies where nothing is set.
#[derive(Serialize)]
struct Defaults {
    listen: &'static str,
    data_dir: &'static str,
    queue_prefix: &'static str,
    registration: Registration,
    shutdown_delay: u64,
    allowed_origins: [&'static str; 0],
    trusted_proxies: [&'static str; 0],
    outbound_http: bool,
    outbound_networks: [&'static str; 0],
    webhooks: &'static str,
    delivery_retry_base: f64,
    delivery_retry_cap: f64,
    delivery_grace: u64,
    log: &'static str,
    log_format: LogFormat,
}

const DEFAULTS: Defaults = Defaults {
    listen: "127.0.0.1:8000",
    data_dir: "herald-data",
    queue_prefix: "herald",
    registration: Registration::Open,
    shutdown_delay: 0,
    allowed_origins: [],
    trusted_proxies: [],
    outbound_http: false,
    outbound_networks: [],
    webhooks: "sandbox",
    delivery_retry_base: 10.0,
    delivery_retry_cap: 600.0,
    delivery_grace: 60,
    log: "info",
    log_format: LogFormat::Auto,
};

/// The configuration.
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    /// where figures are served without a token, if anywhere
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) data_dir: PathBuf,
    pub(crate) database_url: String,
    /// what carries events and jobs
    pub(crate) queue_url: QueueUrl,
    pub(crate) queue_prefix: String,
    pub(crate) workers: usize,
    pub(crate) registration: Registration,
    /// how long requests are still taken after the signal to stop
    pub(crate) shutdown_delay: Duration,
    pub(crate) allowed_origins: Vec<String>,
    /// who may say for whom it asks
    pub(crate) trusted_proxies: TrustedProxies,
    pub(crate) rates: Rates,
    pub(crate) retention: Retention,
    pub(crate) log: String,
    pub(crate) log_format: LogFormat,
    /// the secret of tokens; one is generated into the data folder if there is none
    pub(crate) jwt_secret: Option<SecretString>,
    /// contents of a PEM file
    pub(crate) jwt_public_key: Option<String>,
    /// contents of a JWKS file
    pub(crate) jwt_jwks: Option<String>,
    /// an administrator who must exist
    pub(crate) admin: Option<(String, SecretString)>,
    /// the ways out
    pub(crate) outlets: Outlets,
}

impl Config {
    /// Reads and checks everything. An unknown key, in the file or in the environment, is refused.
    pub(crate) fn load(flags: &Flags, file: Option<&Path>) -> Result<Self> {
        let mut figment = Figment::from(Serialized::defaults(DEFAULTS));
        if let Some(file) = file {
            if !file.is_file() {
                bail!("config: there is no file {}", file.display());
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        let raw: Raw = figment
            .merge(Variables)
            .merge(Serialized::defaults(flags))
            .extract()
            .map_err(|error| anyhow!("{}", describe(&error)))?;
        Self::check(raw)
    }

    /// Whether nothing outlives the process.
    pub(crate) fn is_in_memory(&self) -> bool {
        self.database_url == "memory:"
    }

    /// What the log may say of the database: never the URL, which may hold a password.
    pub(crate) fn database_kind(&self) -> &str {
        self.database_url.split_once(':').map_or("", |(scheme, _)| scheme)
    }

    fn check(mut raw: Raw) -> Result<Self> {
        let outlets = Outlets::check(&mut raw)?;
        let rates = raw.rates()?;
        let jwt_secret = secret("jwt_secret", raw.jwt_secret, raw.jwt_secret_file.as_deref())?;
        let password =
            secret("admin_password", raw.admin_password, raw.admin_password_file.as_deref())?;
        let admin = match (raw.admin_username, password) {
            (Some(username), Some(password)) => Some((username, password)),
            (None, None) => None,
            (Some(_), None) => bail!("admin_username needs admin_password or admin_password_file"),
            (None, Some(_)) => bail!("admin_password needs admin_username"),
        };
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let workers = raw.workers.unwrap_or_else(cores);
        if !(1..=herald_realtime::Hub::MAX_WORKERS).contains(&workers) {
            bail!("workers must be between 1 and {}", herald_realtime::Hub::MAX_WORKERS);
        }
        for origin in &raw.allowed_origins {
            if !(origin.starts_with("https://") || origin.starts_with("http://"))
                || origin.ends_with('/')
            {
                bail!("allowed_origins must be like https://app.example.com, not {origin}");
            }
        }
        let default_database = || format!("sqlite:{}", raw.data_dir.join("herald.db").display());
        let database_url =
            secret("database_url", raw.database_url, raw.database_url_file.as_deref())?;
        let database_url =
            database_url.map_or_else(default_database, |url| url.expose_secret().to_owned());
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if database_url != "memory:" && !known.iter().any(|known| database_url.starts_with(known)) {
            bail!("database_url must be sqlite:FILE, postgres://USER@HOST/NAME or memory:");
        }
        let queue_url = secret("queue_url", raw.queue_url, raw.queue_url_file.as_deref())?;
        let queue_url = match queue_url {
            Some(url) => QueueUrl::parse(url.expose_secret()).context("queue_url")?,
            None => QueueUrl::Memory,
        };
        check_prefix(&raw.queue_prefix).context("queue_prefix")?;
        Ok(Self {
            listen: raw.listen,
            metrics_listen: raw.metrics_listen,
            database_url,
            queue_url,
            queue_prefix: raw.queue_prefix,
            data_dir: raw.data_dir,
            workers,
            registration: raw.registration,
            shutdown_delay: shutdown_delay(raw.shutdown_delay)?,
            allowed_origins: raw.allowed_origins,
            trusted_proxies: TrustedProxies::parse(&raw.trusted_proxies)
                .context("trusted_proxies")?,
            rates,
            retention: retention(raw.retention_max_items, raw.retention_max_days)?,
            log: raw.log,
            log_format: raw.log_format,
            jwt_secret,
            jwt_public_key: contents("jwt_public_key_file", raw.jwt_public_key_file.as_deref())?,
            jwt_jwks: contents("jwt_jwks_file", raw.jwt_jwks_file.as_deref())?,
            admin,
            outlets,
        })
    }
}

/// Orchestrators kill a process that takes much longer to stop.
const LONGEST_SHUTDOWN_DELAY: u64 = 60;

fn shutdown_delay(seconds: u64) -> Result<Duration> {
    if seconds > LONGEST_SHUTDOWN_DELAY {
        bail!("shutdown_delay must be at most {LONGEST_SHUTDOWN_DELAY} seconds");
    }
    Ok(Duration::from_secs(seconds))
}

fn retention(max_items: Option<u32>, max_days: Option<u32>) -> Result<Retention> {
    let default = Retention::default();
    for (key, value) in [("retention_max_items", max_items), ("retention_max_days", max_days)] {
        if value == Some(0) {
            bail!("{key} must be at least 1");
        }
    }
    Ok(Retention {
        max_items: max_items.unwrap_or(default.max_items),
        max_age: max_days.map(Retention::days),
        ..default
    })
}

/// The `HERALD_*` variables. What they hold is text, and not read as figment would: a password of
/// digits is no number.
struct Variables;

/// The keys whose variables hold numbers or lists.
const NOT_TEXT: &[&str] = &[
    "workers",
    "shutdown_delay",
    "allowed_origins",
    "trusted_proxies",
    "retention_max_items",
    "retention_max_days",
    "outbound_http",
    "outbound_networks",
    "delivery_attempts",
    "delivery_retry_base",
    "delivery_retry_cap",
    "delivery_grace",
    "email_attempts",
    "email_concurrency",
    "email_timeout",
    "sms_attempts",
    "sms_concurrency",
    "sms_timeout",
    "push_attempts",
    "push_concurrency",
    "push_timeout",
    "web_push_attempts",
    "web_push_concurrency",
    "web_push_timeout",
    "webhook_attempts",
    "webhook_concurrency",
    "webhook_timeout",
];

impl Provider for Variables {
    fn metadata(&self) -> Metadata {
        Metadata::named("the HERALD_* variables")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        // those name the file, and what `herald send` and `herald tail` talk to
        let variables = Env::prefixed("HERALD_").ignore(&["config", "url", "token"]);
        let values = variables.iter().map(|(key, text)| {
            let key = key.into_string();
            let value = if NOT_TEXT.contains(&&*key) {
                text.parse().unwrap_or_else(|never| match never {})
            } else {
                Value::from(text)
            };
            (key, value)
        });
        Ok(Profile::Default.collect(values.collect()))
    }
}

/// A secret that is given itself, or as the name of a file with it.
fn secret(
    key: &str,
    value: Option<SecretString>,
    file: Option<&Path>,
) -> Result<Option<SecretString>> {
    if value.is_some() && file.is_some() {
        bail!("{key} and {key}_file exclude each other");
    }
    let from_file = contents(&format!("{key}_file"), file)?;
    let secret = value.or_else(|| from_file.map(|text| text.trim_end().into()));
    if secret.as_ref().is_some_and(|secret| secret.expose_secret().is_empty()) {
        bail!("{key} is empty");
    }
    Ok(secret)
}

fn contents(key: &str, file: Option<&Path>) -> Result<Option<String>> {
    let read = |file: &Path| {
        std::fs::read_to_string(file)
            .with_context(|| format!("{key}: cannot read {}", file.display()))
    };
    file.map(read).transpose()
}

/// Names the key and where it was set, and never repeats the value, which may be a secret.
fn describe(error: &figment::Error) -> String {
    use figment::error::Kind;
    let told = |error: &figment::Error| {
        let key = error.path.join(".");
        match &error.kind {
            Kind::Message(text) if key.is_empty() => {
                // where it ceases to be TOML; the lines that follow repeat what stands there
                format!("{}{}", text.lines().next().unwrap_or_default(), source(error))
            }
            Kind::UnknownField(name, _) => format!("unknown key {name}{}", source(error)),
            Kind::MissingField(name) => format!("{name} is missing"),
            Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => {
                let expected = expected.to_string();
                let expected = match expected.as_str() {
                    "usize" | "u32" | "u64" => "a whole number",
                    "a sequence" => "a list, such as [\"https://app.example.com\"]",
                    other => other,
                };
                format!("{key} must be {expected}{}", source(error))
            }
            Kind::UnknownVariant(_, known) => {
                format!("{key} must be one of {}{}", known.join(", "), source(error))
            }
            Kind::Message(_) if key.contains("secret") || key.contains("password") => {
                format!("{key} is not valid{}", source(error))
            }
            kind => format!("{key}: {kind}{}", source(error)),
        }
    };
    error.clone().into_iter().map(|error| told(&error)).collect::<Vec<_>>().join("; ")
}

fn source(error: &figment::Error) -> String {
    let Some(metadata) = &error.metadata else { return String::new() };
    match &metadata.source {
        Some(figment::Source::File(path)) => format!(" (in {})", path.display()),
        _ => format!(" (in {})", metadata.name),
    }
}
