use std::collections::BTreeMap;

use herald_domain::{
    Case, Channel, Defaults, InboxItem, NotificationId, Preferences, Route, Verdict, decide,
};
use herald_ports::Profile;

/// What a change of preferences would have meant to the latest notifications.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preview {
    /// how many were looked at
    pub looked_at: usize,
    /// those that nobody would have been told of: neither in the inbox nor otherwise
    pub muted: Vec<NotificationId>,
    /// by channel, how many go out, or are held or collected: as it is, and as it would have been
    pub channels: BTreeMap<Channel, (usize, usize)>,
}

impl Preview {
    /// Of these items, which came when nothing was held any more.
    pub(crate) fn of(
        items: &[InboxItem],
        profile: &Profile,
        changed: &Preferences,
        defaults: &Defaults,
    ) -> Self {
        let mut preview = Self { looked_at: items.len(), ..Self::default() };
        let told = |item: &InboxItem, preferences: &Preferences| -> Vec<Channel> {
            let notification = &item.notification;
            let lines = decide(&Case {
                // what has expired meanwhile was worth showing then
                content: &notification.content,
                route: Route::default(),
                told_at: notification.created_at,
                preferences,
                defaults,
                reach: profile.reach,
                suppressed: profile.suppressed,
                is_disabled: profile.user.disabled_at.is_some(),
                is_read: false,
                now: notification.created_at,
            });
            let told = lines.into_iter().filter(|line| line.verdict != Verdict::Suppress);
            told.map(|line| line.channel).collect()
        };
        for item in items {
            let (before, after) = (told(item, &profile.preferences), told(item, changed));
            if after.is_empty() && !before.is_empty() {
                preview.muted.push(item.id());
            }
            before.into_iter().for_each(|channel| preview.count(channel).0 += 1);
            after.into_iter().for_each(|channel| preview.count(channel).1 += 1);
        }
        preview
    }

    fn count(&mut self, channel: Channel) -> &mut (usize, usize) {
        self.channels.entry(channel).or_default()
    }
}
