use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use herald_ports::IdGenerator;
use jsonwebtoken::EncodingKey;
use web_push_native::p256::SecretKey;
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint;
use web_push_native::p256::pkcs8::EncodePrivateKey;

/// The key pair by which push services know a server (P-256, RFC 8292).
#[derive(Clone)]
pub struct VapidKey(SecretKey);

/// A text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a VAPID key: 32 bytes in base64url are needed, as VapidKey::to_text writes them")]
pub struct NotAKey;

impl VapidKey {
    /// A new one.
    pub fn generate(random: &dyn IdGenerator) -> Self {
        loop {
            // of 2^32 numbers one is none of the curve
            if let Ok(key) = SecretKey::from_slice(&random.secret()) {
                return Self(key);
            }
        }
    }

    /// The secret half in base64url, to be kept; [`FromStr`] reads it.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.to_bytes())
    }

    /// The public half in base64url, which browsers call `applicationServerKey`.
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key().to_encoded_point(false))
    }

    /// The key in the form in which tokens are signed with it.
    pub(crate) fn signing(&self) -> Result<EncodingKey, NotAKey> {
        let der = self.0.to_pkcs8_der().map_err(|_| NotAKey)?;
        Ok(EncodingKey::from_ec_der(der.as_bytes()))
    }
}

impl FromStr for VapidKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| NotAKey)?;
        // shorter ones would be taken, too, and be guessed
        if bytes.len() != 32 {
            return Err(NotAKey);
        }
        SecretKey::from_slice(&bytes).map(Self).map_err(|_| NotAKey)
    }
}

impl fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VapidKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn the_key_of_the_rfc_has_its_public_half() {
        // RFC 8291, appendix A: the application server's key
        let key: VapidKey = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw".parse().unwrap();
        let public = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
        assert_eq!(key.public_key(), public);
        assert_eq!(key.to_text(), "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
        assert_eq!(format!("{key:?}"), "VapidKey(..)");
    }

    #[test]
    fn what_is_no_key_is_not_taken() {
        let zero = URL_SAFE_NO_PAD.encode([0; 32]);
        let beyond = URL_SAFE_NO_PAD.encode([0xff; 32]);
        let short = URL_SAFE_NO_PAD.encode([1; 31]);
        for text in ["", "key", "a+/=", &zero, &beyond, &short] {
            assert_eq!(text.parse::<VapidKey>().unwrap_err(), NotAKey, "{text}");
        }
    }

    #[test]
    fn a_number_that_is_none_of_the_curve_is_drawn_again() {
        struct Draws(Mutex<Vec<[u8; 32]>>);
        impl IdGenerator for Draws {
            fn secret(&self) -> [u8; 32] {
                self.0.lock().unwrap().pop().unwrap()
            }
        }
        let key = VapidKey::generate(&Draws(Mutex::new(vec![[7; 32], [0xff; 32]])));
        assert_eq!(key.to_text(), URL_SAFE_NO_PAD.encode([7; 32]));
    }
}
