//! What is refused, each differing in one respect from a token that is accepted.

use super::*;
use herald_domain::SessionId;

fn refused(token: &str, why: &str) {
    assert_eq!(verify(&jwt(), token), Err(TokenError::Invalid), "{why}");
}

#[test]
fn a_plain_token_is_accepted() {
    let expected =
        Claims { subject: alice(), session: None, issued_at: at(NOW), expires_at: at(NOW + 60) };
    assert_eq!(verify(&jwt(), &shared(&hs256(), &claims())), Ok(expected));
}

#[test]
fn headers() {
    for (header, why) in [
        (json!({"alg": "none", "typ": "JWT"}), "no algorithm"),
        (json!({"alg": "None"}), "no algorithm, in another case"),
        (json!({"alg": "hs256"}), "algorithms are case-sensitive"),
        (json!({"alg": "HS512"}), "another hash"),
        (json!({"alg": "RS256"}), "an algorithm without a key"),
        (json!({"alg": "EdDSA"}), "an algorithm without a key"),
        (json!({"alg": "ES256"}), "an algorithm of no key"),
        (json!({"alg": ["HS256"]}), "a list of algorithms"),
        (json!({"alg": 256}), "a number for an algorithm"),
        (json!({"typ": "JWT"}), "no algorithm named"),
        (json!([]), "not an object"),
        (json!("HS256"), "not an object"),
        (with(hs256(), "typ", json!("refresh")), "another type"),
        (with(hs256(), "typ", json!("JWE")), "another type"),
        (with(hs256(), "typ", json!(1)), "a number for a type"),
        (with(hs256(), "kid", json!(1)), "a number for a key id"),
        (with(hs256(), "jku", json!("https://evil.example/jwks")), "its own key set"),
        (with(hs256(), "jwk", json!({"kty": "oct", "k": "AAAA"})), "its own key"),
        (with(hs256(), "x5u", json!("https://evil.example/x")), "its own certificate"),
        (with(hs256(), "x5c", json!(["AAAA"])), "its own certificate"),
        (with(hs256(), "crit", json!(["exp"])), "an extension"),
        (with(hs256(), "crit", json!([])), "an extension"),
    ] {
        refused(&shared(&header, &claims()), &format!("{why}: {header}"));
    }
}

#[test]
fn known_types_and_unused_fields_of_the_header_are_accepted() {
    for header in [
        json!({"alg": "HS256"}),
        json!({"alg": "HS256", "typ": "jwt"}),
        json!({"alg": "HS256", "typ": "at+jwt"}),
        json!({"alg": "HS256", "typ": "JWT", "kid": "any", "x": 1}),
    ] {
        assert!(verify(&jwt(), &shared(&header, &claims())).is_ok(), "{header}");
    }
}

#[test]
fn claim_sets() {
    for (field, content) in [
        ("sub", json!(null)),
        ("sub", json!("")),
        ("sub", json!("a b")),
        ("sub", json!("a\0")),
        ("sub", json!("a".repeat(129))),
        ("sub", json!(7)),
        ("sub", json!(["alice"])),
        ("sub", json!({"id": "alice"})),
        ("iss", json!(null)),
        ("iss", json!("Herald")),
        ("iss", json!("https://evil.example")),
        ("iss", json!(["herald"])),
        ("iss", json!(true)),
        ("aud", json!(null)),
        ("aud", json!("other")),
        ("aud", json!("")),
        ("aud", json!([])),
        ("aud", json!(["other"])),
        ("aud", json!([["herald"]])),
        ("aud", json!(["herald", 1])),
        ("aud", json!({"herald": true})),
        ("aud", json!(1)),
        ("exp", json!(null)),
        ("exp", json!("2099-01-01T00:00:00Z")),
        ("exp", json!((NOW + 60).to_string())),
        ("exp", json!([NOW + 60])),
        ("exp", json!(true)),
        ("exp", json!((NOW + 60) * 1000)),
        ("exp", json!(1e300)),
        ("exp", json!(i64::MIN)),
        ("exp", json!(u64::MAX)),
        ("iat", json!(null)),
        ("iat", json!("now")),
        ("iat", json!(NOW + 3600)),
        ("iat", json!(NOW * 1000)),
        ("nbf", json!(NOW + 3600)),
        ("nbf", json!("now")),
        ("nbf", json!({})),
        ("sid", json!(7)),
        ("sid", json!(["login"])),
    ] {
        let claims = with(claims(), field, content);
        refused(&shared(&hs256(), &claims), &claims.to_string());
    }
}

