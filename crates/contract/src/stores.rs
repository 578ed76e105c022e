use std::any::Any;
use std::sync::Arc;

use herald_ports::{
    ApiKeyStore, DeliveryStore, EndpointStore, FanOutStore, InboxStore, LeaseStore,
    NotificationStore, PreferenceStore, RetentionStore, SandboxStore, SessionStore, SettingStore,
    StoreClock, SuppressionStore, TemplateStore, TopicStore, UserStore,
};

/// The stores of one fresh database, behind their ports.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the port of that name")]
pub struct Stores {
    pub users: Arc<dyn UserStore>,
    pub sessions: Arc<dyn SessionStore>,
    pub api_keys: Arc<dyn ApiKeyStore>,
    pub notifications: Arc<dyn NotificationStore>,
    pub fan_out: Arc<dyn FanOutStore>,
    pub inbox: Arc<dyn InboxStore>,
    pub topics: Arc<dyn TopicStore>,
    pub preferences: Arc<dyn PreferenceStore>,
    pub deliveries: Arc<dyn DeliveryStore>,
    pub endpoints: Arc<dyn EndpointStore>,
    pub suppressions: Arc<dyn SuppressionStore>,
    pub templates: Arc<dyn TemplateStore>,
    pub sandbox: Arc<dyn SandboxStore>,
    pub settings: Arc<dyn SettingStore>,
    pub retention: Arc<dyn RetentionStore>,
    pub leases: Arc<dyn LeaseStore>,
    pub clock: Arc<dyn StoreClock>,
    /// what must live as long as the stores, such as the folder of a database file
    pub guard: Arc<dyn Any + Send + Sync>,
}

impl Stores {
    /// The stores of an adapter where one type implements every port.
    pub fn of<S>(store: Arc<S>, guard: impl Any + Send + Sync) -> Self
    where
        S: UserStore
            + SessionStore
            + ApiKeyStore
            + NotificationStore
            + FanOutStore
            + InboxStore
            + TopicStore
            + PreferenceStore
            + DeliveryStore
            + EndpointStore
            + SuppressionStore
            + TemplateStore
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
            deliveries: store.clone(),
            endpoints: store.clone(),
            suppressions: store.clone(),
            templates: store.clone(),
            sandbox: store.clone(),
            settings: store.clone(),
            retention: store.clone(),
            leases: store.clone(),
            clock: store,
            guard: Arc::new(guard),
        }
    }
}
