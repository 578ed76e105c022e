use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use herald_ports::{IdGenerator, TokenHash};
use sha2::{Digest, Sha256};

/// A new secret as text: a prefix that tells what it is for (and lets secret scanners find it), and
/// 256 random bits.
pub(crate) fn generate(prefix: &str, ids: &dyn IdGenerator) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(ids.secret()))
}

/// What is stored in place of a secret.
pub(crate) fn hash(secret: &str) -> TokenHash {
    Sha256::digest(secret.as_bytes()).into()
}
