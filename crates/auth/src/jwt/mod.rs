//! Access tokens: JSON Web Tokens (RFC 7519), signed with HS256 by Herald itself or by whoever
//! shares its secret, or with EdDSA or RS256 by an application whose public key is configured.

mod claims;
mod config;
mod external;
mod key;
#[cfg(test)]
mod tests;

pub use config::{JwtConfig, JwtConfigError};
pub use external::KeyError;

use herald_domain::Timestamp;
use herald_ports::{Claims, TokenError, TokenIssuer, TokenVerifier};
use jsonwebtoken::{EncodingKey, Header, decode, decode_header, encode};
use secrecy::ExposeSecret;

use claims::{Issued, Received};
use key::Key;

/// Issues and reads access tokens. Every key is parsed and checked when this is made, so that
/// issuing cannot fail. `Debug` shows no key.
#[derive(Debug)]
pub struct Jwt {
    issuing: EncodingKey,
    keys: Vec<Key>,
}

impl Jwt {
    /// Checks and takes the keys.
    ///
    /// # Errors
    ///
    /// A short secret, or a file without a usable public key; the text names the setting.
    pub fn new(config: &JwtConfig) -> Result<Self, JwtConfigError> {
        let secret = config.secret.expose_secret().as_bytes();
        if secret.len() < JwtConfig::SECRET_MIN {
            return Err(JwtConfigError::ShortSecret);
        }
        let mut keys = vec![Key::shared(secret)];
        if let Some(pem) = &config.public_key {
            keys.push(external::from_pem(pem).map_err(JwtConfigError::PublicKey)?);
        }
        if let Some(document) = &config.jwks {
            keys.extend(external::from_jwks(document).map_err(JwtConfigError::Jwks)?);
        }
        Ok(Self { issuing: EncodingKey::from_secret(secret), keys })
    }
}

impl TokenIssuer for Jwt {
    /// Times are written in whole seconds, rounded down.
    #[expect(
        clippy::expect_used,
        reason = "strings and integers always serialise, and HMAC takes a key of any length"
    )]
    fn issue(&self, claims: &Claims) -> String {
        encode(&Header::default(), &Issued::from(claims), &self.issuing)
            .expect("claims are signed with HS256")
    }
}

impl TokenVerifier for Jwt {
    fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        let header = decode_header(token).map_err(|_| TokenError::Invalid)?;
        if !is_plain(&header) {
            return Err(TokenError::Invalid);
        }
        let (key, received) = self
            .keys
            .iter()
            .filter(|key| key.fits(&header))
            .find_map(|key| {
                let signed = decode::<Received>(token, key.decoding(), key.signature()).ok()?;
                Some((key, signed.claims))
            })
            .ok_or(TokenError::Invalid)?;
        // sessions are Herald's own: only who holds its secret may speak of one
        if key.is_external() && received.names_a_session() {
            return Err(TokenError::Invalid);
        }
        received.at(now)
    }
}

/// Whether the header is that of an access token, and asks for nothing but a configured key: one
/// that brings its own key or extensions along is refused, not ignored.
fn is_plain(header: &Header) -> bool {
    let type_is_known = header
        .typ
        .as_deref()
        .is_none_or(|typ| ["JWT", "at+jwt"].iter().any(|known| known.eq_ignore_ascii_case(typ)));
    type_is_known
        && header.jku.is_none()
        && header.jwk.is_none()
        && header.x5u.is_none()
        && header.x5c.is_none()
        && header.crit.is_none()
}
