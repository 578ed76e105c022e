//! No key is shown by what is printed.

use super::*;
use crate::jwt::{JwtConfigError, KeyError};

fn public_key(text: &str) -> Result<Jwt, JwtConfigError> {
    Jwt::new(&JwtConfig { public_key: Some(text.to_owned()), ..config() })
}

fn jwks(text: &str) -> Result<Jwt, JwtConfigError> {
    Jwt::new(&JwtConfig { jwks: Some(text.to_owned()), ..config() })
}

#[test]
fn a_short_secret_is_refused_by_the_name_of_its_variable() {
    for secret in ["", "canary", &"c".repeat(31)] {
        let config = JwtConfig { secret: SecretString::from(secret), ..config() };
        let error = Jwt::new(&config).unwrap_err();
        assert_eq!(error, JwtConfigError::ShortSecret);
        assert_eq!(error.to_string(), "HERALD_JWT_SECRET must have at least 32 bytes");
    }
    // bytes, not characters
    for secret in ["c".repeat(32), "é".repeat(16)] {
        let secret = SecretString::from(secret);
        assert!(Jwt::new(&JwtConfig { secret, ..config() }).is_ok());
    }
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?} {:#?}", jwt(), jwt());
    assert!(!shown.contains("canary"), "{shown}");
    // nor its bytes
    assert!(!shown.contains("99, 97, 110"), "{shown}");
}

#[test]
fn errors_quote_nothing() {
    let pem =
        |label: &str| format!("-----BEGIN {label}-----\ncanarycanary\n-----END {label}-----\n");
    let errors = [
        public_key("canary").unwrap_err(),
        public_key(&pem("PUBLIC KEY")).unwrap_err(),
        public_key(&pem("PRIVATE KEY")).unwrap_err(),
        jwks("canary").unwrap_err(),
        jwks(r#"{"keys": "canary"}"#).unwrap_err(),
        jwks(r#"{"keys": [{"kty": "oct", "k": "canary"}]}"#).unwrap_err(),
        jwks(r#"{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "canary"}]}"#).unwrap_err(),
    ];
    for error in errors {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("canary"), "{shown}");
        assert!(error.to_string().starts_with("HERALD_JWT_"), "{shown}");
    }
    let token = "canary.canary.canary";
    let error = jwt().verify(token, at(NOW)).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"));
}

#[test]
fn files_that_hold_no_public_key() {
    for (text, expected) in [
        ("", KeyError::Pem),
        ("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", KeyError::Pem),
        ("-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----\n", KeyError::Pem),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", KeyError::Pem),
        ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n", KeyError::Private),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n", KeyError::Private),
    ] {
        assert_eq!(public_key(text).unwrap_err(), JwtConfigError::PublicKey(expected), "{text}");
    }
    for (text, expected) in [
        ("", KeyError::Jwks),
        ("[]", KeyError::Jwks),
        ("{}", KeyError::Jwks),
        (r#"{"keys": []}"#, KeyError::NoKey),
        (r#"{"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}"#, KeyError::NoKey),
        (r#"{"keys": [{"kty": "OKP", "crv": "X25519", "x": "AA"}]}"#, KeyError::NoKey),
        (r#"{"keys": [{"kty": "RSA", "use": "enc", "n": "AA", "e": "AQAB"}]}"#, KeyError::NoKey),
        (r#"{"keys": [{"kty": "RSA", "alg": "PS256", "n": "AA", "e": "AQAB"}]}"#, KeyError::NoKey),
        (r#"{"keys": [{"kty": "RSA", "n": "AA", "e": "AQAB"}]}"#, KeyError::Malformed),
        (r#"{"keys": [{"kty": "RSA", "e": "AQAB"}]}"#, KeyError::Malformed),
        (r#"{"keys": [{"kty": "OKP", "crv": "Ed25519"}]}"#, KeyError::Malformed),
        (r#"{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": ""}]}"#, KeyError::Malformed),
        (
            r#"{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA"}]}"#,
            KeyError::Private,
        ),
        (r#"{"keys": [{"kty": "oct", "k": "AAAA"}]}"#, KeyError::Private),
    ] {
        assert_eq!(jwks(text).unwrap_err(), JwtConfigError::Jwks(expected), "{text}");
    }
}
