use std::time::{Duration, Instant};

use crate::conn::Conn;

/// How long a step goes on removing on SQLite. Sends wait for it, and for the group of writes around it.
const LONGEST: Duration = Duration::from_millis(2);
/// How long on PostgreSQL, where a row costs a way to the server, and only who needs the same rows waits.
const LONGEST_BESIDE_OTHERS: Duration = Duration::from_millis(50);

/// How much one step may still remove.
pub(super) struct Budget {
    rows: usize,
    begun: Instant,
    longest: Duration,
}

impl Budget {
    /// So many rows, and the time from now on.
    #[expect(clippy::disallowed_methods, reason = "measures how long a step takes")]
    pub(super) fn new(conn: &Conn, rows: usize) -> Self {
        let longest = if conn.is_alone() { LONGEST } else { LONGEST_BESIDE_OTHERS };
        Self { rows: rows.max(1), begun: Instant::now(), longest }
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
        self.rows == 0 || self.begun.elapsed() >= self.longest
    }
}
