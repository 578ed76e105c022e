//! Access tokens as an application mints them that shares Herald's secret (RFC 7519, HS256).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::clock;

/// The length of a block of SHA-256.
const BLOCK: usize = 64;
/// How long a token is good for; longer than any measurement.
const SECONDS: u64 = 6 * 3600;

/// A token of that user.
pub(crate) fn mint(secret: &str, subject: &str) -> String {
    let now = clock::unix_seconds();
    let claims = serde_json::json!({
        "sub": subject, "iat": now, "exp": now + SECONDS, "iss": "herald", "aud": "herald",
    });
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let signed = format!(
        "{}.{}",
        encode(br#"{"alg":"HS256","typ":"JWT"}"#),
        encode(claims.to_string().as_bytes())
    );
    let signature = encode(&hmac(secret.as_bytes(), signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// HMAC-SHA256 (RFC 2104).
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |pad: u8, message: &[u8]| -> [u8; 32] {
        let key = block.map(|byte| byte ^ pad);
        Sha256::new().chain_update(key).chain_update(message).finalize().into()
    };
    padded(0x5c, &padded(0x36, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn hmac_is_that_of_rfc_4231() {
        assert_eq!(
            hex(&hmac(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        let long_key = [0xaa; 131];
        assert_eq!(
            hex(&hmac(&long_key, b"Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn a_token_has_three_parts() {
        assert_eq!(mint("secret", "alice").split('.').count(), 3);
    }
}
