use std::collections::{BTreeMap, BTreeSet};

use crate::support::Copy;

/// What was acknowledged.
#[derive(Default)]
pub(in super::super) struct Ledger {
    /// to one user each
    pub(super) direct: Vec<(&'static str, i64, String)>,
    pub(super) broadcasts: Vec<(i64, String)>,
    pub(super) read: BTreeSet<(&'static str, i64)>,
    /// how many requests had no answer, and were made again
    pub(in super::super) broken: usize,
    /// how many were answered that it does not go now, and were made again
    pub(in super::super) refused: usize,
}

impl Ledger {
    /// Holds a user's inbox against it.
    #[track_caller]
    pub(super) fn check(&self, user: &'static str, inbox: &Copy) {
        assert!(self.direct.len() > 100, "some work was done: {}", self.direct.len());
        inbox.check_counts();
        let direct = self.direct.iter().filter(|(to, _, _)| *to == user);
        let direct = direct.map(|(_, id, message)| (*id, message.as_str()));
        let to_all = self.broadcasts.iter().map(|(id, message)| (*id, message.as_str()));
        let expected: BTreeMap<i64, &str> = direct.chain(to_all).collect();
        let there: BTreeMap<i64, &str> =
            inbox.items.iter().map(|(id, item)| (*id, item["message"].as_str().unwrap())).collect();
        assert_eq!(there, expected, "{user}");
        let messages = inbox.messages();
        assert!(messages.values().all(|times| *times == 1), "{user}: {messages:?}");

        let was_read = |id: &i64| self.read.contains(&(user, *id));
        let mut changes = there.len();
        for (id, item) in &inbox.items {
            assert_eq!(!item["read_at"].is_null(), was_read(id), "{user}: {item}");
            changes += usize::from(was_read(id));
        }
        assert_eq!(inbox.rev, changes as i64, "{user}: each change has taken one revision");
    }

    /// Says how much it was.
    #[expect(clippy::print_stdout, reason = "what a long run was good for")]
    pub(super) fn tell(&self, faults: &str) {
        println!(
            "{faults}; acknowledged: {} to one user, {} to all, {} read; made again: {} without an answer, {} refused",
            self.direct.len(),
            self.broadcasts.len(),
            self.read.len(),
            self.broken,
            self.refused,
        );
    }
}
