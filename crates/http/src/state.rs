use std::sync::Arc;

use herald_application::{
    Access, Accounts, ApiKeys, DeadLetters, Inbox, Notifier, Preferences, Topics, WhoIsOnline,
};

/// The use cases that the routes call, one instance for all workers.
#[derive(Clone)]
#[expect(missing_docs, reason = "each is the use case of that name")]
pub struct Services {
    pub access: Arc<Access>,
    pub accounts: Arc<Accounts>,
    pub api_keys: Arc<ApiKeys>,
    pub notifier: Arc<Notifier>,
    pub inbox: Arc<Inbox>,
    pub topics: Arc<Topics>,
    pub preferences: Arc<Preferences>,
    pub online: Arc<WhoIsOnline>,
    pub dead_letters: Arc<DeadLetters>,
}
