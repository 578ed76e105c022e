//! What an operator wants to know of the use cases, by the facade `metrics`: an embedder who installs
//! no recorder pays next to nothing, and hears of nothing.

use herald_domain::Rule;
use herald_ports::{LiveEvent, Outcome, Refusal, Step, StoreError};
use metrics::{Counter, counter, gauge};

use crate::{AccountError, AuthError, SendError};

/// How many notifications were accepted. What is answered again under its idempotency key counts once.
pub(crate) struct SendFigures {
    accepted: Counter,
}

impl SendFigures {
    pub(crate) fn new() -> Self {
        Self { accepted: counter!("herald_notifications_accepted_total") }
    }

    /// What the store did with a request.
    pub(crate) fn appended(&self, outcomes: &[Outcome]) {
        let mut accepted = 0;
        for outcome in outcomes {
            match outcome {
                Outcome::Sent(_) => accepted += 1,
                Outcome::Refused(refusal) => count_refusal(reason_of(refusal)),
            }
        }
        self.accepted.increment(accepted);
    }
}

/// How fast what is for many is put into inboxes.
pub(crate) struct FanOutFigures {
    steps: Counter,
    reached: Counter,
}

impl FanOutFigures {
    pub(crate) fn new() -> Self {
        Self {
            steps: counter!("herald_fan_out_steps_total"),
            reached: counter!("herald_fan_out_reached_total"),
        }
    }

    /// A step was taken.
    pub(crate) fn step(&self, step: &Step) {
        self.steps.increment(1);
        self.reached.increment(u64::try_from(step.reached).unwrap_or(0));
    }
}

/// A request to send was refused as a whole.
pub(crate) fn refused(error: &SendError) {
    count_refusal(match error {
        SendError::Refused(refusal) => reason_of(refusal),
        SendError::KeyReused => "key_reused",
        SendError::Store(error) => trouble(error),
    });
}

/// A login was tried.
pub(crate) fn login<T>(result: &Result<T, AccountError>) {
    let outcome = match result {
        Ok(_) => "ok",
        Err(AccountError::WrongCredentials) => "wrong_credentials",
        Err(AccountError::Auth(AuthError::Disabled)) => "disabled",
        Err(_) => "unavailable",
    };
    counter!("herald_logins_total", "outcome" => outcome).increment(1);
}

/// How many seconds the machine's clock is behind the store's; negative if it is ahead.
pub(crate) fn clock_behind(seconds: f64) {
    gauge!("herald_clock_behind_seconds").set(seconds);
}

/// The janitor removed items.
pub(crate) fn removed(kind: &'static str, events: &[LiveEvent]) {
    let items = events.iter().map(|event| match event {
        LiveEvent::Changed { deleted, .. } => deleted.len() as u64,
        _ => 0,
    });
    counter!("herald_janitor_removed_total", "kind" => kind).increment(items.sum());
}

fn count_refusal(reason: &'static str) {
    counter!("herald_sends_refused_total", "reason" => reason).increment(1);
}

fn reason_of(refusal: &Refusal) -> &'static str {
    let forbidden = refusal.violations.iter().any(|violation| violation.rule == Rule::Forbidden);
    if forbidden { "forbidden" } else { "invalid" }
}

fn trouble(error: &StoreError) -> &'static str {
    match error {
        StoreError::Overloaded => "overloaded",
        StoreError::Full => "full",
        StoreError::Unavailable(_) => "unavailable",
        StoreError::Corrupt(_) => "corrupt",
    }
}
