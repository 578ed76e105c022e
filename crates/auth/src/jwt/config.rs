use secrecy::SecretString;

use super::KeyError;

/// The keys of access tokens. Without `Debug`, because a file given as public may hold a private
/// key by mistake.
#[derive(Clone)]
pub struct JwtConfig {
    /// signs Herald's own tokens, and those of applications that share it
    /// (`HERALD_JWT_SECRET`); at least [`SECRET_MIN`](Self::SECRET_MIN) bytes
    pub secret: SecretString,
    /// the content of `HERALD_JWT_PUBLIC_KEY_FILE`: one Ed25519 or RSA public key, as PEM
    pub public_key: Option<String>,
    /// the content of `HERALD_JWT_JWKS_FILE`: a set of such keys, as JWKS (RFC 7517)
    pub jwks: Option<String>,
}

impl JwtConfig {
    /// The shortest secret, in bytes: as long as the hash it keys (RFC 7518, 3.2).
    pub const SECRET_MIN: usize = 32;
}

/// Why the keys are not accepted. The text names the setting, and quotes nothing of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwtConfigError {
    /// whoever sees a token could guess the secret
    #[error("HERALD_JWT_SECRET must have at least {} bytes", JwtConfig::SECRET_MIN)]
    ShortSecret,
    /// the public key file is of no use
    #[error("HERALD_JWT_PUBLIC_KEY_FILE {0}")]
    PublicKey(#[source] KeyError),
    /// the JWKS file is of no use
    #[error("HERALD_JWT_JWKS_FILE {0}")]
    Jwks(#[source] KeyError),
}
