/// Randomness, for ids and secrets alike: an adapter must be fit for secrets.
pub trait IdGenerator: Send + Sync + 'static {
    /// 256 bits that nobody can guess.
    fn secret(&self) -> [u8; 32];

    /// 128 bits that nobody else has, as 32 hexadecimal digits.
    fn id(&self) -> String {
        use std::fmt::Write;
        self.secret()[..16].iter().fold(String::with_capacity(32), |mut text, byte| {
            // writing to a String cannot fail
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl IdGenerator for SystemRandom {
    /// # Panics
    ///
    /// If the operating system has no randomness to give: going on without would be unsafe.
    #[expect(clippy::disallowed_methods, reason = "this is the port that everybody else asks")]
    #[expect(clippy::expect_used, reason = "no secret can be made without randomness")]
    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the operating system gives randomness");
        bytes
    }
}
