use std::time::{Duration, Instant};

/// How long a step goes on removing. Sends wait for it, and for the group of writes around it.
const LONGEST: Duration = Duration::from_millis(2);

/// How much one step may still remove.
pub(super) struct Budget {
    rows: usize,
    begun: Instant,
}

impl Budget {
    /// So many rows, and the time from now on.
    #[expect(clippy::disallowed_methods, reason = "measures how long a step takes")]
    pub(super) fn new(rows: usize) -> Self {
        Self { rows: rows.max(1), begun: Instant::now() }
    }

    /// The most rows that may still be removed.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The same, as databases count.
    pub(super) fn limit(&self) -> i64 {
        i64::try_from(self.rows).unwrap_or(i64::MAX)
    }

    /// Takes away what was removed.
    pub(super) fn spend(&mut self, rows: usize) {
        self.rows = self.rows.saturating_sub(rows);
    }

    /// Whether the step should end. To be asked after something was removed, so that each step
    /// gets on.
    pub(super) fn is_spent(&self) -> bool {
        self.rows == 0 || self.begun.elapsed() >= LONGEST
    }
}
