use std::collections::{BTreeSet, HashMap, VecDeque};

use async_trait::async_trait;
use herald_domain::{SessionId, Timestamp, UserKey};
use herald_ports::{
    NewSession, Revocation, Revoked, Rotation, SessionStore, StoreError, Ticket, TokenHash,
};

use crate::MemoryStore;
use crate::retention::pop_if;

/// Logins, their refresh tokens, tickets, and the log of revocations.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    sessions: HashMap<SessionId, Session>,
    /// the logins by when they end
    session_ends: BTreeSet<(Timestamp, SessionId)>,
    refresh: HashMap<TokenHash, Refresh>,
    tickets: HashMap<TokenHash, Ticket>,
    /// the tickets by when they end
    ticket_ends: BTreeSet<(Timestamp, TokenHash)>,
    /// with the time of each
    revocations: VecDeque<(Timestamp, Revocation)>,
    /// the position of the latest revocation, forgotten or not
    position: i64,
}

#[derive(Debug)]
struct Session {
    user: UserKey,
    live: bool,
    /// when it was revoked, or else when its newest refresh token ends
    ends_at: Timestamp,
    refresh: Vec<TokenHash>,
}

#[derive(Debug)]
struct Refresh {
    session: SessionId,
    expires_at: Timestamp,
    used: bool,
}

impl Sessions {
    /// Notes that rights ended: of one login, or of the user in every login.
    pub(crate) fn note_revocation(&mut self, what: Revoked, now: Timestamp) {
        self.position += 1;
        let revocation = Revocation { position: self.position, what };
        self.revocations.push_back((now, revocation));
    }

    fn open(&mut self, new: NewSession) {
        let ends_at = new.refresh_expires_at;
        let session = Session { user: new.user, live: true, ends_at, refresh: Vec::new() };
        self.sessions.insert(new.id.clone(), session);
        self.add_refresh(new.refresh, new.id, ends_at);
    }

    /// Adds a refresh token, with which the login ends later.
    fn add_refresh(&mut self, hash: TokenHash, session: SessionId, expires_at: Timestamp) {
        if let Some(session) = self.sessions.get_mut(&session) {
            session.refresh.push(hash);
        }
        self.end_at(&session, expires_at);
        let refresh = Refresh { session, expires_at, used: false };
        self.refresh.insert(hash, refresh);
    }

    fn end_at(&mut self, id: &SessionId, ends_at: Timestamp) {
        if let Some(session) = self.sessions.get_mut(id) {
            self.session_ends.remove(&(session.ends_at, id.clone()));
            session.ends_at = ends_at;
            self.session_ends.insert((ends_at, id.clone()));
        }
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
            self.revoke(&id, now);
            return Rotation::Reused { session: id, user };
        }
        if !session.live || refresh.expires_at <= now {
            return Rotation::Invalid;
        }
        refresh.used = true;
        self.add_refresh(new, id.clone(), new_expires_at);
        Rotation::Rotated { session: id, user }
    }

    fn revoke(&mut self, id: &SessionId, now: Timestamp) {
        if let Some(session) = self.sessions.get_mut(id)
            && session.live
        {
            session.live = false;
            let user = session.user;
            self.end_at(id, now);
            self.note_revocation(Revoked::Session { user, session: id.clone() }, now);
        }
    }

    fn issue_ticket(&mut self, hash: TokenHash, ticket: Ticket, now: Timestamp) {
        while self.forget_ticket(now) > 0 {}
        self.ticket_ends.insert((ticket.expires_at, hash));
        self.tickets.insert(hash, ticket);
    }

    /// Forgets every login and ticket of a user.
    pub(crate) fn forget_user(&mut self, user: UserKey) {
        let Self { sessions, session_ends, refresh, tickets, ticket_ends, .. } = self;
        sessions.retain(|_, session| session.user != user);
        session_ends.retain(|(_, id)| sessions.contains_key(id));
        refresh.retain(|_, token| sessions.contains_key(&token.session));
        tickets.retain(|_, ticket| ticket.user != user);
        ticket_ends.retain(|(_, hash)| tickets.contains_key(hash));
    }

    fn take_ticket(&mut self, hash: TokenHash) -> Option<Ticket> {
        let ticket = self.tickets.remove(&hash)?;
        self.ticket_ends.remove(&(ticket.expires_at, hash));
        Some(ticket)
    }
}

/// Forgetting the oldest of a kind, if it is not younger than `until`; each answers how much that was.
impl Sessions {
    pub(crate) fn forget_ticket(&mut self, until: Timestamp) -> usize {
        let oldest = self.ticket_ends.first().filter(|(ends, _)| *ends <= until).copied();
        usize::from(oldest.and_then(|(_, hash)| self.take_ticket(hash)).is_some())
    }

    pub(crate) fn forget_revocation(&mut self, until: Timestamp) -> usize {
        usize::from(pop_if(&mut self.revocations, |(at, _)| *at <= until).is_some())
    }

    pub(crate) fn forget_login(&mut self, until: Timestamp) -> usize {
        let oldest = self.session_ends.first().filter(|(ends, _)| *ends <= until).cloned();
        let Some(session) = oldest.and_then(|oldest| {
            self.session_ends.remove(&oldest);
            self.sessions.remove(&oldest.1)
        }) else {
            return 0;
        };
        for hash in &session.refresh {
            self.refresh.remove(hash);
        }
        1 + session.refresh.len()
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

    async fn revoke(&self, session: SessionId, now: Timestamp) -> Result<(), StoreError> {
        self.state()?.sessions.revoke(&session, now);
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
        let last = sessions.position;
        let position = position.unwrap_or(last);
        let all = sessions.revocations.iter().map(|(_, revocation)| revocation);
        Ok((last, all.filter(|revocation| revocation.position > position).cloned().collect()))
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
