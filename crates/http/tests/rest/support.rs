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
    Access, Accounts, AccountsPorts, ApiKeys, CurrentDefaults, DeadLetters, Deliveries, Endpoints,
    EndpointsPorts, Inbox, Notifier, NotifierPorts, Preferences, Rehearsal, RehearsalPorts,
    Sandbox, Suppressions, Templates, Topics, Traces, TracesPorts, Unsubscriber, WhoIsOnline,
};
use herald_domain::{Address, Channel, ChannelSet, Role, SessionId, Timestamp, Webhook};
use herald_http::{
    AppState, Component, Outlets, RateLimits, Rates, ReadinessProbe, Services, TrustedProxies, app,
};
use herald_memory::{MemoryBus, MemoryQueue, MemoryStore};
use herald_ports::{
    Claims, DeadJobs, DeliveryError, EndpointTester, HashError, PasswordHash, PasswordHasher,
    RenderError, Rendered, Renderer, Sources, SystemClock, SystemRandom, TokenError, TokenIssuer,
    TokenVerifier,
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

/// Where the outside finds the server.
pub(crate) const PUBLIC_URL: &str = "https://herald.example.com";

type Call = dyn Fn(Request) -> LocalBoxFuture<'static, Reply>;

/// The application under test.
pub(crate) struct Api {
    call: Box<Call>,
    pub(crate) services: Services,
    pub(crate) store: Arc<MemoryStore>,
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
    /// none: the sandbox stands in for browser push
    pub(crate) web_push_key: Option<&'static str>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            open_registration: true,
            store_ok: true,
            broker_ok: None,
            dead_jobs: Arc::new(MemoryQueue::default()),
            rates: Rates::default(),
            web_push_key: None,
        }
    }
}

pub(crate) async fn api_with(settings: Settings) -> Api {
    let store = Arc::new(MemoryStore::default());
    let services = services(&settings, &store).await;
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
    Api { call: Box::new(call), services, store, draining }
}

async fn services(settings: &Settings, store: &Arc<MemoryStore>) -> Services {
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
    let defaults = Arc::new(CurrentDefaults::open(store.clone()).await.unwrap());
    let link = format!("{PUBLIC_URL}/unsubscribe?token=");
    let (users, wishes) = (store.clone(), store.clone());
    let unsubscriber =
        Unsubscriber::open(&**store, &SystemRandom, link, users, wishes, clock.clone());
    let sandboxed = ChannelSet::of([Channel::Email, Channel::Sms]);
    Services {
        accounts: Arc::new(Accounts::new(ports, access.clone(), settings.open_registration)),
        api_keys: Arc::new(ApiKeys::new(store.clone(), access.clone(), clock.clone(), ids.clone())),
        notifier: Arc::new(Notifier::new(NotifierPorts {
            defaults: defaults.clone(),
            notifications: store.clone(),
            fan_out: store.clone(),
            queue: Arc::new(MemoryQueue::default()),
            bus: bus.clone(),
            clock: clock.clone(),
        })),
        inbox: Arc::new(Inbox::new(store.clone(), bus, clock.clone())),
        topics: Arc::new(Topics::new(store.clone(), store.clone(), clock.clone())),
        preferences: Arc::new(Preferences::new(
            store.clone(),
            store.clone(),
            defaults.clone(),
            clock.clone(),
        )),
        endpoints: Arc::new(Endpoints::new(EndpointsPorts {
            store: store.clone(),
            tester: Arc::new(PlainTester),
            random: ids,
            clock: clock.clone(),
        })),
        deliveries: Arc::new(Deliveries::new(store.clone(), clock.clone())),
        suppressions: Arc::new(Suppressions::new(store.clone(), clock.clone())),
        templates: Arc::new(Templates::new(store.clone(), Arc::new(PlainRenderer), clock.clone())),
        sandbox: Arc::new(Sandbox::new(store.clone())),
        rehearsal: Arc::new(Rehearsal::new(
            RehearsalPorts {
                users: store.clone(),
                topics: store.clone(),
                preferences: store.clone(),
                defaults: defaults.clone(),
                clock,
            },
            sandboxed,
        )),
        traces: Arc::new(Traces::new(
            TracesPorts {
                notifications: store.clone(),
                deliveries: store.clone(),
                inbox: store.clone(),
                users: store.clone(),
                preferences: store.clone(),
                defaults,
            },
            sandboxed,
        )),
        unsubscriber: Arc::new(unsubscriber.await.unwrap()),
        online: Arc::new(WhoIsOnline::new(Arc::new(Hub::new(1)), store.clone())),
        dead_letters: Arc::new(DeadLetters::new(settings.dead_jobs.clone())),
        outlets: Arc::new(PlainOutlets { web_push_key: settings.web_push_key }),
        public_url: PUBLIC_URL.into(),
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

/// Lets every address pass but one, and finds nobody at another.
struct PlainTester;

/// An address that nothing goes to.
pub(crate) const PRIVATE: &str = "https://private.example.com/";
/// A server that does not answer as it should.
pub(crate) const BROKEN: &str = "https://broken.example.com/";

#[async_trait]
impl EndpointTester for PlainTester {
    fn check(&self, address: &Address) -> Result<(), DeliveryError> {
        match address {
            Address::Webhook(webhook) if webhook.url.as_str() == PRIVATE => {
                Err(DeliveryError::Permanent { detail: "address is private".to_owned() })
            }
            _ => Ok(()),
        }
    }

    async fn test(&self, webhook: &Webhook, _: Timestamp) -> Result<(), DeliveryError> {
        match webhook.url.as_str() {
            BROKEN => Err(DeliveryError::Permanent { detail: "answered 500".to_owned() }),
            _ => Ok(()),
        }
    }
}

/// Puts the message in place of `MESSAGE` and the user in place of `USER`; nothing else is a template.
struct PlainRenderer;

impl Renderer for PlainRenderer {
    fn check(&self, sources: Sources<'_>) -> Result<(), RenderError> {
        match sources.text.contains("{%") {
            true => Err(RenderError { part: "text", detail: "no template, in line 1".to_owned() }),
            false => Ok(()),
        }
    }

    fn render(&self, sources: Sources<'_>, variables: &Value) -> Result<Rendered, RenderError> {
        let filled = |source: &str| {
            let message = variables["notification"]["message"].as_str().unwrap();
            source
                .replace("MESSAGE", message)
                .replace("USER", variables["user"]["id"].as_str().unwrap())
        };
        Ok(Rendered {
            subject: sources.subject.map(filled),
            text: filled(sources.text),
            html: sources.html.map(filled),
        })
    }
}

/// Everything but browser push is in the sandbox, and that too without a key.
struct PlainOutlets {
    web_push_key: Option<&'static str>,
}

impl Outlets for PlainOutlets {
    fn is_in_sandbox(&self, channel: Channel) -> bool {
        channel != Channel::WebPush || self.web_push_key.is_none()
    }

    fn web_push_key(&self) -> Option<&str> {
        self.web_push_key
    }
}
