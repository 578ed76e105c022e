//! Public keys of applications that mint their own tokens.

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, crypto};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::key::Key;

/// Why a file of public keys is not accepted; reads on after the name of the setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// not a PEM file with a single public key that can be used
    #[error("must hold one Ed25519 or RSA public key in PEM format")]
    Pem,
    /// not a JWKS document
    #[error("must hold a JWKS document")]
    Jwks,
    /// a JWKS document in which no key serves to check signatures
    #[error("has no EdDSA (Ed25519) or RS256 signature key")]
    NoKey,
    /// a key that does not belong here
    #[error("holds a private or secret key; give the public key only")]
    Private,
    /// a key that is malformed, or of a size that is not safe
    #[error("has a malformed Ed25519 key, or an RSA key outside of 2048 to 4096 bits")]
    Malformed,
}

/// The key of a PEM file (`PUBLIC KEY` or `RSA PUBLIC KEY`). It has no id, and answers to any.
pub(super) fn from_pem(text: &str) -> Result<Key, KeyError> {
    if text.contains("PRIVATE KEY-----") {
        return Err(KeyError::Private);
    }
    if text.matches("-----BEGIN ").count() != 1 || !text.contains("PUBLIC KEY-----") {
        return Err(KeyError::Pem);
    }
    let key = DecodingKey::from_ed_pem(text.as_bytes())
        .or_else(|_| DecodingKey::from_rsa_pem(text.as_bytes()))
        .map_err(|_| KeyError::Pem)?;
    let jwk = Jwk::from_decoding_key(&key, None).map_err(|_| KeyError::Malformed)?;
    match jwk.algorithm {
        AlgorithmParameters::RSA(rsa) => rs256(None, &rsa.n, &rsa.e),
        AlgorithmParameters::OctetKeyPair(ed) => eddsa(None, &ed.x),
        _ => Err(KeyError::Pem),
    }
}

/// The keys of a JWKS document that check EdDSA or RS256 signatures; others, which an identity
/// provider may list for other purposes, are passed over.
pub(super) fn from_jwks(document: &str) -> Result<Vec<Key>, KeyError> {
    let set: KeySet = serde_json::from_str(document).map_err(|_| KeyError::Jwks)?;
    let mut keys = Vec::new();
    for entry in set.keys {
        keys.extend(entry.into_key()?);
    }
    if keys.is_empty() {
        return Err(KeyError::NoKey);
    }
    Ok(keys)
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Entry>,
}

/// A key of a JWKS document (RFC 7517, RFC 8037), as far as it matters here.
#[derive(Deserialize)]
struct Entry {
    kty: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    /// the private half
    d: Option<IgnoredAny>,
    /// a shared secret
    k: Option<IgnoredAny>,
}

impl Entry {
    fn into_key(self) -> Result<Option<Key>, KeyError> {
        if self.d.is_some() || self.k.is_some() {
            return Err(KeyError::Private);
        }
        if self.purpose.is_some_and(|purpose| purpose != "sig") {
            return Ok(None);
        }
        let is_for = |algorithm| self.alg.as_deref().is_none_or(|alg| alg == algorithm);
        match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) if is_for("RS256") => {
                let (n, e) = self.n.zip(self.e).ok_or(KeyError::Malformed)?;
                rs256(self.kid, &n, &e).map(Some)
            }
            ("OKP", Some("Ed25519")) if is_for("EdDSA") => {
                let x = self.x.ok_or(KeyError::Malformed)?;
                eddsa(self.kid, &x).map(Some)
            }
            _ => Ok(None),
        }
    }
}

fn rs256(kid: Option<String>, n: &str, e: &str) -> Result<Key, KeyError> {
    let key = DecodingKey::from_rsa_components(n, e).map_err(|_| KeyError::Malformed)?;
    match key.kind() {
        DecodingKeyKind::RsaModulusExponent { n, e }
            if (2048..=4096).contains(&bits(n)) && is_odd(n) && is_odd(e) && bits(e) > 1 => {}
        _ => return Err(KeyError::Malformed),
    }
    Ok(Key::new(kid, Algorithm::RS256, key))
}

fn eddsa(kid: Option<String>, x: &str) -> Result<Key, KeyError> {
    let key = DecodingKey::from_ed_components(x).map_err(|_| KeyError::Malformed)?;
    // the library takes for granted that there are 32 bytes
    if key.try_get_as_bytes().map_or(0, <[u8]>::len) != 32 {
        return Err(KeyError::Malformed);
    }
    // checking any signature shows whether the bytes are a point of the curve
    crypto::verify("", b"", &key, Algorithm::EdDSA).map_err(|_| KeyError::Malformed)?;
    Ok(Key::new(kid, Algorithm::EdDSA, key))
}

/// The length of a big-endian number.
fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number[zeros..]
        .first()
        .map_or(0, |first| 8 * (number.len() - zeros) - first.leading_zeros() as usize)
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|byte| byte % 2 == 1)
}
