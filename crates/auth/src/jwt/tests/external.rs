//! Tokens of applications that sign with a key of their own.

use std::sync::LazyLock;

use super::*;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use rsa::pkcs1::{EncodeRsaPrivateKey, EncodeRsaPublicKey};
use rsa::pkcs8::{EncodePublicKey, LineEnding};
use rsa::{RsaPrivateKey, rand_core::OsRng};

use crate::jwt::{JwtConfigError, KeyError};

static RSA: LazyLock<RsaPrivateKey> =
    LazyLock::new(|| RsaPrivateKey::new(&mut OsRng, 2048).unwrap());

fn rsa_key() -> EncodingKey {
    EncodingKey::from_rsa_der(RSA.to_pkcs1_der().unwrap().as_bytes())
}

fn rsa_pem() -> String {
    RSA.to_public_key().to_public_key_pem(LineEnding::LF).unwrap()
}

/// The Ed25519 key of a seed, in the form of RFC 8410.
fn ed_key(seed: u8) -> EncodingKey {
    let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    der.extend([seed; 32]);
    EncodingKey::from_ed_der(&der)
}

/// The public half, in base64url.
fn ed_public(seed: u8) -> String {
    let jwk = Jwk::from_encoding_key(&ed_key(seed), Algorithm::EdDSA).unwrap();
    match jwk.algorithm {
        AlgorithmParameters::OctetKeyPair(pair) => pair.x,
        _ => unreachable!(),
    }
}

fn ed_pem(seed: u8) -> String {
    let mut der = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00".to_vec();
    der.extend(URL_SAFE_NO_PAD.decode(ed_public(seed)).unwrap());
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
}

fn ed_jwk(seed: u8, kid: Value) -> Value {
    let key = json!({"kty": "OKP", "crv": "Ed25519", "x": ed_public(seed)});
    with(key, "kid", kid)
}

fn rsa_jwk(kid: &str) -> Value {
    let jwk = Jwk::from_encoding_key(&rsa_key(), Algorithm::RS256).unwrap();
    let jwk = serde_json::to_value(jwk).unwrap();
    with(with(jwk, "use", json!("sig")), "kid", json!(kid))
}

fn trusting(public_key: Option<String>, keys: Option<Vec<Value>>) -> Jwt {
    Jwt::new(&JwtConfig {
        public_key,
        jwks: keys.map(|keys| json!({ "keys": keys }).to_string()),
        ..config()
    })
    .unwrap()
}

fn signed(header: &Value, claims: &Value, key: &EncodingKey, algorithm: Algorithm) -> String {
    sign(&header.to_string(), &claims.to_string(), key, algorithm)
}

fn eddsa(seed: u8, kid: Value) -> String {
    let header = with(json!({"alg": "EdDSA", "typ": "JWT"}), "kid", kid);
    signed(&header, &claims(), &ed_key(seed), Algorithm::EdDSA)
}

fn rs256(kid: Value) -> String {
    let header = with(json!({"alg": "RS256", "typ": "JWT"}), "kid", kid);
    signed(&header, &claims(), &rsa_key(), Algorithm::RS256)
}

fn accepts(jwt: &Jwt, token: &str) -> bool {
    match verify(jwt, token) {
        Ok(claims) => {
            assert_eq!((claims.subject, claims.session), (alice(), None));
            true
        }
        Err(error) => {
            assert_eq!(error, TokenError::Invalid);
            false
        }
    }
}

#[test]
fn a_pem_key_answers_to_any_id() {
    let jwt = trusting(Some(ed_pem(1)), None);
    for kid in [json!(null), json!("k1"), json!("")] {
        assert!(accepts(&jwt, &eddsa(1, kid.clone())), "{kid}");
        assert!(!accepts(&jwt, &eddsa(2, kid.clone())), "{kid}");
    }
    assert!(!accepts(&jwt, &rs256(json!(null))));
    // the secret stays valid
    assert!(accepts(&jwt, &shared(&hs256(), &claims())));
}

#[test]
fn an_rsa_key_may_be_in_either_pem_form() {
    let pkcs1 = RSA.to_public_key().to_pkcs1_pem(LineEnding::LF).unwrap();
    for pem in [rsa_pem(), pkcs1] {
        let jwt = trusting(Some(pem), None);
        assert!(accepts(&jwt, &rs256(json!(null))));
        assert!(accepts(&jwt, &rs256(json!("any"))));
        assert!(!accepts(&jwt, &eddsa(1, json!(null))));
    }
}

#[test]
fn the_id_selects_within_a_key_set() {
    let keys = vec![
        ed_jwk(1, json!("one")),
        ed_jwk(2, json!("two")),
        rsa_jwk("three"),
        json!({"kty": "EC", "crv": "P-256", "kid": "four", "x": "AA", "y": "AA"}),
    ];
    let jwt = trusting(None, Some(keys));
    assert!(accepts(&jwt, &eddsa(1, json!("one"))));
    assert!(accepts(&jwt, &eddsa(2, json!("two"))));
    assert!(accepts(&jwt, &rs256(json!("three"))));
    for kid in
        [json!("two"), json!("three"), json!("four"), json!("five"), json!("One"), json!(null)]
    {
        assert!(!accepts(&jwt, &eddsa(1, kid.clone())), "{kid}");
    }
    for kid in [json!("one"), json!("five"), json!(null)] {
        assert!(!accepts(&jwt, &rs256(kid.clone())), "{kid}");
    }
}

