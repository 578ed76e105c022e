use std::time::Duration;

use crate::Timestamp;

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long things are kept.
///
/// What has its time behind it is removed by a janitor that comes by now and then, so each may
/// stay a little longer than is said here, and never goes earlier.
///
/// ```
/// use std::time::Duration;
/// use herald_domain::{Leftover, Retention, Timestamp};
///
/// let now = Timestamp::parse("2026-11-21T09:00:00Z").unwrap();
/// let retention = Retention::default();
/// assert_eq!(retention.max_items, 1_000);
/// assert_eq!(
///     retention.until(Leftover::IdempotencyKeys, now),
///     Timestamp::parse("2026-11-20T09:00:00Z").unwrap(),
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// the most items of one inbox, archived ones too; beyond it the oldest go
    pub max_items: u32,
    /// how old an item becomes; any age, if `None`
    pub max_age: Option<Duration>,
    /// how long a request that is repeated under its idempotency key is answered as it was
    pub idempotency_keys: Duration,
    /// how long a device may be away and still be told what was removed meanwhile
    pub tombstones: Duration,
    /// how old a notification becomes that no inbox holds any more: so long its sender may look at
    /// it
    pub notifications: Duration,
    /// how long a process may be away and still be told whose rights were revoked meanwhile
    pub revocations: Duration,
    /// how long a login is kept that has ended
    pub logins: Duration,
    /// how long a delivery is kept that has ended, so that it can be looked at, or begun anew
    pub deliveries: Duration,
    /// how long the id of a user who was deleted is remembered: so long a token of that time is
    /// refused
    pub deletions: Duration,
    /// how long a message is kept that was given to the sandbox
    pub sandbox: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            max_items: 1_000,
            max_age: None,
            idempotency_keys: 24 * HOUR,
            tombstones: 7 * DAY,
            notifications: DAY,
            revocations: 7 * DAY,
            logins: 7 * DAY,
            deliveries: 30 * DAY,
            deletions: 30 * DAY,
            sandbox: DAY,
        }
    }
}

impl Retention {
    /// An age limit in days.
    pub fn days(days: u32) -> Duration {
        DAY * days
    }

    /// What inboxes keep at this moment.
    pub fn keep(&self, now: Timestamp) -> Keep {
        Keep { items: self.max_items, after: self.max_age.map(|age| now.minus(age)) }
    }

    /// Leftovers of this moment or earlier have been kept long enough.
    pub fn until(&self, leftover: Leftover, now: Timestamp) -> Timestamp {
        now.minus(match leftover {
            Leftover::Tombstones => self.tombstones,
            Leftover::Notifications => self.notifications,
            Leftover::IdempotencyKeys => self.idempotency_keys,
            Leftover::Tickets | Leftover::Mutes | Leftover::Topics | Leftover::Estates => {
                Duration::ZERO
            }
            Leftover::Revocations => self.revocations,
            Leftover::Logins => self.logins,
            Leftover::Deliveries => self.deliveries,
            Leftover::Deletions => self.deletions,
            Leftover::Sandbox => self.sandbox,
        })
    }
}

/// What an inbox keeps: its newest items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// at most so many
    pub items: u32,
    /// those of notifications created after this moment; all, if `None`
    pub after: Option<Timestamp>,
}

/// What is of no use to anybody after a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leftover {
    /// what was noted of an item's removal, for devices that were away; its moment is the removal
    Tombstones,
    /// a delivery that has ended, with its attempts; its moment is its end
    Deliveries,
    /// a notification that no inbox holds any more, with what was decided about it, unless something is
    /// still to be decided, or a delivery of it may go out or be begun anew; its moment is its creation
    Notifications,
    /// the answer to a request with an idempotency key; its moment is that request
    IdempotencyKeys,
    /// a ticket that was not redeemed; its moment is its end
    Tickets,
    /// an entry in the log of revocations; its moment is the revocation
    Revocations,
    /// a login with all its refresh tokens, which are kept together: as long as the login could go
    /// on, a token that is used twice must be recognised. Its moment is when it was revoked, or else
    /// when its newest refresh token ended
    Logins,
    /// a mute that has ended; its moment is its end
    Mutes,
    /// a deleted topic, with the subscriptions that ended with it; its moment is the deletion
    Topics,
    /// what a deleted user had: items, what was noted of removals, logins, deliveries; its moment is the deletion
    Estates,
    /// that a user of some id was deleted; its moment is the deletion
    Deletions,
    /// a message that was given to the sandbox; its moment is when it came
    Sandbox,
}

impl Leftover {
    /// Each of them; what an estate gives free is found in the same round.
    pub const ALL: [Self; 12] = [
        Self::Estates,
        Self::Tombstones,
        Self::Deliveries,
        Self::Notifications,
        Self::IdempotencyKeys,
        Self::Tickets,
        Self::Revocations,
        Self::Logins,
        Self::Mutes,
        Self::Topics,
        Self::Deletions,
        Self::Sandbox,
    ];
}
