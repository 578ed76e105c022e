use std::time::Duration;

use super::{ChannelSet, Defaults, Preferences, Reason, Route};
use crate::{Channel, Content, Priority, Timestamp};

/// Of what is decided: one notification, and one user.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// what it says
    pub content: &'a Content,
    /// by which ways its sender wants it told
    pub route: Route,
    /// when it was told
    pub told_at: Timestamp,
    /// what the user wants
    pub preferences: &'a Preferences,
    /// what holds where the user has said nothing
    pub defaults: &'a Defaults,
    /// by which channels the user has an address
    pub reach: ChannelSet,
    /// by which of them every address is suppressed
    pub suppressed: ChannelSet,
    /// whether the user may not act
    pub is_disabled: bool,
    /// whether the user has read it
    pub is_read: bool,
    /// when this is decided
    pub now: Timestamp,
}

/// What is done about one channel, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// the channel
    pub channel: Channel,
    /// what is done
    pub verdict: Verdict,
    /// which rule decided it
    pub reason: Reason,
}

/// What is done about a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// it goes out now
    Send,
    /// it is decided again at that time, which is later than now
    Hold(Timestamp),
    /// it goes out at that time, which is later than now, with whatever else was collected for it
    Digest(Timestamp),
    /// it does not go out
    Suppress,
}

/// Decides how one user is told of one notification: a line for each channel, in their order.
///
/// Everybody asks this function: whoever sends, whoever shows what would be sent, and whoever explains
/// what was. It reads nothing but its argument.
///
/// ```
/// use herald_domain::{Case, Channel, ChannelSet, Content, Defaults, Preferences, Route, Timestamp, Verdict, decide};
///
/// let content = Content::of("main is green".parse().unwrap());
/// let now = Timestamp::parse("2026-11-21T09:00:00Z").unwrap();
/// let lines = decide(&Case {
///     content: &content,
///     route: Route::default(),
///     told_at: now,
///     preferences: &Preferences::default(),
///     defaults: &Defaults::default(),
///     reach: ChannelSet::of([Channel::Push]),
///     suppressed: ChannelSet::NONE,
///     is_disabled: false,
///     is_read: false,
///     now,
/// });
/// let sent = lines.iter().filter(|line| line.verdict == Verdict::Send).map(|line| line.channel);
/// assert!(sent.eq([Channel::InApp, Channel::Push]));
/// assert_eq!(lines[1].reason.to_string(), "the default"); // no e-mail, unless somebody wants it
/// ```
pub fn decide(case: &Case<'_>) -> Vec<Decision> {
    Channel::ALL.iter().map(|channel| case.decide(*channel)).collect()
}

impl Case<'_> {
    /// The line of one channel.
    pub fn decide(&self, channel: Channel) -> Decision {
        let (verdict, reason) = match self.wants(channel) {
            Ok(reason) if channel == Channel::InApp => (Verdict::Send, reason),
            Ok(reason) => self.when(channel, reason),
            Err(reason) => (Verdict::Suppress, reason),
        };
        Decision { channel, verdict, reason }
    }

    /// Why it goes out by that channel, or why it does not.
    fn wants(&self, channel: Channel) -> Result<Reason, Reason> {
        let is_external = channel.is_external();
        if is_external && self.is_disabled {
            return Err(Reason::Disabled);
        }
        if self.content.has_expired(self.now) {
            return Err(Reason::Expired);
        }
        let reason = self.chosen(channel)?;
        if is_external && !self.reach.contains(channel) {
            return Err(Reason::NoEndpoint);
        }
        if is_external && self.suppressed.contains(channel) {
            return Err(Reason::AddressSuppressed);
        }
        if is_external && self.route.escalate_after.is_some() && self.is_read {
            return Err(Reason::Read);
        }
        Ok(reason)
    }

    /// Which choice lets it out by that channel, or keeps it in.
    fn chosen(&self, channel: Channel) -> Result<Reason, Reason> {
        let category = self.content.category.as_ref();
        let asked = self.route.channels;
        if asked.is_some_and(|asked| !asked.contains(channel)) {
            return Err(Reason::NotAsked);
        }
        if self.is_critical() {
            return Ok(Reason::Critical);
        }
        if let Some(mute) = self.preferences.mute(category, self.now) {
            return Err(Reason::Muted(mute.category.clone(), mute.until));
        }
        let (wanted, reason) = match self.preferences.choice(category, channel) {
            Some((wanted, true)) => {
                let of = |category| Reason::ChosenForCategory(category);
                (wanted, category.cloned().map_or(Reason::Chosen, of))
            }
            Some((wanted, false)) => (wanted, Reason::Chosen),
            None if asked.is_some() => (true, Reason::Asked),
            None => match self.defaults.get(category, channel) {
                (on, true) => (on, Reason::SetByAdministrator),
                (on, false) => (on, Reason::Default),
            },
        };
        if wanted { Ok(reason) } else { Err(reason) }
    }

    /// When it goes out by that channel.
    fn when(&self, channel: Channel, reason: Reason) -> (Verdict, Reason) {
        if let Some(at) = self.escalates_at().filter(|at| *at > self.now) {
            return (Verdict::Hold(at), Reason::Escalates);
        }
        // nobody is woken by a request to a server
        if self.is_critical() || channel == Channel::Webhook {
            return (Verdict::Send, reason);
        }
        let digest = self.preferences.next_digest(self.content.category.as_ref(), self.told_at);
        if let Some(at) = digest.filter(|at| *at > self.now) {
            return (Verdict::Digest(at), Reason::Digest);
        }
        let quiet = self.preferences.quiet_hours.as_ref();
        match quiet.and_then(|quiet| quiet.until(self.now)) {
            Some(end) => (Verdict::Hold(end), Reason::QuietHours),
            None => (Verdict::Send, reason),
        }
    }

    fn is_critical(&self) -> bool {
        self.content.priority == Priority::Critical
    }

    fn escalates_at(&self) -> Option<Timestamp> {
        let wait = self.route.escalate_after?;
        Some(self.told_at.plus(Duration::from_secs(wait.into())))
    }
}
