mod tickets;

use async_trait::async_trait;
use diesel::dsl::max;
use diesel::prelude::*;
use herald_domain::{ApiKeyId, SessionId, Timestamp, UserKey};
use herald_ports::{
    NewSession, Revocation, Revoked, Rotation, SessionStore, StoreError, Ticket, TokenHash,
};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::locks::Matter;
use crate::schema::{refresh_tokens, revocations, sessions};
use crate::store::DieselStore;

/// The user of a revocation that is none's. No user has that key.
const NOBODY: i64 = 0;

#[async_trait]
impl SessionStore for DieselStore {
    async fn open(&self, new: NewSession) -> Result<(), StoreError> {
        self.write(move |conn| open(conn, &new)).await
    }

    async fn rotate(
        &self,
        old: TokenHash,
        new: TokenHash,
        new_expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Rotation, StoreError> {
        self.write(move |conn| rotate(conn, &old, &new, new_expires_at, now)).await
    }

    async fn revoke(&self, session: SessionId, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |conn| revoke(conn, &session, now)).await
    }

    async fn is_live(&self, session: SessionId) -> Result<bool, StoreError> {
        self.read(move |conn| Ok(owner(conn, &session)?.is_some())).await
    }

    async fn revocations_since(
        &self,
        position: Option<i64>,
    ) -> Result<(i64, Vec<Revocation>), StoreError> {
        self.read(move |conn| match position {
            None => Ok((latest(conn)?, Vec::new())),
            Some(position) => revocations_since(conn, position),
        })
        .await
    }

    async fn issue_ticket(
        &self,
        hash: TokenHash,
        ticket: Ticket,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |conn| tickets::issue(conn, &hash, &ticket, now)).await
    }

    async fn redeem_ticket(
        &self,
        hash: TokenHash,
        now: Timestamp,
    ) -> Result<Option<Ticket>, StoreError> {
        self.write(move |conn| tickets::redeem(conn, &hash, now)).await
    }
}

fn open(conn: &mut Conn, new: &NewSession) -> Result<(), Failure> {
    let row = (
        sessions::id.eq(new.id.as_str()),
        sessions::usr.eq(new.user.get()),
        sessions::created_at.eq(new.now.as_micros()),
        sessions::ends_at.eq(new.refresh_expires_at.as_micros()),
    );
    on_conn!(conn, c => diesel::insert_into(sessions::table).values(row).execute(c))?;
    add_token(conn, &new.refresh, &new.id, new.refresh_expires_at)
}

fn add_token(
    conn: &mut Conn,
    hash: &TokenHash,
    session: &SessionId,
    expires_at: Timestamp,
) -> Result<(), Failure> {
    let row = (
        refresh_tokens::hash.eq(hash.as_slice()),
        refresh_tokens::session.eq(session.as_str()),
        refresh_tokens::expires_at.eq(expires_at.as_micros()),
    );
    on_conn!(conn, c => diesel::insert_into(refresh_tokens::table).values(row).execute(c))?;
    Ok(())
}

/// A refresh token and its login.
#[derive(Queryable)]
struct TokenRow {
    expires_at: i64,
    used_at: Option<i64>,
    session: String,
    user: i64,
    revoked_at: Option<i64>,
}

fn rotate(
    conn: &mut Conn,
    old: &TokenHash,
    new: &TokenHash,
    new_expires_at: Timestamp,
    now: Timestamp,
) -> Result<Rotation, Failure> {
    let row = refresh_tokens::table
        .inner_join(sessions::table)
        .filter(refresh_tokens::hash.eq(old.as_slice()))
        .select((
            refresh_tokens::expires_at,
            refresh_tokens::used_at,
            sessions::id,
            sessions::usr,
            sessions::revoked_at,
        ));
    let row: Option<TokenRow> = match conn {
        Conn::Sqlite(c) => row.get_result(c),
        Conn::Pg(c) => row.for_update().get_result(c),
    }
    .optional()?;
    let Some(row) = row else {
        return Ok(Rotation::Invalid);
    };
    let (session, user) = (SessionId::new(row.session), UserKey::new(row.user));
    // reuse first: of many who use a token at once, the others revoke what they then find revoked
    if row.used_at.is_some() {
        revoke(conn, &session, now)?;
        return Ok(Rotation::Reused { session, user });
    }
    if row.revoked_at.is_some() || row.expires_at <= now.as_micros() {
        return Ok(Rotation::Invalid);
    }
    on_conn!(conn, c => diesel::update(refresh_tokens::table.find(old.as_slice()))
        .set(refresh_tokens::used_at.eq(now.as_micros()))
        .execute(c))?;
    add_token(conn, new, &session, new_expires_at)?;
    on_conn!(conn, c => diesel::update(sessions::table.find(session.as_str()))
        .set(sessions::ends_at.eq(new_expires_at.as_micros()))
        .execute(c))?;
    Ok(Rotation::Rotated { session, user })
}

