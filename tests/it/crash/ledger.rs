use std::collections::{BTreeMap, BTreeSet};

use crate::support::Copy;

/// What the server acknowledged to anybody, for each user.
#[derive(Default)]
pub(super) struct Ledger {
    entries: BTreeMap<(String, i64), Entry>,
    /// messages that were sent without a key and never answered: there once or not at all
    unsure: BTreeSet<String>,
    /// how many acknowledgements there were
    pub(super) acknowledged: usize,
}

struct Entry {
    message: String,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Sent,
    Read,
    Deleted,
}

impl Ledger {
    pub(super) fn sent(&mut self, user: &str, id: i64, message: &str) {
        let entry = Entry { message: message.to_owned(), state: State::Sent };
        let known = self.entries.insert((user.to_owned(), id), entry);
        assert!(known.is_none(), "{id} was acknowledged twice");
    }

    pub(super) fn unanswered(&mut self, messages: &[String]) {
        self.unsure.extend(messages.iter().cloned());
    }

    /// The items of a user that are known to be there.
    pub(super) fn known(&self, user: &str) -> Vec<i64> {
        let there = self.entries.iter().filter(|(_, entry)| entry.state != State::Deleted);
        there.filter(|((whose, _), _)| whose == user).map(|((_, id), _)| *id).collect()
    }

    pub(super) fn read(&mut self, user: &str, ids: &[i64]) {
        self.mark(user, ids, State::Read);
    }

    pub(super) fn deleted(&mut self, user: &str, ids: &[i64]) {
        self.mark(user, ids, State::Deleted);
    }

    fn mark(&mut self, user: &str, ids: &[i64], state: State) {
        for id in ids {
            self.entries.get_mut(&(user.to_owned(), *id)).unwrap().state = state;
        }
    }

    /// Holds a user's inbox against what was acknowledged.
    #[track_caller]
    pub(super) fn check(&self, user: &str, inbox: &Copy) {
        let mut expected = BTreeSet::new();
        for ((_, id), entry) in self.entries.iter().filter(|((whose, _), _)| whose == user) {
            let item = inbox.items.get(id);
            if entry.state == State::Deleted {
                assert!(item.is_none(), "{user}: {id} is back");
                continue;
            }
            let item = item.unwrap_or_else(|| panic!("{user}: {id} is lost"));
            assert_eq!(item["message"], entry.message);
            assert!(entry.state != State::Read || !item["read_at"].is_null(), "{item} was read");
            expected.insert(entry.message.as_str());
        }
        for (message, times) in inbox.messages() {
            assert_eq!(times, 1, "{user}: {message}");
            assert!(
                expected.contains(message) || self.unsure.contains(message),
                "{user}: nobody was told of {message}"
            );
        }
    }
}
