use herald_domain::NotificationId;
use herald_ports::Job;
use serde::{Deserialize, Serialize};

use super::{Unreadable, VERSION, read};

/// Every kind of job: each has a queue of its own, so that none waits for another, and so that a node
/// is never given a kind that it does not know.
pub const KINDS: &[&str] = &[FAN_OUT, DELIVER];

const FAN_OUT: &str = "fan_out";
const DELIVER: &str = "deliver";

#[derive(Serialize, Deserialize)]
struct Message {
    v: u32,
    job: Written,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Written {
    FanOut(NotificationId),
    Deliver(NotificationId),
}

/// Which of [`KINDS`] a job is.
pub fn kind(job: Job) -> &'static str {
    match job {
        Job::FanOut(_) => FAN_OUT,
        Job::Deliver(_) => DELIVER,
    }
}

/// A job as it goes to the broker.
pub fn encode_job(job: Job) -> Vec<u8> {
    let job = match job {
        Job::FanOut(id) => Written::FanOut(id),
        Job::Deliver(id) => Written::Deliver(id),
    };
    // cannot fail: it has no map and no float
    serde_json::to_vec(&Message { v: VERSION, job }).unwrap_or_default()
}

/// Reads a job that came from the broker.
pub fn decode_job(message: &[u8]) -> Result<Job, Unreadable> {
    let Message { job, .. } = read(message)?;
    Ok(match job {
        Written::FanOut(id) => Job::FanOut(id),
        Written::Deliver(id) => Job::Deliver(id),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_read_as_it_was_written() {
        let five = NotificationId::new(5);
        for (job, text) in [
            (Job::FanOut(five), r#"{"v":1,"job":{"fan_out":5}}"#),
            (Job::Deliver(five), r#"{"v":1,"job":{"deliver":5}}"#),
        ] {
            let written = encode_job(job);
            assert_eq!(String::from_utf8(written.clone()).unwrap(), text);
            assert_eq!(decode_job(&written).unwrap(), job);
            assert!(KINDS.contains(&kind(job)));
        }
    }

    #[test]
    fn what_is_newer_is_told_from_garbage() {
        for newer in [r#"{"v":2,"task":[]}"#, r#"{"v":1,"job":{"digest":7}}"#] {
            let error = decode_job(newer.as_bytes()).unwrap_err();
            assert!(matches!(error, Unreadable::Newer(_)), "{newer}");
        }
        for garbage in ["", "\0", "[]", "{\"job\":1}", &"[".repeat(1_000)] {
            let error = decode_job(garbage.as_bytes()).unwrap_err();
            assert!(matches!(error, Unreadable::Garbage(_)), "{garbage}");
        }
        assert!(matches!(decode_job(&[0xff, 0xfe]), Err(Unreadable::Garbage(_))));
    }
}
