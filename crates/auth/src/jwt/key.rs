use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};

/// A key with the one algorithm it is used with.
#[derive(Debug)]
pub(super) struct Key {
    kid: Option<String>,
    algorithm: Algorithm,
    decoding: DecodingKey,
    signature: Validation,
}

impl Key {
    /// The secret that Herald shares with applications.
    pub(super) fn shared(secret: &[u8]) -> Self {
        Self::new(None, Algorithm::HS256, DecodingKey::from_secret(secret))
    }

    pub(super) fn new(kid: Option<String>, algorithm: Algorithm, decoding: DecodingKey) -> Self {
        // the signature only: the library would ask the machine's clock, and knows not all rules
        let mut signature = Validation::new(algorithm);
        signature.required_spec_claims.clear();
        signature.validate_exp = false;
        signature.validate_nbf = false;
        signature.validate_aud = false;
        Self { kid, algorithm, decoding, signature }
    }

    /// Whether a token with that header may be signed by this key. The algorithm is the key's, not
    /// the token's to choose; a key without an id answers to any.
    pub(super) fn fits(&self, header: &Header) -> bool {
        self.algorithm == header.alg && (self.kid.is_none() || self.kid == header.kid)
    }

    pub(super) fn is_external(&self) -> bool {
        self.algorithm != Algorithm::HS256
    }

    pub(super) fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }

    /// Has a signature of this key checked, and nothing else.
    pub(super) fn signature(&self) -> &Validation {
        &self.signature
    }
}
