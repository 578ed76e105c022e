//! What follows on what is decided.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use herald_domain::{
    Case, Channel, ChannelSet, Content, Decision, DeliveryStatus, Priority, Reason, Timestamp,
    Verdict, decide,
};
use herald_ports::{DecidedLine, Planning};
use serde::Serialize;

use super::batch::{Batch, Pair, Told};
use super::statements::{
    ADD_DELIVERIES, ADD_DIGEST_ITEMS, ADD_HELD, ADD_NUMBERED_DELIVERIES, KEEP_DECISIONS,
};
use super::take::{Taken, What};
use crate::conn::{Conn, on_conn};
use crate::failure::{Failure, column};
use crate::preferences::Known;
use crate::rows::micros;
use crate::statements::{Part, Rows, WithRows};

/// A row of [`ADD_DELIVERIES`].
type NewDelivery = (
    Option<i64>,
    i64,
    &'static str,
    Option<i64>,
    &'static str,
    Option<String>,
    bool,
    i64,
    Option<i64>,
    Option<i64>,
);

/// What is to be written when all is decided.
#[derive(Default)]
pub(super) struct Decided {
    lines: BTreeMap<Pair, Vec<DecidedLine>>,
    /// rows of [`ADD_HELD`]
    held: Vec<(i64, i64, &'static str, bool, i64)>,
    deliveries: Vec<NewDelivery>,
    /// what was collected for a user and a channel
    digests: BTreeMap<(i64, Channel), Digest>,
    /// rows of [`ADD_NUMBERED_DELIVERIES`], and what each tells of
    bundles: Vec<(NewDelivery, Vec<i64>)>,
    /// the channels by which something goes out now
    pub(super) due: ChannelSet,
}

/// What goes out as one message to each address.
#[derive(Default)]
struct Digest {
    notifications: Vec<i64>,
    urgent: bool,
    /// when the last of them does; of those that do not, never
    expires_at: Option<Timestamp>,
}

impl Decided {
    /// Decides of all that was taken. What is of nobody, or of nothing, any more comes to nothing.
    pub(super) fn of(planning: &Planning, mut batch: Batch, taken: &[Taken]) -> Self {
        let mut decided = Self { lines: std::mem::take(&mut batch.lines), ..Self::default() };
        for one in taken {
            let of = (batch.told.get(&one.notification), batch.known.get(&one.user));
            if let (Some(told), Some(known)) = of {
                let is_read = batch.is_read(told, known);
                decided.take(one.what, &Subject { planning, told, known, is_read });
            }
        }
        decided.bundle(&batch, planning.now);
        decided
    }

    fn take(&mut self, what: What, subject: &Subject<'_>) {
        let case = subject.case();
        match what {
            What::All => {
                let decisions = decide(&case);
                let lines = decisions.iter().map(DecidedLine::of).collect();
                self.lines.insert(subject.pair(), lines);
                let external = decisions.iter().filter(|line| line.channel.is_external());
                external.for_each(|line| self.follow(line, subject));
            }
            What::Held(channel) => {
                let decision = case.decide(channel);
                self.replace(&decision, subject);
                self.follow(&decision, subject);
            }
            What::Digest(channel) => {
                let decision = case.decide(channel);
                self.replace(&decision, subject);
                match decision.verdict {
                    Verdict::Send => self.collect(channel, subject),
                    // the digest waits as a whole
                    Verdict::Hold(until) | Verdict::Digest(until) => {
                        self.hold(channel, true, until, subject);
                    }
                    Verdict::Suppress => {}
                }
            }
        }
    }

    /// Replaces what was decided of a channel before.
    fn replace(&mut self, decision: &Decision, subject: &Subject<'_>) {
        let lines = self.lines.entry(subject.pair()).or_default();
        lines.retain(|line| line.channel != decision.channel);
        lines.push(DecidedLine::of(decision));
        lines.sort_by_key(|line| line.channel);
    }

    /// Notes what follows on a decision about an external channel.
    fn follow(&mut self, decision: &Decision, subject: &Subject<'_>) {
        let channel = decision.channel;
        match decision.verdict {
            Verdict::Send => {
                for endpoint in addresses(subject.known, channel) {
                    self.deliveries.push(subject.due(channel, endpoint));
                    self.due.insert(channel);
                }
            }
            Verdict::Hold(until) => self.hold(channel, false, until, subject),
            Verdict::Digest(until) => self.hold(channel, true, until, subject),
            Verdict::Suppress => {
                // who asked for it is told that there was no way
                let is_asked = subject.told.route.asks_for(channel);
                if is_asked && decision.reason == Reason::NoEndpoint {
                    self.deliveries.push(subject.failed(channel, decision.reason.to_string()));
                }
            }
        }
    }

    fn hold(&mut self, channel: Channel, digest: bool, until: Timestamp, of: &Subject<'_>) {
        let (notification, user) = of.pair();
        self.held.push((notification, user, channel.as_str(), digest, until.as_micros()));
    }