fn revoke(conn: &mut Conn, session: &SessionId, now: Timestamp) -> Result<(), Failure> {
    let owner: Option<i64> = on_conn!(conn, c => diesel::update(sessions::table)
        .filter(sessions::id.eq(session.as_str()))
        .filter(sessions::revoked_at.is_null())
        .set((sessions::revoked_at.eq(now.as_micros()), sessions::ends_at.eq(now.as_micros())))
        .returning(sessions::usr)
        .get_result(c)
        .optional())?;
    match owner {
        Some(user) => {
            let (user, session) = (UserKey::new(user), session.clone());
            note_revocation(conn, &Revoked::Session { user, session }, now)
        }
        None => Ok(()),
    }
}

/// Whose login it is, unless it has ended.
fn owner(conn: &mut Conn, session: &SessionId) -> Result<Option<UserKey>, Failure> {
    let user: Option<i64> = on_conn!(conn, c => sessions::table
        .filter(sessions::id.eq(session.as_str()))
        .filter(sessions::revoked_at.is_null())
        .select(sessions::usr)
        .get_result(c)
        .optional())?;
    Ok(user.map(UserKey::new))
}

/// Adds to the log of revocations. The last thing that a transaction does: until its end nobody else
/// adds, so that whoever reads on from a position finds what was added since.
pub(crate) fn note_revocation(
    conn: &mut Conn,
    what: &Revoked,
    now: Timestamp,
) -> Result<(), Failure> {
    Matter::Revocations.hold(conn)?;
    let (user, session, key) = match what {
        Revoked::User(user) => (Some(user.get()), None, None),
        Revoked::Session { user, session } => (Some(user.get()), Some(session.as_str()), None),
        Revoked::ApiKey(key) => (None, None, Some(key.get())),
    };
    let row = (
        revocations::usr.eq(user.unwrap_or(NOBODY)),
        revocations::session.eq(session),
        revocations::api_key.eq(key),
        revocations::created_at.eq(now.as_micros()),
    );
    on_conn!(conn, c => diesel::insert_into(revocations::table).values(row).execute(c))?;
    Ok(())
}

fn latest(conn: &mut Conn) -> Result<i64, Failure> {
    let latest: Option<i64> = on_conn!(conn, c => revocations::table
        .select(max(revocations::position))
        .get_result(c))?;
    Ok(latest.unwrap_or_default())
}

/// A revocation: its position, and the user, the login and the API key that it names.
type RevocationRow = (i64, i64, Option<String>, Option<i64>);

fn revocations_since(conn: &mut Conn, since: i64) -> Result<(i64, Vec<Revocation>), Failure> {
    let rows: Vec<RevocationRow> = on_conn!(conn, c => revocations::table
        .filter(revocations::position.gt(since))
        .order(revocations::position)
        .select((
            revocations::position,
            revocations::usr,
            revocations::session,
            revocations::api_key,
        ))
        .load(c))?;
    let next = rows.last().map_or(since, |(position, ..)| *position);
    let of_row = |(position, user, session, key): RevocationRow| {
        let user = UserKey::new(user);
        let what = match (session.map(SessionId::new), key) {
            (_, Some(key)) => Revoked::ApiKey(ApiKeyId::new(key)),
            (Some(session), None) => Revoked::Session { user, session },
            (None, None) => Revoked::User(user),
        };
        Revocation { position, what }
    };
    Ok((next, rows.into_iter().map(of_row).collect()))
}
