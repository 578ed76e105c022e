use std::time::Duration;

use herald_domain::{Attempt, Next, Outcome, RetryPolicy, Timestamp};
use herald_ports::{DeliveryError, Taken, Then};

use super::breaker::Sign;

/// What an attempt was, as far as it matters to what follows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Made {
    /// which one it was, from 1
    pub(super) nth: u32,
    /// when it ended
    pub(super) at: Timestamp,
    /// when the message stops being worth showing
    pub(super) expires_at: Option<Timestamp>,
    /// drawn evenly from all numbers
    pub(super) random: u64,
    /// whether the user chose who was asked
    pub(super) by_user: bool,
}

/// What came of an attempt: what is logged, what follows, and what it says of the provider.
pub(super) fn judge(
    result: Result<Taken, DeliveryError>,
    made: Made,
    retry: &RetryPolicy,
) -> (Attempt, Then, Sign) {
    let (outcome, detail, then, sign) = match result {
        Ok(Taken { reference }) => (Outcome::Sent, reference, Then::Sent, Sign::Answers),
        Err(DeliveryError::Transient { detail, retry_after }) => {
            let then = again(&detail, retry_after, made, retry);
            (Outcome::Transient, Some(detail), then, Sign::Fails)
        }
        Err(DeliveryError::Permanent { detail }) => {
            (Outcome::Permanent, Some(detail.clone()), Then::Fail(detail), Sign::Answers)
        }
        Err(DeliveryError::EndpointGone { detail }) => {
            (Outcome::EndpointGone, Some(detail.clone()), Then::FailForGood(detail), Sign::Answers)
        }
        // it is not the delivery's fault: it waits, unless what is wrong may be the user's server
        Err(DeliveryError::Misconfigured { detail }) => {
            let then = match made.by_user {
                true => again(&detail, None, made, retry),
                false => Then::Release(made.at),
            };
            (Outcome::Misconfigured, Some(detail), then, Sign::Broken)
        }
    };
    (Attempt { at: made.at, outcome, detail }, then, sign)
}

fn again(detail: &str, retry_after: Option<Duration>, made: Made, retry: &RetryPolicy) -> Then {
    match retry.next(made.nth, made.at, made.random, retry_after, made.expires_at) {
        Next::At(at) => Then::Retry(at),
        Next::Exhausted => Then::Fail(format!("attempt {} failed: {detail}", made.nth)),
        Next::Expired => Then::Fail(format!("it expires before another attempt: {detail}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(nth: u32, expires_in: Option<u64>) -> Made {
        let at = Timestamp::from_micros(0);
        let expires_at = expires_in.map(|seconds| at.plus(Duration::from_secs(seconds)));
        Made { nth, at, expires_at, random: u64::MAX, by_user: false }
    }

    fn then(error: DeliveryError, made: Made) -> (Then, Sign) {
        let (_, then, sign) = judge(Err(error), made, &RetryPolicy::default());
        (then, sign)
    }

    fn transient(retry_after: Option<u64>) -> DeliveryError {
        let retry_after = retry_after.map(Duration::from_secs);
        DeliveryError::Transient { detail: "451 later".into(), retry_after }
    }

    #[test]
    fn what_fails_for_now_is_tried_again_until_there_were_enough() {
        let after = |seconds: i64| Then::Retry(Timestamp::from_micros(seconds * 1_000_000));
        assert_eq!(then(transient(None), made(1, None)), (after(10), Sign::Fails));
        assert_eq!(then(transient(Some(60)), made(2, None)), (after(60), Sign::Fails));
        let failed = Then::Fail("attempt 3 failed: 451 later".into());
        assert_eq!(then(transient(None), made(3, None)), (failed, Sign::Fails));
        let failed = Then::Fail("it expires before another attempt: 451 later".into());
        assert_eq!(then(transient(None), made(1, Some(10))), (failed, Sign::Fails));
    }

    #[test]
    fn a_refusal_is_an_answer() {
        let detail = || "no".to_owned();
        let permanent = DeliveryError::Permanent { detail: detail() };
        assert_eq!(then(permanent, made(1, None)), (Then::Fail(detail()), Sign::Answers));
        let gone = DeliveryError::EndpointGone { detail: detail() };
        assert_eq!(then(gone, made(1, None)), (Then::FailForGood(detail()), Sign::Answers));
    }

    #[test]
    fn a_delivery_waits_for_the_operator() {
        let broken = DeliveryError::Misconfigured { detail: "535".into() };
        let now = Timestamp::from_micros(0);
        assert_eq!(then(broken.clone(), made(3, None)), (Then::Release(now), Sign::Broken));
        // and not for a user who has a server that says so to everybody
        let theirs = Made { by_user: true, ..made(3, None) };
        assert_eq!(
            then(broken, theirs),
            (Then::Fail("attempt 3 failed: 535".into()), Sign::Broken)
        );
    }
}