#[test]
fn a_key_of_a_set_without_an_id_answers_to_any() {
    let jwt = trusting(None, Some(vec![ed_jwk(1, json!(null)), ed_jwk(2, json!("two"))]));
    assert!(accepts(&jwt, &eddsa(1, json!(null))));
    assert!(accepts(&jwt, &eddsa(1, json!("two"))));
    assert!(accepts(&jwt, &eddsa(2, json!("two"))));
    assert!(!accepts(&jwt, &eddsa(2, json!(null))));
}

#[test]
fn both_files_may_be_given() {
    let jwt = trusting(Some(rsa_pem()), Some(vec![ed_jwk(1, json!("one"))]));
    assert!(accepts(&jwt, &rs256(json!(null))));
    assert!(accepts(&jwt, &eddsa(1, json!("one"))));
}

#[test]
fn a_public_key_is_no_secret() {
    for pem in [rsa_pem(), ed_pem(1)] {
        let jwt = trusting(Some(pem.clone()), None);
        let raw = URL_SAFE_NO_PAD.decode(ed_public(1)).unwrap();
        let der = RSA.to_public_key().to_pkcs1_der().unwrap().into_vec();
        for secret in [pem.as_bytes(), pem.trim().as_bytes(), &raw, &der] {
            let key = EncodingKey::from_secret(secret);
            for alg in ["HS256", "RS256", "EdDSA"] {
                let token = signed(&json!({"alg": alg}), &claims(), &key, Algorithm::HS256);
                assert!(!accepts(&jwt, &token), "{alg}");
            }
        }
    }
}

#[test]
fn a_key_serves_its_one_algorithm_only() {
    let jwt = trusting(Some(rsa_pem()), None);
    for (name, algorithm) in
        [("RS384", Algorithm::RS384), ("RS512", Algorithm::RS512), ("PS256", Algorithm::PS256)]
    {
        let token = signed(&json!({"alg": name}), &claims(), &rsa_key(), algorithm);
        assert!(!accepts(&jwt, &token), "{name}");
    }
    // nor does it sign for the secret
    for alg in ["HS256", "none"] {
        let token = signed(&json!({"alg": alg}), &claims(), &rsa_key(), Algorithm::RS256);
        assert!(!accepts(&jwt, &token), "{alg}");
    }
}

#[test]
fn a_token_may_not_bring_its_key_along() {
    let jwt = trusting(None, Some(vec![ed_jwk(1, json!("one"))]));
    let header = json!({"alg": "EdDSA", "kid": "one", "jwk": ed_jwk(2, json!("one"))});
    for seed in [1, 2] {
        let token = signed(&header, &claims(), &ed_key(seed), Algorithm::EdDSA);
        assert!(!accepts(&jwt, &token));
    }
}

#[test]
fn only_herald_speaks_of_sessions() {
    let jwt = trusting(Some(ed_pem(1)), None);
    for sid in ["login-1", ""] {
        let claims = with(claims(), "sid", json!(sid));
        let token = signed(&json!({"alg": "EdDSA"}), &claims, &ed_key(1), Algorithm::EdDSA);
        assert!(!accepts(&jwt, &token));
    }
}

#[test]
fn claims_are_checked_whoever_signed() {
    let jwt = trusting(Some(ed_pem(1)), None);
    for (field, content) in [("aud", json!("other")), ("iss", json!("x")), ("sub", json!(null))] {
        let claims = with(claims(), field, content);
        let token = signed(&json!({"alg": "EdDSA"}), &claims, &ed_key(1), Algorithm::EdDSA);
        assert!(!accepts(&jwt, &token), "{field}");
    }
    let late = jwt.verify(&eddsa(1, json!(null)), at(NOW + 65));
    assert_eq!(late, Err(TokenError::Expired));
}

#[test]
fn keys_that_are_not_safe_are_refused() {
    let config = |pem: String| JwtConfig { public_key: Some(pem), ..config() };
    let weak = RsaPrivateKey::new(&mut OsRng, 1024).unwrap().to_public_key();
    let weak = weak.to_public_key_pem(LineEnding::LF).unwrap();
    let private = RSA.to_pkcs1_pem(LineEnding::LF).unwrap().to_string();
    let two = format!("{}{}", ed_pem(1), ed_pem(2));
    for (pem, expected) in
        [(weak, KeyError::Malformed), (private, KeyError::Private), (two, KeyError::Pem)]
    {
        let error = Jwt::new(&config(pem)).unwrap_err();
        assert_eq!(error, JwtConfigError::PublicKey(expected));
    }
    // 32 bytes that are no point of the curve, and bytes too few or too many
    for x in [[2; 32].to_vec(), [1; 31].to_vec(), [1; 33].to_vec()] {
        let key = json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(x)});
        let jwks = Some(json!({"keys": [key]}).to_string());
        let error = Jwt::new(&JwtConfig { jwks, ..super::config() }).unwrap_err();
        assert_eq!(error, JwtConfigError::Jwks(KeyError::Malformed));
    }
}
