//! [`SessionStore`](herald_ports::SessionStore): logins, refresh tokens, the log of revocations.

use herald_domain::{SessionId, UserKey};
use herald_ports::{NewSession, Revocation, Revoked, Rotation, TokenHash};

use crate::Stores;
use crate::fixtures::{NOW, ROUNDS, at_once, later};

const FIRST: TokenHash = [1; 32];
const SECOND: TokenHash = [2; 32];
const THIRD: TokenHash = [3; 32];

/// A token is exchanged for its successor, and that for the next.
pub async fn a_refresh_token_is_rotated(stores: &Stores) {
    let user = open(stores, "laptop", FIRST).await;
    let rotated = Rotation::Rotated { session: SessionId::new("laptop"), user };
    assert_eq!(rotate(stores, FIRST, SECOND).await, rotated);
    assert_eq!(rotate(stores, SECOND, THIRD).await, rotated);
    assert!(is_live(stores, "laptop").await);
}

/// A token used twice revokes the login, once: its successor is worth nothing, and a revocation is
/// noted.
pub async fn a_reused_refresh_token_revokes_its_login(stores: &Stores) {
    let user = open(stores, "laptop", FIRST).await;
    let (start, _) = stores.sessions.revocations_since(None).await.unwrap();
    rotate(stores, FIRST, SECOND).await;
    let reused = Rotation::Reused { session: SessionId::new("laptop"), user };
    assert_eq!(rotate(stores, FIRST, THIRD).await, reused);
    assert_eq!(rotate(stores, FIRST, THIRD).await, reused);
    assert_eq!(rotate(stores, SECOND, THIRD).await, Rotation::Invalid);
    assert_eq!(rotate(stores, THIRD, [4; 32]).await, Rotation::Invalid);
    assert!(!is_live(stores, "laptop").await);
    assert_eq!(ended_since(stores, start).await, ["laptop"]);
}

/// Only the login concerned is revoked.
pub async fn other_logins_of_the_user_stay(stores: &Stores) {
    open(stores, "laptop", FIRST).await;
    open(stores, "phone", SECOND).await;
    stores.sessions.revoke(SessionId::new("laptop"), NOW).await.unwrap();
    assert!(is_live(stores, "phone").await);
    let rotated = rotate(stores, SECOND, THIRD).await;
    assert!(matches!(rotated, Rotation::Rotated { .. }), "{rotated:?}");
}

/// Of many who use one token at once, one gets the successor; for the others it was used before.
pub async fn of_rotations_at_once_one_succeeds(stores: &Stores) {
    for round in 0..ROUNDS {
        let (session, token) = (format!("login {round}"), [round; 32]);
        open(stores, &session, token).await;
        let (start, _) = stores.sessions.revocations_since(None).await.unwrap();
        let rotations = at_once(16, |nth| {
            let stores = stores.clone();
            let mut new = token;
            new[0] = 100 + u8::try_from(nth).unwrap();
            async move { rotate(&stores, token, new).await }
        })
        .await;
        let count = |wanted: fn(&Rotation) -> bool| rotations.iter().filter(|r| wanted(r)).count();
        assert_eq!(count(|r| matches!(r, Rotation::Rotated { .. })), 1);
        assert_eq!(count(|r| matches!(r, Rotation::Reused { .. })), 15);
        assert_eq!(ended_since(stores, start).await, [session]);
    }
}

/// A token ends at its time, its successor at its own.
pub async fn an_expired_refresh_token_is_invalid(stores: &Stores) {
    open(stores, "laptop", FIRST).await; // until later(60)
    let sessions = &stores.sessions;
    let late = sessions.rotate(FIRST, SECOND, later(200), later(60)).await;
    assert_eq!(late.unwrap(), Rotation::Invalid);
    let in_time = sessions.rotate(FIRST, SECOND, later(200), later(59)).await;
    assert!(matches!(in_time.unwrap(), Rotation::Rotated { .. }));
    let in_time = sessions.rotate(SECOND, THIRD, later(300), later(199)).await;
    assert!(matches!(in_time.unwrap(), Rotation::Rotated { .. }));
}

/// An unknown token is invalid.
pub async fn an_unknown_refresh_token_is_invalid(stores: &Stores) {
    assert_eq!(rotate(stores, FIRST, SECOND).await, Rotation::Invalid);
}

/// A login that was ended stays so; ending it again, or one that never was, changes nothing.
pub async fn revoking_twice_is_revoking_once(stores: &Stores) {
    open(stores, "laptop", FIRST).await;
    assert!(is_live(stores, "laptop").await);
    assert!(!is_live(stores, "phone").await);
    let (start, _) = stores.sessions.revocations_since(None).await.unwrap();
    for session in ["laptop", "laptop", "phone"] {
        let session = SessionId::new(session);
        stores.sessions.revoke(session, later(1)).await.unwrap();
    }
    assert!(!is_live(stores, "laptop").await);
    assert_eq!(rotate(stores, FIRST, SECOND).await, Rotation::Invalid);
    assert_eq!(ended_since(stores, start).await, ["laptop"]);
}

/// Revocations are told in order, each once to who asks from where the last answer ended.
pub async fn revocations_are_told_in_order(stores: &Stores) {
    let user = open(stores, "a", FIRST).await;
    open(stores, "b", SECOND).await;
    open(stores, "c", THIRD).await;
    let revoke = |session: &str| stores.sessions.revoke(SessionId::new(session), NOW);
    let since = |position| stores.sessions.revocations_since(position);

    revoke("a").await.unwrap();
    let (start, past) = since(None).await.unwrap();
    assert_eq!(past, [], "who asks for the position gets nothing else");
    revoke("c").await.unwrap();
    revoke("b").await.unwrap();
    let (next, told) = since(Some(start)).await.unwrap();
    let of = |position, session: &str| Revocation {
        position,
        what: Revoked::Session { user, session: SessionId::new(session) },
    };
    assert!(start < told[0].position && told[0].position < told[1].position);
    assert_eq!(told, [of(told[0].position, "c"), of(told[1].position, "b")]);
    assert_eq!(since(Some(next)).await.unwrap(), (next, vec![]));
    assert_eq!(since(None).await.unwrap().0, next);
}

async fn open(stores: &Stores, session: &str, refresh: TokenHash) -> UserKey {
    let user = stores.ensure("alice").await;
    let new = NewSession {
        id: SessionId::new(session),
        user,
        refresh,
        refresh_expires_at: later(60),
        now: NOW,
    };
    stores.sessions.open(new).await.unwrap();
    user
}

async fn rotate(stores: &Stores, old: TokenHash, new: TokenHash) -> Rotation {
    let rotation = stores.sessions.rotate(old, new, later(60), NOW).await;
    rotation.unwrap()
}

async fn is_live(stores: &Stores, session: &str) -> bool {
    let session = SessionId::new(session);
    stores.sessions.is_live(session).await.unwrap()
}

async fn ended_since(stores: &Stores, position: i64) -> Vec<String> {
    let (_, ended) = stores.sessions.revocations_since(Some(position)).await.unwrap();
    let session = |revocation: Revocation| match revocation.what {
        Revoked::Session { session, .. } => session.to_string(),
        other => panic!("not a login: {other:?}"),
    };
    ended.into_iter().map(session).collect()
}
