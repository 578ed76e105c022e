//! The whole application in one process, with stubs in place of slow passwords and real tokens.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix_http::Request;
use actix_web::body::to_bytes;
use actix_web::http::{Method, StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::Bytes;
use async_trait::async_trait;
use futures_util::future::LocalBoxFuture;
use herald_application::{
    Access, Accounts, AccountsPorts, ApiKeys, DeadLetters, Inbox, Notifier, NotifierPorts,
    Preferences, Topics, WhoIsOnline,
};
use herald_domain::{Role, SessionId, Timestamp};
use herald_http::{
    AppState, Component, RateLimits, Rates, ReadinessProbe, Services, TrustedProxies, app,
};
use herald_memory::{MemoryBus, MemoryQueue, MemoryStore};
use herald_ports::{
    Claims, DeadJobs, HashError, PasswordHash, PasswordHasher, SystemClock, SystemRandom,
    TokenError, TokenIssuer, TokenVerifier,
};
use herald_realtime::Hub;
use serde_json::Value;

/// What a test needs of an answer.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: header::HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body, if the status is the one expected.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        let body = String::from_utf8_lossy(&self.body).into_owned();
        assert_eq!(self.status.as_u16(), status, "{body}");
        if self.body.is_empty() { Value::Null } else { self.json() }
    }
}

/// A path of the document as a request has it: something in place of every parameter.
pub(crate) fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

type Call = dyn Fn(Request) -> LocalBoxFuture<'static, Reply>;

/// The application under test.
pub(crate) struct Api {
    call: Box<Call>,
    pub(crate) services: Services,
    pub(crate) draining: Arc<AtomicBool>,
}

/// An application with an empty store, and open registration.
pub(crate) async fn api() -> Api {
    api_with(Settings::default()).await
}

pub(crate) struct Settings {
    pub(crate) open_registration: bool,
    pub(crate) store_ok: bool,
    /// none: there is no broker
    pub(crate) broker_ok: Option<bool>,
    pub(crate) dead_jobs: Arc<dyn DeadJobs>,
    pub(crate) rates: Rates,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            open_registration: true,
            store_ok: true,
            broker_ok: None,
            dead_jobs: Arc::new(MemoryQueue::default()),
            rates: Rates::default(),
        }
    }
}

pub(crate) async fn api_with(settings: Settings) -> Api {
    let services = services(settings.open_registration, settings.dead_jobs).await;
    let draining = Arc::new(AtomicBool::new(false));
    let probe = Arc::new(Probe { store_ok: settings.store_ok, broker_ok: settings.broker_ok });
    let state = AppState::new(
        services.clone(),
        probe,
        draining.clone(),
        Arc::new(|| "figures 1\n".to_owned()),
        Arc::new(RateLimits::new(&settings.rates, TrustedProxies::default())),
        &SystemRandom,
    );
    let service = std::rc::Rc::new(init_service(app(&state)).await);
    let call = move |request| {
        let service = service.clone();
        let reply: LocalBoxFuture<'static, Reply> = Box::pin(async move {
            let response = call_service(&*service, request).await;
            let (status, headers) = (response.status(), response.headers().clone());
            Reply { status, headers, body: to_bytes(response.into_body()).await.unwrap() }
        });
        reply
    };
    Api { call: Box::new(call), services, draining }
}

