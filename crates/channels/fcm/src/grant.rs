use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use herald_domain::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::RSA_PKCS1_SHA256;
use serde::Serialize;

use crate::ServiceAccount;

/// What a token is good for.
const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
/// How long a grant is good, in seconds: the most that Google takes.
const LIFE: i64 = 3_600;

#[derive(Serialize)]
struct Head<'a> {
    alg: &'static str,
    typ: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'static str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

impl ServiceAccount {
    /// What a token is asked for with (RFC 7523 section 2.1): a JWT, signed by the account's key. None, if the key does
    /// not sign.
    ///
    /// It is signed by `ring` because the library that makes Herald's own tokens has an implementation of RSA
    /// whose time tells something of the key (RUSTSEC-2023-0071).
    pub(crate) fn grant(&self, now: Timestamp) -> Option<String> {
        let head = Head { alg: "RS256", typ: "JWT", kid: self.key_id.as_deref() };
        let iat = now.as_secs();
        let aud = self.token_url.as_str();
        let claims = Claims { iss: &self.email, scope: SCOPE, aud, iat, exp: iat + LIFE };
        let mut grant = format!("{}.{}", part(&head)?, part(&claims)?);
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), grant.as_bytes(), &mut signature)
            .ok()?;
        grant.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut grant);
        Some(grant)
    }
}

fn part(value: &impl Serialize) -> Option<String> {
    serde_json::to_vec(value).ok().map(|json| BASE64_URL_SAFE_NO_PAD.encode(json))
}
