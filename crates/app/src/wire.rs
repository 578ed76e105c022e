//! The composition root: the only place that names adapters.

use std::fs;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};
use async_trait::async_trait;
use herald_application::{
    Access, Accounts, AccountsPorts, ApiKeys, DeadLetters, Deliveries, Dispatcher, DispatcherPorts,
    Duty, Endpoints, EndpointsPorts, Engine, Inbox, Janitor, Notifier, NotifierPorts, Preferences,
    Rehearsal, RehearsalPorts, Sandbox, Suppressions, SyncedClock, Topics, Traces, TracesPorts,
    WhoIsOnline,
};
use herald_auth::{BcryptHasher, Jwt, JwtConfig, secret};
use herald_broker::Link;
use herald_domain::ChannelSet;
use herald_http::{Component, Exposition, Node, RateLimits, ReadinessProbe, Services};
use herald_memory::MemoryStore;
use herald_ports::{
    ApiKeyStore, DeliveryStore, EndpointStore, FanOutStore, IdGenerator, InboxStore, Lease,
    LeaseStore, LiveBus, NotificationStore, PreferenceStore, RetentionStore, SandboxStore,
    SessionStore, SettingStore, StoreClock, SuppressionStore, SystemClock, SystemRandom,
    TemplateStore, TokenIssuer, TopicStore, UserStore,
};
use herald_realtime::{Driver, FollowerPorts, Hub, Sweep};
use herald_store_diesel::{DieselStore, StoreConfig};
use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::ExposeSecret;

use crate::config::{Config, Registration};
use crate::figures;
use crate::outlets;
use crate::outreach::Outreach;
use crate::queue::{self, Messaging};

/// How much work a password hash is: 2 to the power of this (OWASP asks for 10 or more).
const BCRYPT_COST: u32 = 10;
/// How many logins may wait for their password to be checked.
const BCRYPT_QUEUE: usize = 64;

/// The store that the configuration names, behind its ports.
pub(crate) struct Storage {
    pub(crate) users: Arc<dyn UserStore>,
    sessions: Arc<dyn SessionStore>,
    api_keys: Arc<dyn ApiKeyStore>,
    notifications: Arc<dyn NotificationStore>,
    fan_out: Arc<dyn FanOutStore>,
    pub(crate) inbox: Arc<dyn InboxStore>,
    topics: Arc<dyn TopicStore>,
    pub(crate) preferences: Arc<dyn PreferenceStore>,
    pub(crate) endpoints: Arc<dyn EndpointStore>,
    pub(crate) suppressions: Arc<dyn SuppressionStore>,
    pub(crate) templates: Arc<dyn TemplateStore>,
    pub(crate) deliveries: Arc<dyn DeliveryStore>,
    pub(crate) sandbox: Arc<dyn SandboxStore>,
    pub(crate) settings: Arc<dyn SettingStore>,
    retention: Arc<dyn RetentionStore>,
    leases: Arc<dyn LeaseStore>,
    clock: Arc<dyn StoreClock>,
    /// none of a store in memory
    database: Option<Arc<DieselStore>>,
}

impl Storage {
    /// Opens the store, creating and migrating it as needed.
    pub(crate) fn open(config: &Config) -> Result<Self> {
        if config.is_in_memory() {
            let store = MemoryStore::new(&SystemRandom).keeping(config.retention.max_items);
            return Ok(Self::of(Arc::new(store), None));
        }
        make_data_dir(config)?;
        let store = DieselStore::open(&StoreConfig::new(&config.database_url), &SystemRandom)
            .context("database_url")?;
        let store = Arc::new(store);
        Ok(Self::of(store.clone(), Some(store)))
    }

    /// Waits until everything accepted is written.
    pub(crate) async fn close(&self) {
        if let Some(database) = &self.database {
            database.close().await;
        }
    }

    fn of<S>(store: Arc<S>, database: Option<Arc<DieselStore>>) -> Self
    where
        S: UserStore
            + SessionStore
            + ApiKeyStore
            + NotificationStore
            + FanOutStore
            + InboxStore
            + TopicStore
            + PreferenceStore
            + EndpointStore
            + SuppressionStore
            + TemplateStore
            + DeliveryStore
            + SandboxStore
            + SettingStore
            + RetentionStore
            + LeaseStore
            + StoreClock,
    {
        Self {
            users: store.clone(),
            sessions: store.clone(),
            api_keys: store.clone(),
            notifications: store.clone(),
            fan_out: store.clone(),
            inbox: store.clone(),
            topics: store.clone(),
            preferences: store.clone(),
            endpoints: store.clone(),
            suppressions: store.clone(),
            templates: store.clone(),
            deliveries: store.clone(),
            sandbox: store.clone(),
            settings: store.clone(),
            retention: store.clone(),
            leases: store.clone(),
            clock: store,
            database,
        }
    }
}