async fn services(open_registration: bool, dead_jobs: Arc<dyn DeadJobs>) -> Services {
    let store = Arc::new(MemoryStore::default());
    let bus = Arc::new(MemoryBus::default());
    let clock = Arc::new(SystemClock);
    let ids = Arc::new(SystemRandom);
    let tokens = Arc::new(PlainTokens);
    let access = Access::open(
        store.clone(),
        store.clone(),
        store.clone(),
        tokens.clone(),
        bus.clone(),
        clock.clone(),
    );
    let access = Arc::new(access.await.unwrap());
    let ports = AccountsPorts {
        users: store.clone(),
        sessions: store.clone(),
        hasher: Arc::new(PlainPasswords),
        issuer: tokens,
        clock: clock.clone(),
        ids: ids.clone(),
    };
    Services {
        accounts: Arc::new(Accounts::new(ports, access.clone(), open_registration)),
        api_keys: Arc::new(ApiKeys::new(store.clone(), access.clone(), clock.clone(), ids)),
        notifier: Arc::new(Notifier::new(NotifierPorts {
            notifications: store.clone(),
            fan_out: store.clone(),
            queue: Arc::new(MemoryQueue::default()),
            bus: bus.clone(),
            clock: clock.clone(),
        })),
        inbox: Arc::new(Inbox::new(store.clone(), bus, clock.clone())),
        topics: Arc::new(Topics::new(store.clone(), store.clone(), clock.clone())),
        preferences: Arc::new(Preferences::new(store.clone(), clock)),
        online: Arc::new(WhoIsOnline::new(Arc::new(Hub::new(1)), store)),
        dead_letters: Arc::new(DeadLetters::new(dead_jobs)),
        access,
    }
}

impl Api {
    pub(crate) async fn request(&self, request: TestRequest) -> Reply {
        self.raw(request.to_request()).await
    }

    pub(crate) async fn raw(&self, request: Request) -> Reply {
        (self.call)(request).await
    }

    /// A request by a token, without a body.
    pub(crate) async fn call(&self, method: Method, path: &str, token: &str) -> Reply {
        self.request(by(method, path, token)).await
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Reply {
        self.call(Method::GET, path, token).await
    }

    /// A request by a token, with a JSON body.
    pub(crate) async fn send(&self, method: Method, path: &str, token: &str, body: Value) -> Reply {
        self.request(by(method, path, token).set_json(body)).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Reply {
        self.send(Method::POST, path, token, body).await
    }

    /// The token of a new administrator.
    pub(crate) async fn admin(&self) -> String {
        let admin = Role::admin();
        let created =
            self.services.accounts.create("root", "correct horse".to_owned(), None, admin);
        format!("u/{}", created.await.unwrap().id)
    }

    /// Sends a message to oneself; the notification's number.
    pub(crate) async fn note(&self, user: &str, message: &str) -> i64 {
        let body = serde_json::json!({"to": {"user": user}, "message": message});
        let receipt = self.post("/api/v1/notifications", &format!("u/{user}"), body).await;
        receipt.expect(201)["id"].as_i64().unwrap()
    }
}

/// A request by a token; by nobody, if it is empty.
pub(crate) fn by(method: Method, path: &str, token: &str) -> TestRequest {
    let request = TestRequest::default().method(method).uri(path);
    if token.is_empty() {
        return request;
    }
    request.insert_header((header::AUTHORIZATION, format!("Bearer {token}")))
}

/// Tokens that say what they mean: `u/<user>` or `u/<user>/<session>`.
struct PlainTokens;

impl TokenIssuer for PlainTokens {
    fn issue(&self, claims: &Claims) -> String {
        let session = claims.session.as_ref().map(|session| format!("/{session}"));
        format!("u/{}{}", claims.subject, session.unwrap_or_default())
    }
}

impl TokenVerifier for PlainTokens {
    fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        let mut parts = token.split('/');
        let (kind, subject, session) = (parts.next(), parts.next(), parts.next());
        match (kind, subject.map(str::parse)) {
            (Some("expired"), _) => Err(TokenError::Expired),
            (Some("u"), Some(Ok(subject))) => Ok(Claims {
                subject,
                session: session.map(SessionId::new),
                issued_at: now,
                expires_at: now.plus(Accounts::ACCESS_TTL),
            }),
            _ => Err(TokenError::Invalid),
        }
    }
}

/// Keeps passwords as they are: fit for tests only.
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

struct Probe {
    store_ok: bool,
    broker_ok: Option<bool>,
}

#[async_trait]
impl ReadinessProbe for Probe {
    async fn check(&self) -> Vec<Component> {
        let part = |name, ok, essential| Component { name, ok, detail: None, essential };
        let broker = self.broker_ok.map(|ok| part("broker", ok, false));
        [part("store", self.store_ok, true)].into_iter().chain(broker).collect()
    }
}