#[test]
fn claims_written_as_null_are_missing() {
    for field in ["sub", "iss", "aud", "exp", "iat"] {
        let mut claims = claims();
        claims[field] = Value::Null;
        refused(&shared(&hs256(), &claims), field);
    }
}

#[test]
fn a_claim_written_twice_is_refused() {
    for twice in [r#""sub":"mallory""#, r#""exp":9999999999"#, r#""aud":"x""#, r#""sid":"x""#] {
        let claims = claims().to_string().replacen('{', &format!("{{{twice},{twice},"), 1);
        let token = sign(&hs256().to_string(), &claims, &secret_key(), Algorithm::HS256);
        refused(&token, twice);
    }
}

#[test]
fn payloads_that_are_no_claims() {
    let deep = "[".repeat(10_000);
    for payload in ["", "null", "[]", "\"alice\"", "{", "1e999", deep.as_str(), "{\"exp\":1e999}"] {
        let token = sign(&hs256().to_string(), payload, &secret_key(), Algorithm::HS256);
        refused(&token, &payload[..payload.len().min(20)]);
    }
}

#[test]
fn other_claims_are_ignored() {
    let claims = with(claims(), "role", json!({"admin": true}));
    assert_eq!(verify(&jwt(), &shared(&hs256(), &claims)).unwrap().subject, alice());
}

#[test]
fn an_audience_may_be_one_of_several() {
    for aud in [json!(["herald"]), json!(["other", "herald"])] {
        let claims = with(claims(), "aud", aud);
        assert!(verify(&jwt(), &shared(&hs256(), &claims)).is_ok(), "{claims}");
    }
}

#[test]
fn a_session_is_passed_on() {
    let claims = with(claims(), "sid", json!("login-1"));
    let session = verify(&jwt(), &shared(&hs256(), &claims)).unwrap().session;
    assert_eq!(session, Some(SessionId::new("login-1")));
}

#[test]
fn forms_that_are_no_token() {
    let good = shared(&hs256(), &claims());
    let parts: Vec<&str> = good.split('.').collect();
    let [header, payload, signature] = parts[..] else { unreachable!() };
    for text in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        "token".to_owned(),
        "é.é.é".to_owned(),
        format!("{header}.{payload}"),
        format!("{header}.{payload}."),
        format!("{header}.{payload}.{signature}."),
        format!("{good}.{signature}"),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{good}="),
        format!("Bearer {good}"),
        format!("{header}.{payload}.{}", signature.to_uppercase()),
        format!("{header}.{payload}.{}", &signature[..signature.len() - 2]),
        format!("{header}..{signature}"),
        format!("..{signature}"),
        "a".repeat(1 << 20),
    ] {
        refused(&text, &text[..text.len().min(40)]);
    }
}

#[test]
fn what_was_changed_after_signing_is_refused() {
    let good = shared(&hs256(), &claims());
    let signature = good.rsplit('.').next().unwrap();
    let forged = with(claims(), "sub", json!("admin")).to_string();
    refused(
        &format!("{}.{}.{signature}", encode(&hs256().to_string()), encode(&forged)),
        "another subject",
    );
    let none = encode(r#"{"alg":"none"}"#);
    refused(&format!("{none}.{}.", encode(&forged)), "no signature");
}

#[test]
fn another_secret_is_refused() {
    for secret in ["", "canary-secret-0123456789-abcdefgi", "secret"] {
        let key = EncodingKey::from_secret(secret.as_bytes());
        let (header, claims) = (hs256().to_string(), claims().to_string());
        refused(&sign(&header, &claims, &key, Algorithm::HS256), secret);
    }
}

#[test]
fn the_secret_serves_no_other_algorithm() {
    for (name, algorithm) in [("HS384", Algorithm::HS384), ("HS512", Algorithm::HS512)] {
        let header = json!({"alg": name}).to_string();
        refused(&sign(&header, &claims().to_string(), &secret_key(), algorithm), name);
    }
}
