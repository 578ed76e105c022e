use std::time::Duration;

use tokio::time::Instant;

/// Keeps from asking a provider that does not answer.
///
/// It opens when half of the latest attempts failed for now. While it is open nothing is tried; then one
/// attempt is made, on which it closes, or stays open for twice as long.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    /// the latest attempts, a bit each, newest lowest; set if it failed
    latest: u32,
    open: Option<Open>,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    until: Instant,
    cooldown: Duration,
    /// somebody is trying
    is_tried: bool,
}

/// Whether an attempt may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// as many as one likes
    Free,
    /// one, on which it depends
    Probe,
    /// none before that moment
    Wait(Instant),
}

/// What an attempt says of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// it answers, be it with a refusal
    Answers,
    /// it does not
    Fails,
    /// it will not until its operator mends something
    Broken,
}

impl Breaker {
    /// How many attempts it looks back on.
    const WINDOW: u32 = 20;
    /// How many of them must have failed.
    const FAILURES: u32 = 10;
    /// How long it is open at first, and at most.
    const COOLDOWN: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(300));

    /// Whether it keeps from asking.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Until when nothing is tried, as far as that is known.
    pub(super) fn rests_until(&self) -> Option<Instant> {
        self.open.filter(|open| !open.is_tried).map(|open| open.until)
    }

    /// Whether none of the latest attempts failed.
    pub(super) fn is_well(&self) -> bool {
        self.latest == 0
    }

    /// Whether an attempt may be made now. One that is admitted as a probe must be [noted](Self::note).
    pub(super) fn admit(&mut self, now: Instant) -> Admission {
        match &mut self.open {
            None => Admission::Free,
            Some(open) if open.is_tried => Admission::Wait(now + Self::COOLDOWN.0),
            Some(open) if open.until > now => Admission::Wait(open.until),
            Some(open) => {
                open.is_tried = true;
                Admission::Probe
            }
        }
    }

    /// A probe came to nothing, for there was nothing to try.
    pub(super) fn give_back(&mut self) {
        if let Some(open) = &mut self.open {
            open.is_tried = false;
        }
    }

    /// Notes what an attempt says; answers until when it is open if it has just opened, or stays so.
    pub(super) fn note(&mut self, sign: Sign, now: Instant) -> Option<Instant> {
        let failed = sign != Sign::Answers;
        if let Some(open) = self.open {
            if !open.is_tried {
                // begun before it opened
                return None;
            }
            return if failed { Some(self.stay(open, now)) } else { self.close() };
        }
        self.latest = (self.latest << 1 | u32::from(failed)) & ((1 << Self::WINDOW) - 1);
        let opens = sign == Sign::Broken || self.latest.count_ones() >= Self::FAILURES;
        opens.then(|| {
            let cooldown = Self::COOLDOWN.0;
            let until = now + cooldown;
            self.open = Some(Open { until, cooldown, is_tried: false });
            until
        })
    }

    fn stay(&mut self, open: Open, now: Instant) -> Instant {
        let cooldown = (open.cooldown * 2).min(Self::COOLDOWN.1);
        let until = now + cooldown;
        self.open = Some(Open { until, cooldown, is_tried: false });
        until
    }

    fn close(&mut self) -> Option<Instant> {
        *self = Self::default();
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    fn opened() -> (Breaker, Instant) {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for _ in 1..Breaker::FAILURES {
            assert_eq!(breaker.note(Sign::Fails, now), None);
        }
        assert_eq!(breaker.admit(now), Admission::Free);
        assert_eq!(breaker.note(Sign::Fails, now), Some(after(now, 5)));
        (breaker, now)
    }

    #[test]
    fn it_opens_when_half_of_the_attempts_fail() {
        let (mut breaker, now) = opened();
        assert!(breaker.is_open());
        assert_eq!(breaker.admit(now), Admission::Wait(after(now, 5)));
    }

    #[test]
    fn it_stays_closed_as_long_as_most_succeed() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..100 {
            assert_eq!(breaker.note(Sign::Fails, now), None);
            assert_eq!(breaker.note(Sign::Answers, now), None);
            assert_eq!(breaker.note(Sign::Answers, now), None);
        }
    }

    #[test]
    fn one_attempt_decides_whether_it_closes() {
        let (mut breaker, now) = opened();
        let later = after(now, 5);
        assert_eq!(breaker.admit(later), Admission::Probe);
        assert!(matches!(breaker.admit(later), Admission::Wait(_)), "one at a time");
        assert_eq!(breaker.note(Sign::Fails, later), Some(after(later, 10)));
        assert_eq!(breaker.admit(after(later, 9)), Admission::Wait(after(later, 10)));
        assert_eq!(breaker.admit(after(later, 10)), Admission::Probe);
        assert_eq!(breaker.note(Sign::Answers, after(later, 10)), None);
        assert_eq!(breaker.admit(after(later, 10)), Admission::Free);
    }

    #[test]
    fn a_probe_that_found_nothing_may_be_made_again() {
        let (mut breaker, now) = opened();
        assert_eq!(breaker.admit(after(now, 5)), Admission::Probe);
        breaker.give_back();
        assert_eq!(breaker.admit(after(now, 5)), Admission::Probe);
    }

    #[test]
    fn what_began_before_it_opened_says_nothing() {
        let (mut breaker, now) = opened();
        assert_eq!(breaker.note(Sign::Answers, now), None);
        assert!(breaker.is_open());
    }

    #[test]
    fn one_that_is_broken_is_enough() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        assert!(breaker.note(Sign::Broken, now).is_some());
    }
}
