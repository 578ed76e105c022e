use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use herald_domain::{SigningSecret, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A secret, of bytes that nobody can guess.
pub fn new_secret(random: [u8; 32]) -> SigningSecret {
    SigningSecret::new(format!("{}{}", SigningSecret::PREFIX, STANDARD.encode(random)))
}

/// What signs a request: when it is made, in seconds since 1970, and a signature by each of the
/// secrets. None, if there is no secret, or one that cannot be read.
pub(crate) fn sign(
    secrets: &[SigningSecret],
    id: &str,
    now: Timestamp,
    body: &[u8],
) -> Option<(i64, String)> {
    let seconds = now.as_micros().div_euclid(1_000_000);
    let signatures: Option<Vec<_>> =
        secrets.iter().map(|secret| signature(secret, id, seconds, body)).collect();
    let signatures = signatures.filter(|signatures| !signatures.is_empty())?;
    Some((seconds, signatures.join(" ")))
}

fn signature(secret: &SigningSecret, id: &str, seconds: i64, body: &[u8]) -> Option<String> {
    let key = STANDARD.decode(secret.expose().strip_prefix(SigningSecret::PREFIX)?).ok()?;
    if key.is_empty() {
        return None;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body);
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_standard_webhooks_is_signed_as_there() {
        let secret = SigningSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let now = Timestamp::from_micros(1_614_265_330_999_999);
        let signed =
            sign(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", now, br#"{"test": 2432232314}"#);
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".to_owned();
        assert_eq!(signed, Some((1_614_265_330, signature)));
    }

    #[test]
    fn nothing_is_signed_by_what_is_no_secret() {
        let good = new_secret([7; 32]);
        assert_eq!(good.expose(), "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
        for secrets in [
            vec![],
            vec![SigningSecret::new("whsec_")],
            vec![SigningSecret::new("BwcHBwcHBwcHBwcHBwcHBw==")],
            vec![good.clone(), SigningSecret::new("whsec_no base64")],
        ] {
            assert_eq!(sign(&secrets, "id", Timestamp::from_micros(0), b"x"), None);
        }
        assert!(sign(&[good], "id", Timestamp::from_micros(0), b"x").is_some());
    }
}
