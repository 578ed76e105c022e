use std::time::Duration;

use herald_domain::{
    Address, Attempt, Channel, DeliveryId, DeliveryStatus, Outcome, Timestamp, UserId, UserKey,
};
use herald_ports::{Claimed, Record, Then};

use super::Row;
use crate::store::State;

/// How often in a row a delivery may be lost: it may be what ends those who take it on.
const MOST_LOST: u32 = 10;

/// Why such a delivery failed.
const LOST: &str = "whoever took it on ended before the attempt was over, ten times in a row";

impl State {
    pub(super) fn claim(
        &mut self,
        channel: Channel,
        limit: usize,
        lease: Duration,
        now: Timestamp,
    ) -> Vec<Claimed> {
        let is_due = |row: &Row| row.channel == channel && row.due_at.is_some_and(|at| at <= now);
        let due = self.deliveries.all.iter().filter(|(_, row)| is_due(row));
        let mut due: Vec<_> = due.map(|(id, row)| (!row.urgent, row.due_at, *id)).collect();
        due.sort_unstable();
        let mut claimed = Vec::new();
        for (.., id) in due.into_iter().take(limit) {
            let Some(row) = self.deliveries.all.get_mut(&id) else { continue };
            if row.status == DeliveryStatus::Sending {
                row.log.push(Attempt { at: now, outcome: Outcome::Lost, detail: None });
                row.lost += 1;
                if row.lost >= MOST_LOST {
                    row.end(DeliveryStatus::Failed, Some(LOST.to_owned()), now);
                    continue;
                }
            }
            row.status = DeliveryStatus::Sending;
            row.claims += 1;
            (row.updated_at, row.due_at) = (now, Some(now.plus(lease)));
            claimed.extend(self.claimed(id, now));
        }
        claimed
    }

    fn claimed(&self, id: DeliveryId, now: Timestamp) -> Option<Claimed> {
        let row = self.deliveries.all.get(&id)?;
        let told = row.notifications.iter().filter_map(|id| self.notifications.get(*id));
        let notifications: Vec<_> = told.map(|sent| sent.notification.clone()).collect();
        let first = self.notifications.sending(notifications.first()?.id)?;
        let profile = self.profile(row.user, now);
        let lacks_address = row.endpoint.is_none()
            && profile.as_ref().is_some_and(|of| of.lacks_address(row.channel));
        Some(Claimed {
            id,
            claim: row.claims,
            attempt: row.attempts + 1,
            user: row.user,
            recipient: profile
                .as_ref()
                .map_or_else(|| UserId::of_registered(row.user), |of| of.user.id.clone()),
            locale: profile.and_then(|of| of.preferences.locale),
            to: self.address(row, now),
            lacks_address,
            notifications,
            traceparent: first.traceparent.clone(),
            expires_at: row.expires_at,
        })
    }

    /// Where a delivery goes now.
    fn address(&self, row: &Row, now: Timestamp) -> Option<Address> {
        let profile = self.profile(row.user, now)?;
        if profile.user.disabled_at.is_some() || profile.suppressed.contains(row.channel) {
            return None;
        }
        match (row.endpoint, row.channel) {
            (Some(id), _) => {
                let found = self.endpoints.reachable(row.user).find(|other| other.id == id);
                found.map(|endpoint| endpoint.address.clone())
            }
            (None, Channel::Email) => profile.user.email.map(Address::Email),
            (None, Channel::Sms) => profile.user.phone.map(Address::Sms),
            _ => None,
        }
    }

    pub(super) fn record(&mut self, record: Record, now: Timestamp) {
        let Record { id, claim, attempt, then } = record;
        let is_theirs =
            |row: &&mut Row| row.status == DeliveryStatus::Sending && row.claims == claim;
        let Some(row) = self.deliveries.all.get_mut(&id).filter(is_theirs) else { return };
        let is_release = matches!(then, Then::Release(_));
        if !is_release && attempt.as_ref().is_some_and(|made| made.outcome != Outcome::Lost) {
            row.attempts += 1;
            row.lost = 0;
        }
        row.log.extend(attempt);
        match then {
            Then::Sent => row.end(DeliveryStatus::Sent, None, now),
            Then::Retry(at) => {
                row.end(DeliveryStatus::Retrying, None, now);
                row.due_at = Some(at);
            }
            Then::Release(at) => {
                let is_new = row.attempts == 0;
                let before =
                    if is_new { DeliveryStatus::Pending } else { DeliveryStatus::Retrying };
                row.end(before, None, now);
                row.due_at = Some(at);
            }
            Then::Fail(why) => row.end(DeliveryStatus::Failed, Some(why), now),
            Then::Suppress(why) => row.end(DeliveryStatus::Suppressed, Some(why), now),
            Then::FailForGood(why) => {
                row.end(DeliveryStatus::Failed, Some(why.clone()), now);
                let (user, channel, endpoint) = (row.user, row.channel, row.endpoint);
                match endpoint {
                    Some(endpoint) => {
                        self.endpoints.remove(user, endpoint);
                    }
                    None => self.suppress_own(user, channel, why, now),
                }
            }
        }
    }

    /// Suppresses a user's e-mail address or telephone.
    fn suppress_own(&mut self, user: UserKey, channel: Channel, why: String, now: Timestamp) {
        let address = self.users.by_key(user).and_then(|user| match channel {
            Channel::Email => user.email.as_ref().map(ToString::to_string),
            Channel::Sms => user.phone.as_ref().map(ToString::to_string),
            Channel::InApp | Channel::Push | Channel::WebPush | Channel::Webhook => None,
        });
        if let Some(address) = address {
            self.suppressions.add(channel, address, why, now);
        }
    }
}
