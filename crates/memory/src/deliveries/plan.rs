use std::collections::{BTreeMap, BTreeSet};

use herald_domain::{
    Case, Channel, ChannelSet, Content, Decision, DeliveryStatus, EndpointId, NotificationId,
    Priority, Reason, Timestamp, UserKey, Verdict, decide,
};
use herald_ports::{DecidedLine, Outcome, Planned, Planning};

use super::{Held, Pair, Row};
use crate::store::State;

impl State {
    /// Notes of whom something is to be decided: of those of the users whom an external channel may reach.
    pub(crate) fn leave_plans(
        &mut self,
        id: NotificationId,
        users: &BTreeSet<UserKey>,
        are_named: bool,
    ) {
        let Some(sending) = self.notifications.sending(id) else { return };
        let (route, open) = (sending.route, sending.open);
        let is_concerned = |user: &UserKey| {
            let (reach, eager) = self.wishes(*user);
            are_named && route.leads_out()
                || !reach.and(open).is_empty()
                || !eager.and(reach).and(route.wanted()).is_empty()
        };
        let concerned: Vec<_> = users.iter().copied().filter(is_concerned).collect();
        self.deliveries.plans.extend(concerned.into_iter().map(|user| (id, user)));
    }

    /// Of which of these something is to be decided.
    pub(crate) fn planned(&self, outcomes: &[Outcome]) -> Vec<NotificationId> {
        let sent = outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Sent(receipt) => Some(receipt.id),
            Outcome::Refused(_) => None,
        });
        let first = UserKey::default();
        sent.filter(|id| {
            let mut plans = self.deliveries.plans.range((*id, first)..);
            plans.next().is_some_and(|(planned, _)| planned == id)
        })
        .collect()
    }

    pub(super) fn plan(&mut self, planning: &Planning) -> Planned {
        let mut planned = Planned::default();
        let limit = planning.limit.max(1);
        let plans: Vec<_> = self.deliveries.plans.iter().copied().take(limit).collect();
        for pair in plans {
            self.deliveries.plans.remove(&pair);
            planned.taken += 1;
            self.decide_all(planning, pair, &mut planned.due);
        }
        let is_due = |held: &Held| held.due_at <= planning.now;
        let held = self.deliveries.held.iter().filter(|(_, held)| is_due(held));
        let held: Vec<_> = held.map(|(key, held)| (*key, held.is_digest)).collect();
        let mut digests: BTreeMap<(UserKey, Channel), Vec<NotificationId>> = BTreeMap::new();
        for ((id, user, channel), is_digest) in held {
            self.deliveries.held.remove(&(id, user, channel));
            planned.taken += 1;
            let Some(decision) = self.decide_again(planning, (id, user), channel) else {
                continue;
            };
            match decision.verdict {
                Verdict::Send if is_digest => digests.entry((user, channel)).or_default().push(id),
                // the digest waits as a whole
                Verdict::Hold(until) if is_digest => self.hold((id, user), channel, true, until),
                _ => self.follow(planning, (id, user), &decision, &mut planned.due),
            }
        }
        for ((user, channel), ids) in digests {
            for endpoint in self.addresses(user, channel) {
                let row = self.delivery((ids.clone(), true), user, channel, endpoint, planning.now);
                self.deliveries.add(row);
                planned.due.insert(channel);
            }
        }
        planned
    }

    fn decide_all(&mut self, planning: &Planning, pair: Pair, due: &mut ChannelSet) {
        let Some(decisions) = self.with_case(planning, pair, decide) else { return };
        let lines = decisions.iter().map(DecidedLine::of).collect();
        self.deliveries.decisions.insert(pair, lines);
        for decision in decisions.iter().filter(|decision| decision.channel.is_external()) {
            self.follow(planning, pair, decision, due);
        }
    }

    fn decide_again(
        &mut self,
        planning: &Planning,
        pair: Pair,
        channel: Channel,
    ) -> Option<Decision> {
        let decision = self.with_case(planning, pair, |case| case.decide(channel))?;
        let lines = self.deliveries.decisions.entry(pair).or_default();
        lines.retain(|line| line.channel != channel);
        lines.push(DecidedLine::of(&decision));
        lines.sort_by_key(|line| line.channel);
        Some(decision)
    }

    /// Decides about a notification and a user; `None` if one of them is gone.
    fn with_case<T>(
        &self,
        planning: &Planning,
        (id, user): Pair,
        decide: impl FnOnce(&Case<'_>) -> T,
    ) -> Option<T> {
        let sent = self.notifications.get(id)?;
        let route = self.notifications.sending(id)?.route;
        let profile = self.profile(user, planning.now)?;
        let content = &sent.notification.content;
        let item = self.inboxes.logs.get(&user).and_then(|log| log.item(id));
        let is_read = match item {
            Some(item) => item.flags.read_at.is_some(),
            // removing it is reading it, unless it never was there
            None => route.has_inbox() && !profile.preferences.hides(content),
        };
        Some(decide(&Case {
            content,
            route,
            told_at: sent.told_at(),
            preferences: &profile.preferences,
            defaults: &planning.defaults,
            reach: route.reaching(profile.reach, planning.addressless),
            suppressed: profile.suppressed,
            is_disabled: profile.user.disabled_at.is_some(),
            is_read,
            now: planning.now,
        }))
    }

    /// Notes what follows on a decision about an external channel.
    fn follow(
        &mut self,
        planning: &Planning,
        pair: Pair,
        decision: &Decision,
        due: &mut ChannelSet,
    ) {
        let ((id, user), channel) = (pair, decision.channel);
        match decision.verdict {
            Verdict::Send => {
                for endpoint in self.addresses(user, channel) {
                    let told = (vec![id], false);
                    let row = self.delivery(told, user, channel, endpoint, planning.now);
                    self.deliveries.add(row);
                    due.insert(channel);
                }
            }
            Verdict::Hold(until) => self.hold(pair, channel, false, until),
            Verdict::Digest(until) => self.hold(pair, channel, true, until),
            Verdict::Suppress => {
                // who asked for it is told that there was no way
                let sending = self.notifications.sending(id);
                let is_asked = sending.is_some_and(|sending| sending.route.asks_for(channel));
                if is_asked && decision.reason == Reason::NoEndpoint {
                    let told = (vec![id], false);
                    let mut row = self.delivery(told, user, channel, None, planning.now);
                    let reason = decision.reason.to_string();
                    row.end(DeliveryStatus::Failed, Some(reason), planning.now);
                    self.deliveries.add(row);
                }
            }
        }
    }

    fn hold(&mut self, (id, user): Pair, channel: Channel, is_digest: bool, due_at: Timestamp) {
        self.deliveries.held.insert((id, user, channel), Held { due_at, is_digest });
    }

    /// The endpoints to which something goes by a channel: `None` stands for the user's own address, and
    /// for that of whoever has none and is given one.
    fn addresses(&self, user: UserKey, channel: Channel) -> Vec<Option<EndpointId>> {
        let reachable = self.endpoints.reachable(user);
        let of_channel = reachable.filter(|endpoint| endpoint.address.channel() == channel);
        let found: Vec<_> = of_channel.map(|endpoint| Some(endpoint.id)).collect();
        if found.is_empty() { vec![None] } else { found }
    }

    /// A delivery that is due now.
    fn delivery(
        &self,
        (notifications, is_digest): (Vec<NotificationId>, bool),
        user: UserKey,
        channel: Channel,
        endpoint: Option<EndpointId>,
        now: Timestamp,
    ) -> Row {
        let told = notifications.iter().filter_map(|id| self.notifications.get(*id));
        let contents: Vec<_> = told.map(|sent| &sent.notification.content).collect();
        let ends: Option<Vec<_>> = contents.iter().map(|content| content.expires_at).collect();
        Row {
            urgent: contents.iter().any(|content| is_urgent(content)),
            expires_at: ends.and_then(|ends| ends.into_iter().max()),
            notifications,
            is_digest,
            user,
            channel,
            endpoint,
            status: DeliveryStatus::Pending,
            reason: None,
            attempts: 0,
            claims: 0,
            lost: 0,
            created_at: now,
            updated_at: now,
            due_at: Some(now),
            log: Vec::new(),
        }
    }
}

/// Whether it goes before what is not.
fn is_urgent(content: &Content) -> bool {
    matches!(content.priority, Priority::High | Priority::Critical)
}
