//! Tokens made by hand, so that they can say what no library would write.

mod external;
mod refused;
mod secrets;
mod times;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use herald_domain::{Timestamp, UserId};
use herald_ports::{Claims, TokenError, TokenVerifier};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{Jwt, JwtConfig};

const SECRET: &str = "canary-secret-0123456789-abcdefgh";

/// When the tokens of these tests are checked: long before any machine's clock.
const NOW: i64 = 1_000_000_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

fn config() -> JwtConfig {
    JwtConfig { secret: SecretString::from(SECRET), public_key: None, jwks: None }
}

fn jwt() -> Jwt {
    Jwt::new(&config()).unwrap()
}

fn secret_key() -> EncodingKey {
    EncodingKey::from_secret(SECRET.as_bytes())
}

fn hs256() -> Value {
    json!({"alg": "HS256", "typ": "JWT"})
}

fn claims() -> Value {
    json!({"sub": "alice", "exp": NOW + 60, "iat": NOW, "iss": "herald", "aud": "herald"})
}

/// `value` with one more field, or with the field removed for `null`.
fn with(mut value: Value, field: &str, content: Value) -> Value {
    let fields = value.as_object_mut().unwrap();
    if content.is_null() {
        fields.remove(field);
    } else {
        fields.insert(field.to_owned(), content);
    }
    value
}

fn encode(part: &str) -> String {
    URL_SAFE_NO_PAD.encode(part)
}

/// Signs whatever the two texts are.
fn sign(header: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

fn shared(header: &Value, claims: &Value) -> String {
    sign(&header.to_string(), &claims.to_string(), &secret_key(), Algorithm::HS256)
}

fn verify(jwt: &Jwt, token: &str) -> Result<Claims, TokenError> {
    jwt.verify(token, at(NOW))
}

fn alice() -> UserId {
    "alice".parse().unwrap()
}
