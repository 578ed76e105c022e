use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use herald_ports::IdGenerator;

/// The header by which a request is named, coming and going.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names requests: no two alike, and none that tells how many came before.
pub(crate) struct RequestIds(AtomicU64);

impl RequestIds {
    /// Begins at a random place.
    pub(crate) fn new(ids: &dyn IdGenerator) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = ids.secret();
        Self(AtomicU64::new(u64::from_le_bytes([a, b, c, d, e, f, g, h])))
    }

    /// The name that the request came with, if it is a sane one, or a new one of 16 hexadecimal
    /// digits.
    pub(super) fn of(&self, headers: &HeaderMap) -> HeaderValue {
        match headers.get(&X_REQUEST_ID) {
            Some(given) if is_sane(given.as_bytes()) => given.clone(),
            _ => self.next(),
        }
    }

    fn next(&self) -> HeaderValue {
        let place = self.0.fetch_add(1, Ordering::Relaxed);
        let name = format!("{:016x}", scattered(place));
        HeaderValue::try_from(name).unwrap_or(HeaderValue::from_static("unknown"))
    }
}

/// Printed in logs and sent back, so that it may hold nothing with a meaning there.
fn is_sane(id: &[u8]) -> bool {
    (1..=64).contains(&id.len())
        && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte))
}

/// Maps each number to another, neighbours far apart: every step can be undone.
fn scattered(mut n: u64) -> u64 {
    n = (n ^ (n >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    n = (n ^ (n >> 29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    n ^ (n >> 32)
}
