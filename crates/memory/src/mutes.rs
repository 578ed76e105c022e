use std::collections::{BTreeMap, BTreeSet, HashMap};

use herald_domain::{Category, Mute, Timestamp, UserKey};

/// What each user does not want to hear of.
#[derive(Debug, Default)]
pub(crate) struct Mutes {
    by_user: HashMap<UserKey, BTreeMap<Category, Mute>>,
    /// the mutes by when they end
    ends: BTreeSet<(Timestamp, UserKey, Category)>,
}

impl Mutes {
    /// Whether a user mutes a category.
    pub(crate) fn hold(&self, user: UserKey, category: &Category, now: Timestamp) -> bool {
        let mute = self.by_user.get(&user).and_then(|mutes| mutes.get(category));
        mute.is_some_and(|mute| mute.holds(now))
    }

    /// The mutes of a user that hold.
    pub(crate) fn of(&self, user: UserKey, now: Timestamp) -> Vec<Mute> {
        let mutes = self.by_user.get(&user).into_iter().flat_map(BTreeMap::values);
        mutes.filter(|mute| mute.holds(now)).cloned().collect()
    }

    /// Replaces all mutes of a user.
    pub(crate) fn set(&mut self, user: UserKey, mutes: Vec<Mute>) {
        for mute in self.by_user.remove(&user).into_iter().flat_map(BTreeMap::into_values) {
            if let Some(until) = mute.until {
                self.ends.remove(&(until, user, mute.category));
            }
        }
        for mute in mutes {
            if let Some(until) = mute.until {
                self.ends.insert((until, user, mute.category.clone()));
            }
            self.by_user.entry(user).or_default().insert(mute.category.clone(), mute);
        }
    }

    /// Forgets what a user did not want to hear of.
    pub(crate) fn forget_user(&mut self, user: UserKey) {
        self.set(user, Vec::new());
    }

    /// Forgets the mute that ended first, if it did until then; how many that were.
    pub(crate) fn forget_ended(&mut self, until: Timestamp) -> usize {
        if self.ends.first().is_none_or(|(end, ..)| *end > until) {
            return 0;
        }
        let ended = self.ends.pop_first();
        let forgotten = ended.and_then(|(_, user, category)| {
            self.by_user.get_mut(&user).and_then(|mutes| mutes.remove(&category))
        });
        usize::from(forgotten.is_some())
    }
}