    fn collect(&mut self, channel: Channel, subject: &Subject<'_>) {
        let (notification, user) = subject.pair();
        let content = &subject.told.what.content;
        let expires_at = content.expires_at;
        let digest = self
            .digests
            .entry((user, channel))
            .or_insert_with(|| Digest { expires_at, ..Digest::default() });
        digest.notifications.push(notification);
        digest.urgent |= is_urgent(content);
        digest.expires_at = digest.expires_at.zip(expires_at).map(|(one, other)| one.max(other));
    }

    /// Makes one message of what was collected, to each address.
    fn bundle(&mut self, batch: &Batch, now: Timestamp) {
        for ((user, channel), mut digest) in std::mem::take(&mut self.digests) {
            digest.notifications.sort_unstable();
            let known = batch.known.get(&user);
            for endpoint in known.into_iter().flat_map(|known| addresses(known, channel)) {
                let row = (
                    None,
                    user,
                    channel.as_str(),
                    endpoint,
                    DeliveryStatus::Pending.as_str(),
                    None,
                    digest.urgent,
                    now.as_micros(),
                    micros(digest.expires_at),
                    Some(now.as_micros()),
                );
                self.bundles.push((row, digest.notifications.clone()));
                self.due.insert(channel);
            }
        }
    }

    /// Writes it down.
    pub(super) fn write(self, conn: &mut Conn) -> Result<(), Failure> {
        let mut lines = Vec::with_capacity(self.lines.len());
        for ((notification, user), of) in self.lines {
            let json = column("decisions", "lines", serde_json::to_string(&of))?;
            lines.push((notification, user, json));
        }
        write(conn, KEEP_DECISIONS, &lines)?;
        write(conn, ADD_HELD, &self.held)?;
        write(conn, ADD_DELIVERIES, &self.deliveries)?;
        if self.bundles.is_empty() {
            return Ok(());
        }
        let (rows, told): (Vec<_>, Vec<_>) = self.bundles.into_iter().unzip();
        let rows = Rows::of(&rows)?;
        let add = WithRows::<BigInt>::new(ADD_NUMBERED_DELIVERIES, &rows);
        let mut ids: Vec<i64> = on_conn!(conn, c => add.load(c))?;
        // drawn in the order of the rows
        ids.sort_unstable();
        let items = ids.into_iter().zip(told);
        let items: Vec<(i64, i64)> =
            items.flat_map(|(id, told)| told.into_iter().map(move |one| (id, one))).collect();
        write(conn, ADD_DIGEST_ITEMS, &items)
    }
}

fn write<T: Serialize>(conn: &mut Conn, how: &'static [Part], rows: &[T]) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = Rows::of(rows)?;
    on_conn!(conn, c => WithRows::<()>::new(how, &rows).execute(c))?;
    Ok(())
}

/// What is told, and to whom.
struct Subject<'a> {
    planning: &'a Planning,
    told: &'a Told,
    known: &'a Known,
    is_read: bool,
}

impl Subject<'_> {
    fn case(&self) -> Case<'_> {
        let (profile, route) = (&self.known.profile, self.told.route);
        Case {
            content: &self.told.what.content,
            route,
            told_at: self.told.at,
            preferences: &profile.preferences,
            defaults: &self.planning.defaults,
            reach: route.reaching(profile.reach, self.planning.addressless),
            suppressed: profile.suppressed,
            is_disabled: profile.user.disabled_at.is_some(),
            is_read: self.is_read,
            now: self.planning.now,
        }
    }

    fn pair(&self) -> Pair {
        (self.told.what.id.get(), self.known.profile.user.key.get())
    }

    /// A delivery that goes out now.
    fn due(&self, channel: Channel, endpoint: Option<i64>) -> NewDelivery {
        let (notification, user) = self.pair();
        let content = &self.told.what.content;
        let now = self.planning.now.as_micros();
        (
            Some(notification),
            user,
            channel.as_str(),
            endpoint,
            DeliveryStatus::Pending.as_str(),
            None,
            is_urgent(content),
            now,
            micros(content.expires_at),
            Some(now),
        )
    }

    /// A delivery that cannot go out.
    fn failed(&self, channel: Channel, reason: String) -> NewDelivery {
        let mut row = self.due(channel, None);
        (row.4, row.5, row.9) = (DeliveryStatus::Failed.as_str(), Some(reason), None);
        row
    }
}

/// The endpoints to which something goes by a channel: `None` stands for the user's own address, and for
/// that of whoever has none and is given one.
fn addresses(known: &Known, channel: Channel) -> Vec<Option<i64>> {
    let of_channel = known.endpoints.iter().filter(|(_, address)| address.channel() == channel);
    let found: Vec<_> = of_channel.map(|(id, _)| Some(id.get())).collect();
    if found.is_empty() { vec![None] } else { found }
}

/// Whether it goes before what is not.
fn is_urgent(content: &Content) -> bool {
    matches!(content.priority, Priority::High | Priority::Critical)
}
