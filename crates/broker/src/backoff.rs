use std::sync::Arc;
use std::time::Duration;

use herald_ports::IdGenerator;

/// How long to wait before the next attempt to connect: a random time up to a bound that doubles with
/// each attempt (full jitter), so that many nodes do not come back in the same moment.
#[derive(Clone)]
pub struct Backoff {
    ids: Arc<dyn IdGenerator>,
    attempts: u32,
}

impl Backoff {
    /// The shortest wait.
    pub const MIN: Duration = Duration::from_millis(100);
    /// The longest wait.
    pub const MAX: Duration = Duration::from_secs(10);

    /// Beginning with short waits.
    pub fn new(ids: Arc<dyn IdGenerator>) -> Self {
        Self { ids, attempts: 0 }
    }

    /// The wait after another attempt that failed.
    pub fn failed(&mut self) -> Duration {
        let wait = self.after(self.attempts);
        self.attempts = self.attempts.saturating_add(1);
        wait
    }

    /// An attempt succeeded: waits are short again.
    pub fn succeeded(&mut self) {
        self.attempts = 0;
    }

    /// The wait after so many attempts that failed before the last.
    pub fn after(&self, attempts: u32) -> Duration {
        let bound = Self::MIN.saturating_mul(1 << attempts.min(16)).min(Self::MAX);
        let [a, b, c, d, ..] = self.ids.secret();
        let share = f64::from(u32::from_le_bytes([a, b, c, d])) / f64::from(u32::MAX);
        Self::MIN.max(bound.mul_f64(share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Always(u8);

    impl IdGenerator for Always {
        fn secret(&self) -> [u8; 32] {
            [self.0; 32]
        }
    }

    #[test]
    fn waits_double_up_to_a_bound_and_are_spread_below_it() {
        let mut longest = Backoff::new(Arc::new(Always(0xff)));
        let waits: Vec<_> = (0..9).map(|_| longest.failed().as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
        longest.succeeded();
        assert_eq!(longest.failed(), Backoff::MIN);

        let half = Backoff::new(Arc::new(Always(0x7f)));
        let wait = half.after(20);
        assert!((Duration::from_secs(4)..Duration::from_secs(6)).contains(&wait), "{wait:?}");
        assert_eq!(Backoff::new(Arc::new(Always(0))).after(20), Backoff::MIN);
    }
}
