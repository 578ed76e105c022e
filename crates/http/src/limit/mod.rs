//! Rate limits: how often one caller may ask.
//!
//! Whoever shows a valid credential is counted by that alone, for one address may be a whole company,
//! or an application's backend; everybody else is counted by address. What is limited is a request
//! and not what it does: a batch is one.

mod address;
mod announce;
mod class;
mod count;
mod counted;
mod limiter;
mod quota;
mod rate;
mod shared;

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use tokio::time::Instant;

pub(crate) use address::Network;
pub use address::{NotAProxy, TrustedProxies};
pub(crate) use announce::announce;
pub use class::Class;
pub(crate) use count::{count_account, count_caller, count_network};
use counted::Counted;
use limiter::{Limiter, Standing};
pub use rate::{NotARate, Rate, Rates};
pub use shared::SharedLimits;
use shared::Unsaid;

/// How often what is as good as never seen is forgotten.
const UPKEEP: Duration = Duration::from_secs(10);

/// Who has asked how often, for all workers; no lock is held while anything waits.
pub struct RateLimits {
    limiters: [Option<Limiter>; Class::ALL.len()],
    proxies: TrustedProxies,
    unsaid: Unsaid,
}

impl RateLimits {
    /// Nobody has asked yet. A class without a rate is not limited, and says nothing of limits.
    pub fn new(rates: &Rates, proxies: TrustedProxies) -> Self {
        let limiter = |class| rates.of(class).map(|rate| Limiter::new(class, rate));
        Self { limiters: Class::ALL.map(limiter), proxies, unsaid: Unsaid::default() }
    }

    /// Counts one more; `None` if the class is not limited.
    fn count(&self, class: Class, who: &Counted) -> Option<Standing> {
        let limiter = self.limiters[class as usize].as_ref()?;
        let standing = limiter.count(who, Instant::now());
        if !standing.is_refused {
            self.unsaid.note(class, who);
        }
        Some(standing)
    }

    /// Notes that another node has counted so many.
    fn owe(&self, class: Class, who: Counted, times: u32) {
        if let Some(limiter) = &self.limiters[class as usize] {
            limiter.owe(who, times, Instant::now());
        }
    }

    /// Where the request comes from, as far as that can be believed.
    fn network(&self, request: &HttpRequest) -> Network {
        Network::of(self.proxies.client(request.peer_addr(), request.headers()))
    }

    /// Keeps what is remembered from growing: whoever has all of a quota back is forgotten, which at
    /// the usual rates is a moment after a request, so that there are never more than ask within
    /// seconds.
    pub(crate) async fn upkeep(self: Arc<Self>) {
        let mut turn = tokio::time::interval(UPKEEP);
        loop {
            turn.tick().await;
            let now = Instant::now();
            self.limiters.iter().flatten().for_each(|limiter| limiter.forget(now));
        }
    }
}
