use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use herald_domain::Timestamp;
use herald_ports::Clock;
use metrics::{Counter, Gauge};

use crate::figures;

/// How a connection to a broker is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// what is given to it gets to the broker
    Connected,
    /// nothing gets there: the broker cannot be reached, or takes nothing at present
    Away {
        /// since when
        since: Timestamp,
        /// what is the matter
        reason: String,
    },
}

/// A connection to a broker, which is rebuilt whenever it breaks.
pub struct Link {
    name: &'static str,
    clock: Arc<dyn Clock>,
    /// the same as the state, to be asked for each message
    is_up: AtomicBool,
    state: Mutex<LinkState>,
    connected: Gauge,
    connects: Counter,
}

impl Link {
    /// A link that is not connected yet. Its name tells what it is for.
    pub fn new(name: &'static str, clock: Arc<dyn Clock>) -> Arc<Self> {
        let since = clock.now();
        let connected = figures::connected(name);
        connected.set(0.0);
        Arc::new(Self {
            name,
            clock,
            is_up: AtomicBool::new(false),
            state: Mutex::new(LinkState::Away { since, reason: String::new() }),
            connected,
            connects: figures::connects(name),
        })
    }

    /// What the connection is for.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// How it is.
    pub fn state(&self) -> LinkState {
        self.lock().clone()
    }

    /// Whether what is given to it gets to the broker.
    pub fn is_up(&self) -> bool {
        self.is_up.load(Ordering::Acquire)
    }

    /// Notes that it works.
    pub fn up(&self) {
        let mut state = self.lock();
        if *state != LinkState::Connected {
            *state = LinkState::Connected;
            self.is_up.store(true, Ordering::Release);
            self.connected.set(1.0);
            self.connects.increment(1);
            tracing::info!(link = self.name, "broker is connected");
        }
    }

    /// Notes that it does not work. Since when, is said by the first call; why, by the last.
    pub fn away(&self, why: &str) {
        let mut state = self.lock();
        match &mut *state {
            // once for each time that it is away, and not for each attempt
            LinkState::Away { reason, .. } if !reason.is_empty() => why.clone_into(reason),
            LinkState::Away { reason, .. } => {
                tracing::warn!(link = self.name, reason = why, "broker is away");
                why.clone_into(reason);
            }
            LinkState::Connected => {
                self.is_up.store(false, Ordering::Release);
                self.connected.set(0.0);
                tracing::warn!(link = self.name, reason = why, "broker is away");
                *state = LinkState::Away { since: self.clock.now(), reason: why.to_owned() };
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, LinkState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicI64;

    use super::*;

    /// A second later each time that it is asked.
    struct Ticking(AtomicI64);

    impl Clock for Ticking {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0.fetch_add(1_000_000, Ordering::Relaxed))
        }
    }

    #[test]
    fn it_says_since_when_it_is_away_and_why_it_still_is() {
        let link = Link::new("publish", Arc::new(Ticking(AtomicI64::new(0))));
        let away = |second: i64, reason: &str| LinkState::Away {
            since: Timestamp::from_micros(second * 1_000_000),
            reason: reason.to_owned(),
        };
        link.away("refused");
        assert_eq!((link.is_up(), link.state()), (false, away(0, "refused")));
        link.up();
        assert_eq!((link.is_up(), link.state()), (true, LinkState::Connected));
        link.away("reset");
        link.away("refused");
        assert_eq!((link.is_up(), link.state()), (false, away(1, "refused")));
    }
}
