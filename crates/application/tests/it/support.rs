//! Use cases over the memory adapter, with stand-ins for what is slow or random.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use herald_application::{
    Access, Accounts, AccountsPorts, CurrentDefaults, Dispatcher, DispatcherPorts, Notifier,
    NotifierPorts,
};
use herald_contract::fixtures::{CountingIds, ManualClock};
use herald_domain::{Defaults, SessionId, Timestamp};
use herald_memory::{MemoryBus, MemoryQueue, MemoryStore};
use herald_ports::{
    Claims, Clock, HashError, LiveBus, LiveEvent, LiveSink, NoDevices, PasswordHash,
    PasswordHasher, TokenError, TokenIssuer, TokenVerifier, UserStore,
};

/// Tokens that say what they mean: `subject|login|issued|end`.
struct PlainTokens;

impl TokenIssuer for PlainTokens {
    fn issue(&self, claims: &Claims) -> String {
        let login = claims.session.as_ref().map_or("", SessionId::as_str);
        let (issued, end) = (claims.issued_at.as_micros(), claims.expires_at.as_micros());
        format!("{}|{login}|{issued}|{end}", claims.subject)
    }
}

impl TokenVerifier for PlainTokens {
    fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        let mut parts = token.split('|');
        let mut part = || parts.next().ok_or(TokenError::Invalid);
        let (subject, login, issued, end) = (part()?, part()?, part()?, part()?);
        let moment = |text: &str| text.parse().map(Timestamp::from_micros);
        let issued_at = moment(issued).map_err(|_| TokenError::Invalid)?;
        let expires_at = moment(end).map_err(|_| TokenError::Invalid)?;
        if expires_at <= now {
            return Err(TokenError::Expired);
        }
        Ok(Claims {
            subject: subject.parse().map_err(|_| TokenError::Invalid)?,
            session: (!login.is_empty()).then(|| SessionId::new(login)),
            issued_at,
            expires_at,
        })
    }
}

/// Hashes that are the password.
struct PlainPasswords;

#[async_trait]
impl PasswordHasher for PlainPasswords {
    async fn hash(&self, password: String) -> Result<PasswordHash, HashError> {
        Ok(PasswordHash::new(password))
    }

    async fn verify(
        &self,
        password: String,
        hash: Option<PasswordHash>,
    ) -> Result<bool, HashError> {
        Ok(hash.is_some_and(|hash| hash.expose() == password))
    }
}

/// What the devices were told.
#[derive(Default)]
pub(crate) struct Told(Mutex<Vec<LiveEvent>>);

impl Told {
    /// What was told since the last call.
    pub(crate) fn take(&self) -> Vec<LiveEvent> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl LiveSink for Told {
    fn deliver(&self, event: &LiveEvent) {
        self.0.lock().unwrap().push(event.clone());
    }
}

/// Everything that tests ask for.
pub(crate) struct World {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) bus: Arc<MemoryBus>,
    pub(crate) queue: Arc<MemoryQueue>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) access: Arc<Access>,
    pub(crate) accounts: Accounts,
    pub(crate) told: Arc<Told>,
}

impl World {
    pub(crate) async fn new() -> Self {
        let store = Arc::new(MemoryStore::default());
        Self::over(store.clone(), store).await
    }

    /// With users read through another store than the one that keeps them.
    pub(crate) async fn over(store: Arc<MemoryStore>, users: Arc<dyn UserStore>) -> Self {
        let (bus, clock) = (Arc::new(MemoryBus::default()), Arc::new(ManualClock::default()));
        let told = Arc::new(Told::default());
        bus.subscribe(told.clone());
        let access = Access::open(
            users.clone(),
            store.clone(),
            store.clone(),
            Arc::new(PlainTokens),
            bus.clone(),
            clock.clone(),
        );
        let access = Arc::new(access.await.unwrap());
        let ports = AccountsPorts {
            users,
            sessions: store.clone(),
            hasher: Arc::new(PlainPasswords),
            issuer: Arc::new(PlainTokens),
            clock: clock.clone(),
            ids: Arc::new(CountingIds::default()),
        };
        let accounts = Accounts::new(ports, access.clone(), true);
        Self { store, bus, queue: Arc::default(), clock, access, accounts, told }
    }

    /// What sends in this world.
    pub(crate) fn notifier(&self) -> Notifier {
        let defaults = CurrentDefaults::new(self.store.clone(), Defaults::default());
        Notifier::new(NotifierPorts {
            defaults: Arc::new(defaults),
            notifications: self.store.clone(),
            fan_out: self.store.clone(),
            queue: self.queue.clone(),
            bus: self.bus.clone(),
            clock: self.clock.clone(),
        })
    }

    /// What puts into inboxes what is for many, or for later.
    pub(crate) fn dispatcher(&self) -> Dispatcher {
        Dispatcher::new(DispatcherPorts {
            plans: Arc::default(),
            fan_out: self.store.clone(),
            queue: self.queue.clone(),
            bus: self.bus.clone(),
            connected: Arc::new(NoDevices),
            clock: self.clock.clone(),
        })
    }

    /// A token that an application minted, good for an hour.
    pub(crate) fn minted(&self, subject: &str) -> String {
        let now = self.clock.now();
        let end = now.plus(Duration::from_secs(3_600));
        format!("{subject}||{}|{}", now.as_micros(), end.as_micros())
    }
}
