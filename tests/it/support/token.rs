use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};

/// The secret that the servers of these tests share with "the application's backend".
pub(crate) const SECRET: &str = "a secret of these tests alone, 32 bytes or more";

/// A token that an application's backend minted for a user, good for a day: some servers' clocks are wrong.
pub(crate) fn mint(subject: &str) -> String {
    mint_claims(subject, 24 * 3_600, &json!({}))
}

/// A token that ends so many seconds from now, with other claims changed or added.
#[expect(clippy::disallowed_methods, reason = "the server takes the time of day for its clock")]
pub(crate) fn mint_claims(subject: &str, seconds: i64, other: &Value) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    let mut claims = json!({
        "sub": subject, "iat": now.min(now + seconds), "exp": now + seconds,
        "iss": "herald", "aud": "herald",
    });
    for (name, value) in other.as_object().unwrap() {
        claims[name] = value.clone();
    }
    encode(&Header::default(), &claims, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap()
}
