use std::sync::Arc;

use herald_domain::{NotificationId, UserKey};
use herald_ports::{Clock, Connected, FanOutStore, LiveBus, LiveEvent, LiveSink, StoreError};
use tokio::sync::mpsc;

use crate::Hub;

/// How many events may wait to be followed.
const QUEUE: usize = 1_024;
/// How many inboxes are looked up at a time.
const LOOK: usize = 500;
/// How many inboxes are put into at a time: whoever sends meanwhile waits for it. Those who are
/// connected lie far apart in the store, so that each costs more than a neighbour would.
const HASTEN: usize = 200;

/// What a follower reaches the world through.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the port of that name")]
pub struct FollowerPorts {
    pub fan_out: Arc<dyn FanOutStore>,
    pub bus: Arc<dyn LiveBus>,
    pub clock: Arc<dyn Clock>,
}

/// Looks after those who are connected while something is put into many inboxes.
///
/// When that begins, they get it first. Of those who connect later, the store tells the hub with each
/// step. Whom it could not know of, for they are connected elsewhere or only just now, is found by the
/// range of users that the step has reached: the follower asks the store where their inboxes stand.
pub struct Follower {
    events: mpsc::Sender<LiveEvent>,
    hub: Arc<Hub>,
}

impl Follower {
    /// A follower for the hub's devices, and the loop that does its work.
    pub fn start(hub: &Arc<Hub>, ports: FollowerPorts) -> (Self, impl Future<Output = ()> + use<>) {
        let (events, waiting) = mpsc::channel(QUEUE);
        let work = Work { hub: hub.clone(), ports };
        (Self { events, hub: hub.clone() }, work.follow(waiting))
    }
}

impl LiveSink for Follower {
    fn deliver(&self, event: &LiveEvent) {
        let concerns_many =
            matches!(event, LiveEvent::Expanding { .. } | LiveEvent::Reached { .. });
        if concerns_many && self.events.try_send(event.clone()).is_err() {
            self.hub.lagged();
        }
    }
}

struct Work {
    hub: Arc<Hub>,
    ports: FollowerPorts,
}

impl Work {
    async fn follow(self, mut events: mpsc::Receiver<LiveEvent>) {
        while let Some(event) = events.recv().await {
            if let Err(error) = self.take(event).await {
                tracing::warn!(%error, "cannot look after those who are connected");
                self.hub.lagged();
            }
        }
    }

    async fn take(&self, event: LiveEvent) -> Result<(), StoreError> {
        match event {
            LiveEvent::Expanding { notification } => self.hasten(notification).await,
            LiveEvent::Reached { notification, after, through, told } => {
                let mut others = self.hub.connected(after, through);
                let was_told =
                    |user: &UserKey| told.binary_search_by_key(user, |one| one.user).is_ok();
                others.retain(|user| !was_told(user));
                for users in others.chunks(LOOK) {
                    let reached = self.ports.fan_out.reached(notification.id, users.to_vec());
                    let recipients = reached.await?;
                    if !recipients.is_empty() {
                        let notification = Arc::clone(&notification);
                        self.hub.deliver(&LiveEvent::Appended { notification, recipients });
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn hasten(&self, notification: NotificationId) -> Result<(), StoreError> {
        let everybody = self.hub.connected(UserKey::default(), UserKey::new(i64::MAX));
        for users in everybody.chunks(HASTEN) {
            let now = self.ports.clock.now();
            let events = self.ports.fan_out.hasten(notification, users.to_vec(), now).await?;
            events.into_iter().for_each(|event| self.ports.bus.publish(event));
        }
        Ok(())
    }
}
