//! Times are those of the caller's clock, with five seconds of leeway.

use super::*;
use herald_domain::SessionId;
use herald_ports::TokenIssuer;

fn micros_after(second: i64, micros: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000 + micros)
}

fn verify_at(claims: &Value, now: Timestamp) -> Result<(), TokenError> {
    jwt().verify(&shared(&hs256(), claims), now).map(drop)
}

#[test]
fn a_token_ends_five_seconds_after_its_expiry() {
    let end = NOW + 60;
    for (now, expected) in [
        (at(end - 1), Ok(())),
        (at(end), Ok(())),
        (at(end + 4), Ok(())),
        (micros_after(end + 5, -1), Ok(())),
        (at(end + 5), Err(TokenError::Expired)),
        (micros_after(end + 5, 1), Err(TokenError::Expired)),
        (at(end + 100_000), Err(TokenError::Expired)),
    ] {
        assert_eq!(verify_at(&claims(), now), expected, "{now}");
    }
}

#[test]
fn a_token_may_come_five_seconds_from_the_future() {
    for field in ["iat", "nbf"] {
        for (begin, expected) in [
            (json!(NOW - 1), Ok(())),
            (json!(NOW), Ok(())),
            (json!(NOW + 5), Ok(())),
            (json!(NOW as f64 + 5.000_001), Err(TokenError::Invalid)),
            (json!(NOW + 6), Err(TokenError::Invalid)),
        ] {
            let claims = with(claims(), field, begin);
            assert_eq!(verify_at(&claims, at(NOW)), expected, "{claims}");
        }
    }
}

#[test]
fn fractions_of_a_second_count() {
    let claims = with(claims(), "exp", json!(NOW as f64 + 60.25));
    let end = micros_after(NOW + 65, 250_000);
    assert_eq!(verify_at(&claims, micros_after(NOW + 65, 249_999)), Ok(()));
    assert_eq!(verify_at(&claims, end), Err(TokenError::Expired));
}

#[test]
fn the_machines_clock_is_not_asked() {
    for now in [at(0), at(NOW), at(9_000_000_000)] {
        let second = now.as_secs();
        let claims = with(with(claims(), "iat", json!(second)), "exp", json!(second + 60));
        assert_eq!(verify_at(&claims, now), Ok(()), "{now}");
    }
}

#[test]
fn extremes_are_no_reason_to_panic() {
    for exp in [json!(0), json!(-1), json!(-62_135_596_800_i64), json!(0.5), json!(-0.0)] {
        let claims = with(claims(), "exp", exp);
        assert_eq!(verify_at(&claims, at(NOW)), Err(TokenError::Expired), "{claims}");
    }
    let last = with(claims(), "exp", json!(253_402_300_799_i64));
    assert_eq!(verify_at(&last, at(NOW)), Ok(()));
    for now in [i64::MIN, i64::MAX] {
        assert!(verify_at(&claims(), Timestamp::from_micros(now)).is_err());
    }
}

#[test]
fn an_expired_token_is_called_so_only_if_it_was_valid_once() {
    let late = at(NOW + 100);
    let forged = EncodingKey::from_secret(&[0; 32]);
    let (header, text) = (hs256().to_string(), claims().to_string());
    let token = sign(&header, &text, &forged, Algorithm::HS256);
    assert_eq!(jwt().verify(&token, late), Err(TokenError::Invalid));
    let other = with(claims(), "aud", json!("other"));
    assert_eq!(verify_at(&other, late), Err(TokenError::Invalid));
}

#[test]
fn what_is_issued_is_accepted() {
    for session in [None, Some(SessionId::new("0123456789abcdef"))] {
        let claims =
            Claims { subject: alice(), session, issued_at: at(NOW), expires_at: at(NOW + 900) };
        let jwt = jwt();
        assert_eq!(jwt.verify(&jwt.issue(&claims), at(NOW)), Ok(claims));
    }
}

#[test]
fn what_is_issued_can_be_read_by_others() {
    let claims = Claims {
        subject: alice(),
        session: Some(SessionId::new("login-1")),
        issued_at: micros_after(NOW, 999_999),
        expires_at: micros_after(NOW + 900, 999_999),
    };
    let token = jwt().issue(&claims);
    let parts: Vec<Value> = token
        .split('.')
        .take(2)
        .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
        .collect();
    assert_eq!(parts[0], hs256());
    let expected = json!({
        "sub": "alice", "sid": "login-1", "exp": NOW + 900, "iat": NOW,
        "iss": "herald", "aud": "herald",
    });
    assert_eq!(parts[1], expected);
}

#[test]
fn any_claims_can_be_issued() {
    for moment in [i64::MIN, -1, 0, i64::MAX] {
        let moment = Timestamp::from_micros(moment);
        let claims = Claims {
            subject: "a".repeat(128).parse().unwrap(),
            session: Some(SessionId::new("\0\"é\u{2028}")),
            issued_at: moment,
            expires_at: moment,
        };
        assert_eq!(jwt().issue(&claims).split('.').count(), 3);
    }
}
