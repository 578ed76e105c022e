use std::sync::Arc;

use herald_domain::{Notification, UserKey};
use herald_ports::{Delivered, FanOutStore, LiveEvent, LiveSink};
use tokio::sync::mpsc;

use crate::Hub;

/// How many steps of putting something into many inboxes may wait to be followed.
const QUEUE: usize = 1_024;
/// How many inboxes are looked up at a time.
const LOOK: usize = 1_000;

/// A step that put something into the inboxes of a range of users.
struct Reached {
    notification: Arc<Notification>,
    after: UserKey,
    through: UserKey,
}

/// Tells connected devices of what was put into many inboxes at once: it asks the store where those
/// inboxes stand that somebody here looks at, and passes that on to the hub.
pub struct Follower {
    steps: mpsc::Sender<Reached>,
    hub: Arc<Hub>,
}

impl Follower {
    /// A follower for the hub's devices, and the loop that does its work.
    pub fn start(
        hub: &Arc<Hub>,
        store: Arc<dyn FanOutStore>,
    ) -> (Self, impl Future<Output = ()> + use<>) {
        let (steps, waiting) = mpsc::channel(QUEUE);
        let follower = Self { steps, hub: hub.clone() };
        (follower, follow(hub.clone(), store, waiting))
    }
}

impl LiveSink for Follower {
    fn deliver(&self, event: &LiveEvent) {
        let LiveEvent::Reached { notification, after, through } = event else { return };
        let notification = Arc::clone(notification);
        let step = Reached { notification, after: *after, through: *through };
        if self.steps.try_send(step).is_err() {
            self.hub.lagged();
        }
    }
}

async fn follow(hub: Arc<Hub>, store: Arc<dyn FanOutStore>, mut steps: mpsc::Receiver<Reached>) {
    while let Some(Reached { notification, after, through }) = steps.recv().await {
        for users in hub.connected(after, through).chunks(LOOK) {
            let recipients = match store.reached(notification.id, users.to_vec()).await {
                Ok(recipients) => recipients,
                Err(error) => {
                    tracing::warn!(%error, "cannot look up whom a notification has reached");
                    hub.lagged();
                    break;
                }
            };
            tell(&hub, &notification, recipients);
        }
    }
}

fn tell(hub: &Hub, notification: &Arc<Notification>, recipients: Vec<Delivered>) {
    if !recipients.is_empty() {
        hub.deliver(&LiveEvent::Appended { notification: Arc::clone(notification), recipients });
    }
}
