/// Numbers that look random, and are the same again for the same seed (SplitMix64).
#[derive(Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    /// From `TEST_SEED`, or else a new seed each time; it is printed, so that a failure can be
    /// repeated.
    #[expect(clippy::print_stdout, reason = "shown if the test fails")]
    pub(crate) fn new() -> Self {
        let seed = std::env::var("TEST_SEED").ok().map_or_else(fresh, |seed| seed.parse().unwrap());
        println!("TEST_SEED={seed}");
        Self(seed)
    }

    /// Another one, for a task of its own.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.next())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Less than `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    /// True once in `n` times.
    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of these.
    pub(crate) fn pick<'a, T>(&mut self, choice: &'a [T]) -> &'a T {
        &choice[self.below(choice.len())]
    }

    /// Waits for a while of up to so many milliseconds: chance is what is wanted here.
    pub(crate) async fn pause(&mut self, milliseconds: usize) {
        let wait = u64::try_from(self.below(milliseconds + 1)).unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
    }
}

fn fresh() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0)
}

/// How much a test does: a variable raises it for a longer run.
pub(crate) fn amount(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap())
}
