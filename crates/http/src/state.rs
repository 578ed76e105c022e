use std::sync::Arc;

use herald_application::{
    Access, Accounts, ApiKeys, DeadLetters, Deliveries, Endpoints, Inbox, Notifier, Preferences,
    Rehearsal, Sandbox, Suppressions, Templates, Topics, Traces, Unsubscriber, WhoIsOnline,
};

use crate::Outlets;

/// The use cases that the routes call, one instance for all workers.
#[derive(Clone)]
#[expect(missing_docs, reason = "most are the use case of that name")]
pub struct Services {
    pub access: Arc<Access>,
    pub accounts: Arc<Accounts>,
    pub api_keys: Arc<ApiKeys>,
    pub notifier: Arc<Notifier>,
    pub inbox: Arc<Inbox>,
    pub topics: Arc<Topics>,
    pub preferences: Arc<Preferences>,
    pub endpoints: Arc<Endpoints>,
    pub deliveries: Arc<Deliveries>,
    pub suppressions: Arc<Suppressions>,
    pub templates: Arc<Templates>,
    pub sandbox: Arc<Sandbox>,
    pub rehearsal: Arc<Rehearsal>,
    pub traces: Arc<Traces>,
    pub unsubscriber: Arc<Unsubscriber>,
    pub online: Arc<WhoIsOnline>,
    pub dead_letters: Arc<DeadLetters>,
    /// how the channels that lead out of Herald were set up
    pub outlets: Arc<dyn Outlets>,
    /// where the outside finds this server, without a slash at its end
    pub public_url: Arc<str>,
}