/// Every use case, over one store.
pub(crate) struct UseCases {
    pub(crate) access: Arc<Access>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) api_keys: Arc<ApiKeys>,
    pub(crate) notifier: Arc<Notifier>,
    inbox: Arc<Inbox>,
    topics: Arc<Topics>,
    preferences: Arc<Preferences>,
    pub(crate) outreach: Outreach,
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) janitor: Arc<Janitor>,
    pub(crate) issuer: Arc<dyn TokenIssuer>,
    pub(crate) bus: Arc<dyn LiveBus>,
    hub: Arc<Hub>,
    pub(crate) clock: Arc<SyncedClock>,
}

impl UseCases {
    /// Builds them, generating the secret of tokens if none is set.
    pub(crate) async fn build(
        config: &Config,
        storage: &Storage,
        messaging: &Messaging,
    ) -> Result<Self> {
        let clock = SyncedClock::start(Arc::new(SystemClock), storage.clock.clone());
        let clock = Arc::new(clock.await?);
        let ids: Arc<dyn IdGenerator> = Arc::new(SystemRandom);
        let (bus, queue) = (messaging.bus.clone(), messaging.queue.clone());
        let hub = Arc::new(Hub::new(config.workers));
        bus.subscribe(hub.clone());
        let jwt = Arc::new(jwt(config, &*ids)?);
        let threads = NonZeroUsize::new(config.workers.div_ceil(2)).unwrap_or(NonZeroUsize::MIN);
        let hasher = BcryptHasher::new(BCRYPT_COST, threads, BCRYPT_QUEUE, ids.clone())?;
        let access = Access::open(
            storage.users.clone(),
            storage.sessions.clone(),
            storage.api_keys.clone(),
            jwt.clone(),
            bus.clone(),
            clock.clone(),
        );
        let access = Arc::new(access.await?);
        let ports = AccountsPorts {
            users: storage.users.clone(),
            sessions: storage.sessions.clone(),
            hasher: Arc::new(hasher),
            issuer: jwt.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
        };
        // without a broker there is one server, and whatever else there is passes by
        let duty = if messaging.links.is_empty() {
            Duty::alone()
        } else {
            Duty::shared(storage.leases.clone(), Lease::Janitor, &SystemRandom)
        };
        let outreach = Outreach::build(config, storage, &clock, &ids).await?;
        let open_registration = config.registration == Registration::Open;
        let api_keys = storage.api_keys.clone();
        Ok(Self {
            accounts: Arc::new(Accounts::new(ports, access.clone(), open_registration)),
            api_keys: Arc::new(ApiKeys::new(api_keys, access.clone(), clock.clone(), ids)),
            notifier: Arc::new(Notifier::new(NotifierPorts {
                defaults: outreach.defaults.clone(),
                notifications: storage.notifications.clone(),
                fan_out: storage.fan_out.clone(),
                queue: queue.clone(),
                bus: bus.clone(),
                clock: clock.clone(),
            })),
            inbox: Arc::new(Inbox::new(storage.inbox.clone(), bus.clone(), clock.clone())),
            topics: Arc::new(Topics::new(
                storage.topics.clone(),
                storage.users.clone(),
                clock.clone(),
            )),
            preferences: Arc::new(Preferences::new(
                storage.preferences.clone(),
                storage.inbox.clone(),
                outreach.defaults.clone(),
                clock.clone(),
            )),
            dispatcher: Arc::new(Dispatcher::new(DispatcherPorts {
                plans: outreach.plans.clone(),
                fan_out: storage.fan_out.clone(),
                queue,
                bus: bus.clone(),
                connected: hub.clone(),
                clock: clock.clone(),
            })),
            janitor: Arc::new(Janitor::new(
                storage.retention.clone(),
                bus.clone(),
                clock.clone(),
                config.retention.clone(),
                duty,
            )),
            outreach,
            access,
            issuer: jwt,
            bus,
            hub,
            clock,
        })
    }

    /// Makes sure of the administrator that the configuration names.
    pub(crate) async fn ensure_admin(&self, config: &Config) -> Result<()> {
        if let Some((username, password)) = &config.admin {
            let password = password.expose_secret().to_owned();
            self.accounts.ensure_admin(username, password).await.context("admin_username")?;
        }
        Ok(())
    }

    /// What looks after those who are connected.
    pub(crate) fn follower_ports(&self, storage: &Storage) -> FollowerPorts {
        FollowerPorts {
            fan_out: storage.fan_out.clone(),
            bus: self.bus.clone(),
            clock: self.clock.clone(),
        }
    }

    /// What finds the devices that missed something on the way.
    pub(crate) fn sweep(&self, storage: &Storage) -> Sweep {
        Sweep::new(self.hub.clone(), storage.inbox.clone())
    }

