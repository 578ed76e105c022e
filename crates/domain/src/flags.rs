use crate::{Rule, Timestamp, Violation};

/// What one user did with one item, and when.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags {
    /// when it was first shown
    pub seen_at: Option<Timestamp>,
    /// when it was read; what is read has been seen
    pub read_at: Option<Timestamp>,
    /// when it was put away; what is archived counts neither as unread nor as unseen
    pub archived_at: Option<Timestamp>,
}

impl Flags {
    /// Whether the unread count includes it.
    pub fn counts_unread(self) -> bool {
        self.read_at.is_none() && self.archived_at.is_none()
    }

    /// Whether the unseen count includes it.
    pub fn counts_unseen(self) -> bool {
        self.seen_at.is_none() && self.archived_at.is_none()
    }
}

/// A change of an item's flags: `None` leaves a flag as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Patch {
    seen: Option<bool>,
    read: Option<bool>,
    archived: Option<bool>,
}

impl Patch {
    /// Checks that the flags do not contradict each other, and draws the consequences: reading is
    /// seeing, and what is made unseen is unread again.
    pub fn new(
        seen: Option<bool>,
        read: Option<bool>,
        archived: Option<bool>,
    ) -> Result<Self, Violation> {
        if seen.is_none() && read.is_none() && archived.is_none() {
            let detail = "must set at least one of seen, read, archived";
            return Err(Violation::new("body", Rule::Required, detail));
        }
        match (seen, read) {
            (Some(false), Some(true)) => {
                let detail = "what is read has been seen";
                Err(Violation::new("seen", Rule::Contradiction, detail))
            }
            (_, Some(true)) => Ok(Self { seen: Some(true), read, archived }),
            (Some(false), _) => Ok(Self { seen, read: Some(false), archived }),
            _ => Ok(Self { seen, read, archived }),
        }
    }

    /// Mark as seen.
    pub const fn seen() -> Self {
        Self { seen: Some(true), read: None, archived: None }
    }

    /// Mark as read (and so as seen), or as unread.
    pub const fn read(read: bool) -> Self {
        Self { seen: if read { Some(true) } else { None }, read: Some(read), archived: None }
    }

    /// Put away, or take back.
    pub const fn archived(archived: bool) -> Self {
        Self { seen: None, read: None, archived: Some(archived) }
    }

    /// The flags afterwards. A flag that was set before keeps its time.
    #[must_use]
    pub fn apply(self, flags: Flags, now: Timestamp) -> Flags {
        let set = |wanted: Option<bool>, at: Option<Timestamp>| match wanted {
            Some(true) => at.or(Some(now)),
            Some(false) => None,
            None => at,
        };
        Flags {
            seen_at: set(self.seen, flags.seen_at),
            read_at: set(self.read, flags.read_at),
            archived_at: set(self.archived, flags.archived_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_micros(7);

    proptest! {
        #[test]
        fn what_is_read_has_been_seen(steps: Vec<(Option<bool>, Option<bool>, Option<bool>)>) {
            let mut flags = Flags::default();
            for (seen, read, archived) in steps {
                if let Ok(patch) = Patch::new(seen, read, archived) {
                    flags = patch.apply(flags, NOW);
                    prop_assert!(flags.read_at.is_none() || flags.seen_at.is_some());
                }
            }
        }

        #[test]
        fn a_patch_twice_is_a_patch_once(seen: Option<bool>, read: Option<bool>, archived: Option<bool>) {
            if let Ok(patch) = Patch::new(seen, read, archived) {
                let once = patch.apply(Flags::default(), NOW);
                prop_assert_eq!(patch.apply(once, Timestamp::from_micros(8)), once);
            }
        }
    }

    #[test]
    fn an_archived_item_counts_nowhere() {
        let flags = Patch::archived(true).apply(Flags::default(), NOW);
        assert!(!flags.counts_unread() && !flags.counts_unseen());
    }

    #[test]
    fn contradictions_are_refused() {
        assert!(Patch::new(Some(false), Some(true), None).is_err());
        assert!(Patch::new(None, None, None).is_err());
    }
}
