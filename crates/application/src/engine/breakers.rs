use std::collections::HashMap;

use herald_domain::Address;
use tokio::time::Instant;

use super::breaker::{Admission, Breaker, Sign};

/// A breaker for each server that a channel asks.
///
/// E-mail, short messages and push go to one provider each. Webhooks and push subscriptions lead to a server
/// of their own, and one of them that is gone must not keep from asking the others.
#[derive(Debug, Default)]
pub(super) struct Breakers {
    provider: Breaker,
    hosts: HashMap<String, Breaker>,
}

impl Breakers {
    /// Of so many servers something is remembered.
    const MAX_HOSTS: usize = 10_000;

    /// Whether the provider keeps from asking.
    pub(super) fn is_open(&self) -> bool {
        self.provider.is_open()
    }

    /// The breaker of all that is asked of the provider.
    pub(super) fn provider(&mut self) -> &mut Breaker {
        &mut self.provider
    }

    /// Whether the server of an address may be asked, if it is not the provider.
    pub(super) fn admit(&mut self, to: &Address, now: Instant) -> Admission {
        let breaker = to.host().and_then(|host| self.hosts.get_mut(host));
        breaker.map_or(Admission::Free, |breaker| breaker.admit(now))
    }

    /// Notes what an attempt says of whoever was asked; answers until when they are not asked any more, if that
    /// follows.
    pub(super) fn note(&mut self, to: &Address, sign: Sign, now: Instant) -> Option<Instant> {
        let Some(host) = to.host() else {
            return self.provider.note(sign, now);
        };
        // what is well is not remembered
        if !self.hosts.contains_key(host) {
            if sign == Sign::Answers {
                return None;
            }
            if self.hosts.len() >= Self::MAX_HOSTS {
                self.hosts.retain(|_, breaker| breaker.is_open());
            }
            if self.hosts.len() >= Self::MAX_HOSTS {
                return None;
            }
        }
        let breaker = self.hosts.entry(host.to_owned()).or_default();
        let until = breaker.note(sign, now);
        if sign == Sign::Answers && !breaker.is_open() && breaker.is_well() {
            self.hosts.remove(host);
        }
        until
    }
}
