//! What a token says, on the wire and checked.

use std::time::Duration;

use herald_domain::{SessionId, Timestamp, UserId};
use herald_ports::{Claims, TokenError};
use serde::{Deserialize, Deserializer, Serialize, de};

/// Both `iss` and `aud`.
const HERALD: &str = "herald";

/// How far the clocks of who mints and who checks may differ.
const LEEWAY: Duration = Duration::from_secs(5);

/// The claims of a token that Herald issues.
#[derive(Serialize)]
pub(super) struct Issued<'a> {
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    exp: i64,
    iat: i64,
    iss: &'static str,
    aud: &'static str,
}

impl<'a> From<&'a Claims> for Issued<'a> {
    fn from(claims: &'a Claims) -> Self {
        Self {
            sub: claims.subject.as_str(),
            sid: claims.session.as_ref().map(SessionId::as_str),
            exp: claims.expires_at.as_secs(),
            iat: claims.issued_at.as_secs(),
            iss: HERALD,
            aud: HERALD,
        }
    }
}

/// The claims of a token that came in; those that are not optional must be there. Others are
/// ignored (RFC 7519, 4).
#[derive(Deserialize)]
pub(super) struct Received {
    sub: UserId,
    sid: Option<String>,
    exp: NumericDate,
    iat: NumericDate,
    nbf: Option<NumericDate>,
    iss: String,
    aud: Audience,
}

impl Received {
    pub(super) fn names_a_session(&self) -> bool {
        self.sid.is_some()
    }

    /// The claims, if they are meant for Herald and hold at `now`.
    pub(super) fn at(self, now: Timestamp) -> Result<Claims, TokenError> {
        let latest = now.plus(LEEWAY);
        let begins_later = |date: &NumericDate| date.0 > latest;
        if self.iss != HERALD
            || !self.aud.names_herald()
            || begins_later(&self.iat)
            || self.nbf.as_ref().is_some_and(begins_later)
        {
            return Err(TokenError::Invalid);
        }
        if self.exp.0.plus(LEEWAY) <= now {
            return Err(TokenError::Expired);
        }
        Ok(Claims {
            subject: self.sub,
            session: self.sid.map(SessionId::new),
            issued_at: self.iat.0,
            expires_at: self.exp.0,
        })
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn names_herald(&self) -> bool {
        match self {
            Self::One(name) => name == HERALD,
            Self::Many(names) => names.iter().any(|name| name == HERALD),
        }
    }
}

/// Seconds since 1970, maybe with a fraction (RFC 7519, 2).
struct NumericDate(Timestamp);

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        // the cast saturates; what was cut to the years that can be written was no date, but, say,
        // milliseconds
        let micros = (seconds * 1e6) as i64;
        let moment = Timestamp::from_micros(micros);
        if moment.as_micros() == micros {
            Ok(Self(moment))
        } else {
            Err(de::Error::custom("date is out of range"))
        }
    }
}
