use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use herald_domain::{SessionId, Timestamp, UserKey};
use herald_ports::{NewSession, Revocation, Rotation, SessionStore, StoreError, Ticket, TokenHash};

use crate::MemoryStore;

/// Logins, their refresh tokens, tickets, and the log of revocations.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    sessions: HashMap<SessionId, Session>,
    refresh: HashMap<TokenHash, Refresh>,
    tickets: HashMap<TokenHash, Ticket>,
    /// the tickets by when they end
    ticket_ends: BTreeSet<(Timestamp, TokenHash)>,
    /// the first is at position 1
    revocations: Vec<Revocation>,
}

#[derive(Debug)]
struct Session {
    user: UserKey,
    live: bool,
}

#[derive(Debug)]
struct Refresh {
    session: SessionId,
    expires_at: Timestamp,
    used: bool,
}

impl Sessions {
    /// Notes that rights ended: of one login, or of the user in every login.
    pub(crate) fn note_revocation(&mut self, user: UserKey, session: Option<SessionId>) {
        self.revocations.push(Revocation { position: self.position() + 1, user, session });
    }

    fn position(&self) -> i64 {
        self.revocations.last().map_or(0, |last| last.position)
    }

    fn open(&mut self, new: NewSession) {
        let session = Session { user: new.user, live: true };
        self.sessions.insert(new.id.clone(), session);
        self.add_refresh(new.refresh, new.id, new.refresh_expires_at);
    }

    fn add_refresh(&mut self, hash: TokenHash, session: SessionId, expires_at: Timestamp) {
        let refresh = Refresh { session, expires_at, used: false };
        self.refresh.insert(hash, refresh);
    }

    fn rotate(
        &mut self,
        old: TokenHash,
        new: TokenHash,
        new_expires_at: Timestamp,
        now: Timestamp,
    ) -> Rotation {
        let Some(refresh) = self.refresh.get_mut(&old) else {
            return Rotation::Invalid;
        };
        let id = refresh.session.clone();
        let Some(session) = self.sessions.get(&id) else {
            return Rotation::Invalid;
        };
        let user = session.user;
        // first of all, so that of many calls at once the third is told what the second was
        if refresh.used {
            self.revoke(&id);
            return Rotation::Reused { session: id, user };
        }
        if !session.live || refresh.expires_at <= now {
            return Rotation::Invalid;
        }
        refresh.used = true;
        self.add_refresh(new, id.clone(), new_expires_at);
        Rotation::Rotated { session: id, user }
    }

    fn revoke(&mut self, id: &SessionId) {
        if let Some(session) = self.sessions.get_mut(id)
            && session.live
        {
            session.live = false;
            let user = session.user;
            self.note_revocation(user, Some(id.clone()));
        }
    }

    fn issue_ticket(&mut self, hash: TokenHash, ticket: Ticket, now: Timestamp) {
        while let Some((ends, hash)) = self.ticket_ends.first().copied()
            && ends <= now
        {
            self.take_ticket(hash);
        }
        self.ticket_ends.insert((ticket.expires_at, hash));
        self.tickets.insert(hash, ticket);
    }

    fn take_ticket(&mut self, hash: TokenHash) -> Option<Ticket> {
        let ticket = self.tickets.remove(&hash)?;
        self.ticket_ends.remove(&(ticket.expires_at, hash));
        Some(ticket)
    }
}

#[async_trait]
impl SessionStore for MemoryStore {
    async fn open(&self, new: NewSession) -> Result<(), StoreError> {
        self.state()?.sessions.open(new);
        Ok(())
    }

    async fn rotate(
        &self,
        old: TokenHash,
        new: TokenHash,
        new_expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Rotation, StoreError> {
        let sessions = &mut self.state()?.sessions;
        Ok(sessions.rotate(old, new, new_expires_at, now))
    }

    async fn revoke(&self, session: SessionId, _now: Timestamp) -> Result<(), StoreError> {
        self.state()?.sessions.revoke(&session);
        Ok(())
    }

    async fn is_live(&self, session: SessionId) -> Result<bool, StoreError> {
        let state = self.state()?;
        let session = state.sessions.sessions.get(&session);
        Ok(session.is_some_and(|session| session.live))
    }

    async fn revocations_since(
        &self,
        position: Option<i64>,
    ) -> Result<(i64, Vec<Revocation>), StoreError> {
        let sessions = &self.state()?.sessions;
        let last = sessions.position();
        let position = position.unwrap_or(last);
        let all = &sessions.revocations;
        let told = all.partition_point(|revocation| revocation.position <= position);
        Ok((last, all[told..].to_vec()))
    }

    async fn issue_ticket(
        &self,
        hash: TokenHash,
        ticket: Ticket,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.state()?.sessions.issue_ticket(hash, ticket, now);
        Ok(())
    }

    async fn redeem_ticket(
        &self,
        hash: TokenHash,
        now: Timestamp,
    ) -> Result<Option<Ticket>, StoreError> {
        let ticket = self.state()?.sessions.take_ticket(hash);
        Ok(ticket.filter(|ticket| ticket.expires_at > now))
    }
}
