use std::time::Duration;

use herald_ports::IdGenerator;

/// How long to wait before the next try: a random time, from half a second up to a limit that
/// doubles each time, so that those who lost the same server do not come back together.
#[derive(Default)]
pub(super) struct Backoff {
    tries: u32,
}

impl Backoff {
    const SHORTEST: Duration = Duration::from_millis(500);
    const LONGEST: Duration = Duration::from_secs(30);

    pub(super) fn next(&mut self, random: &dyn IdGenerator) -> Duration {
        self.tries += 1;
        let limit = Self::SHORTEST.saturating_mul(1 << self.tries.min(6)).min(Self::LONGEST);
        let [a, b, ..] = random.secret();
        let part = f64::from(u16::from_le_bytes([a, b])) / f64::from(u16::MAX);
        Self::SHORTEST + (limit - Self::SHORTEST).mul_f64(part)
    }

    pub(super) fn reset(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws the least, or the most.
    struct Always(u8);

    impl IdGenerator for Always {
        fn secret(&self) -> [u8; 32] {
            [self.0; 32]
        }
    }

    #[test]
    fn the_limit_doubles_up_to_half_a_minute() {
        let mut backoff = Backoff::default();
        let limits: Vec<_> = (0..8).map(|_| backoff.next(&Always(255)).as_millis()).collect();
        assert_eq!(limits, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
        assert_eq!(backoff.next(&Always(0)).as_millis(), 500);
        backoff.reset();
        assert_eq!(backoff.next(&Always(255)).as_millis(), 1_000);
    }
}