    /// What `/metrics` answers.
    pub(crate) fn figures(
        &self,
        storage: &Storage,
        recorder: &PrometheusHandle,
    ) -> Arc<Exposition> {
        figures::exposition(recorder.clone(), self.hub.clone(), storage.database.clone())
    }

    /// What the transport serves.
    pub(crate) fn node(
        &self,
        config: &Config,
        storage: &Storage,
        messaging: &Messaging,
        recorder: &PrometheusHandle,
    ) -> Node {
        let (hub, outreach) = (self.hub.clone(), &self.outreach);
        let clock = || self.clock.clone();
        let rehearsal = RehearsalPorts {
            users: storage.users.clone(),
            topics: storage.topics.clone(),
            preferences: storage.preferences.clone(),
            defaults: outreach.defaults.clone(),
            clock: clock(),
        };
        let traces = TracesPorts {
            notifications: storage.notifications.clone(),
            deliveries: storage.deliveries.clone(),
            inbox: storage.inbox.clone(),
            users: storage.users.clone(),
            preferences: storage.preferences.clone(),
            defaults: outreach.defaults.clone(),
        };
        Node {
            services: Services {
                access: self.access.clone(),
                accounts: self.accounts.clone(),
                api_keys: self.api_keys.clone(),
                notifier: self.notifier.clone(),
                inbox: self.inbox.clone(),
                topics: self.topics.clone(),
                preferences: self.preferences.clone(),
                endpoints: Arc::new(Endpoints::new(EndpointsPorts {
                    store: storage.endpoints.clone(),
                    tester: outreach.outlets.tester.clone(),
                    random: Arc::new(SystemRandom),
                    clock: clock(),
                })),
                deliveries: Arc::new(Deliveries::new(storage.deliveries.clone(), clock())),
                suppressions: Arc::new(Suppressions::new(storage.suppressions.clone(), clock())),
                templates: outreach.templates.clone(),
                sandbox: Arc::new(Sandbox::new(storage.sandbox.clone())),
                rehearsal: Arc::new(Rehearsal::new(rehearsal, outreach.outlets.sandboxed)),
                traces: Arc::new(Traces::new(traces, outreach.outlets.sandboxed)),
                unsubscriber: outreach.unsubscriber.clone(),
                outlets: outreach.outlets.clone(),
                public_url: config.outlets.public_url.as_str().into(),
                online: Arc::new(WhoIsOnline::new(hub.clone(), storage.users.clone())),
                dead_letters: Arc::new(DeadLetters::new(messaging.dead_jobs.clone())),
            },
            driver: Arc::new(Driver::new(self.access.clone(), self.inbox.clone())),
            figures: self.figures(storage, recorder),
            hub,
            clock: self.clock.clone(),
            ids: Arc::new(SystemRandom),
            readiness: Arc::new(Readiness {
                database: storage.database.clone(),
                links: messaging.links.clone(),
                sandboxed: outreach.outlets.sandboxed,
                engine: outreach.engine.clone(),
            }),
            limits: Arc::new(RateLimits::new(&config.rates, config.trusted_proxies.clone())),
            draining: Arc::new(AtomicBool::new(false)),
            allowed_origins: config.allowed_origins.clone(),
            workers: config.workers,
        }
    }
}

/// Ready as long as the store can be read and written; without the broker, things are late.
struct Readiness {
    database: Option<Arc<DieselStore>>,
    links: Vec<Arc<Link>>,
    sandboxed: ChannelSet,
    engine: Arc<Engine>,
}

#[async_trait]
impl ReadinessProbe for Readiness {
    async fn check(&self) -> Vec<Component> {
        let failure = match &self.database {
            Some(store) => match store.ping().await {
                Ok(()) => store.health().await.err(),
                Err(error) => Some(error),
            },
            None => None,
        };
        let store = Component {
            name: "store",
            ok: failure.is_none(),
            detail: failure.map(|error| error.to_string()),
            essential: true,
        };
        let channels = outlets::components(self.sandboxed, self.engine.resting());
        [store].into_iter().chain(queue::component(&self.links)).chain(channels).collect()
    }
}

fn jwt(config: &Config, ids: &dyn IdGenerator) -> Result<Jwt> {
    let secret = match &config.jwt_secret {
        Some(secret) => secret.clone(),
        None => {
            make_data_dir(config)?;
            secret::load_or_create(&config.data_dir, ids).context("jwt_secret")?
        }
    };
    let (public_key, jwks) = (config.jwt_public_key.clone(), config.jwt_jwks.clone());
    Ok(Jwt::new(&JwtConfig { secret, public_key, jwks })?)
}

/// The folder holds secrets: only its owner may look into it.
fn make_data_dir(config: &Config) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&config.data_dir)
        .with_context(|| format!("data_dir: cannot create {}", config.data_dir.display()))
}
