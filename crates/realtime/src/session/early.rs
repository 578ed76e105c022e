use herald_domain::Rev;

use crate::Frame;

/// Messages whose turn has not come, for an earlier one is missing; `None` where there are no words
/// for it.
#[derive(Debug, Default)]
pub(super) struct Early(Vec<(Rev, Option<Frame>)>);

impl Early {
    /// More than this many are not waited with.
    const MOST: usize = 64;

    /// Keeps a message; `false` if there are too many.
    pub(super) fn keep(&mut self, rev: Rev, frame: Option<Frame>) -> bool {
        match self.0.binary_search_by_key(&rev, |(rev, _)| *rev) {
            Ok(_) => true,
            Err(_) if self.0.len() == Self::MOST => false,
            Err(place) => {
                self.0.insert(place, (rev, frame));
                true
            }
        }
    }

    /// The message of that revision, the next one in turn.
    pub(super) fn take(&mut self, rev: Rev) -> Option<Option<Frame>> {
        self.0.first().filter(|(first, _)| *first == rev)?;
        let (_, frame) = self.0.remove(0);
        if self.0.is_empty() {
            self.clear();
        }
        Some(frame)
    }

    /// Forgets them all, and the memory they took.
    pub(super) fn clear(&mut self) {
        self.0 = Vec::new();
    }
}
