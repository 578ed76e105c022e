use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use async_trait::async_trait;
use herald_domain::{Role, Timestamp, User, UserFilter, UserId, UserKey, Username};
use herald_ports::{
    Changed, Login, NewUser, Part, PasswordHash, Position, Revoked, StoreError, UserChange,
    UserPage, UserStore,
};

use crate::MemoryStore;
use crate::store::State;

/// The users, and how they are found.
#[derive(Debug, Default)]
pub(crate) struct Users {
    accounts: BTreeMap<UserKey, Account>,
    by_id: HashMap<UserId, UserKey>,
    /// by the folded name
    by_name: HashMap<String, UserKey>,
    /// when the latest user of an id was deleted
    deletions: HashMap<UserId, Timestamp>,
    /// the same, the oldest first
    deleted: BTreeSet<(Timestamp, UserId)>,
    last: i64,
}

#[derive(Debug)]
struct Account {
    user: User,
    password: Option<PasswordHash>,
}

impl Users {
    pub(crate) fn by_id(&self, id: &UserId) -> Option<&User> {
        self.by_key(*self.by_id.get(id)?)
    }

    pub(crate) fn by_key(&self, key: UserKey) -> Option<&User> {
        self.accounts.get(&key).map(|account| &account.user)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &User> {
        self.accounts.values().map(|account| &account.user)
    }

    /// The user who logs in by that name, in any case.
    pub(crate) fn by_name(&self, name: &str) -> Option<&User> {
        self.account_of(name).map(|account| &account.user)
    }

    /// Adds a user without a login, whose id must be free.
    pub(crate) fn create(&mut self, id: UserId, now: Timestamp) -> User {
        let key = self.next_key();
        let tokens_after = self.deletions.get(&id).copied();
        self.add(Account {
            user: User {
                key,
                id,
                username: None,
                email: None,
                phone: None,
                role: Role::user(),
                company: None,
                disabled_at: None,
                created_at: now,
                tokens_after,
            },
            password: None,
        })
    }

    fn register(&mut self, new: NewUser) -> Option<User> {
        let name = new.username.folded();
        if self.by_name.contains_key(&name) {
            return None;
        }
        let key = self.next_key();
        self.by_name.insert(name, key);
        Some(self.add(Account {
            user: User {
                key,
                id: UserId::of_registered(key),
                username: Some(new.username),
                email: new.email,
                phone: None,
                role: new.role,
                company: None,
                disabled_at: None,
                created_at: new.now,
                tokens_after: None,
            },
            password: Some(new.password),
        }))
    }

    fn account_of(&self, name: &str) -> Option<&Account> {
        let key = self.by_name.get(&name.to_ascii_lowercase())?;
        self.accounts.get(key)
    }

    fn add(&mut self, account: Account) -> User {
        let user = account.user.clone();
        self.by_id.insert(user.id.clone(), user.key);
        self.accounts.insert(user.key, account);
        user
    }

    fn next_key(&mut self) -> UserKey {
        self.last += 1;
        UserKey::new(self.last)
    }

    fn ensure(&mut self, id: UserId, now: Timestamp) -> Option<User> {
        match self.by_id(&id) {
            Some(user) => Some(user.clone()),
            None if id.is_reserved() => None,
            None => Some(self.create(id, now)),
        }
    }

    fn page(&self, filter: &UserFilter, position: Position<UserKey>, limit: usize) -> UserPage {
        let (after, offset) = match position {
            Position::Cursor(after) => (after.map_or(Bound::Unbounded, Bound::Excluded), 0),
            Position::Offset(offset) => {
                (Bound::Unbounded, usize::try_from(offset).unwrap_or(usize::MAX))
            }
        };
        let matching = || {
            let behind = self.accounts.range((after, Bound::Unbounded));
            behind.map(|(_, account)| &account.user).filter(|user| filter.matches(user))
        };
        let found = matching().skip(offset).take(limit + 1).cloned().collect();
        let Part { items: users, next } = Part::of(found, limit, |last: &User| last.key);
        let total = matches!(position, Position::Offset(_)).then(|| matching().count() as u64);
        UserPage { users, next, total }
    }

    fn is_last_admin(&self, user: &User) -> bool {
        let others = self.accounts.values().map(|account| &account.user);
        user.is_active_admin()
            && !others.filter(|other| other.key != user.key).any(User::is_active_admin)
    }

    fn change(&mut self, id: &UserId, change: &UserChange, now: Timestamp) -> Changed {
        let Some(before) = self.by_id(id) else { return Changed::Unknown };
        let after = change.apply(before, now);
        if self.is_last_admin(before) && !after.is_active_admin() {
            return Changed::LastAdmin;
        }
        if let Some(account) = self.accounts.get_mut(&after.key) {
            account.user = after.clone();
        }
        Changed::Done(after)
    }

    fn remove(&mut self, id: &UserId, now: Timestamp) -> Changed {
        let Some(user) = self.by_id(id).cloned() else { return Changed::Unknown };
        if self.is_last_admin(&user) {
            return Changed::LastAdmin;
        }
        self.accounts.remove(&user.key);
        self.by_id.remove(id);
        if let Some(name) = &user.username {
            self.by_name.remove(&name.folded());
        }
        if !id.is_reserved() {
            if let Some(before) = self.deletions.insert(id.clone(), now) {
                self.deleted.remove(&(before, id.clone()));
            }
            self.deleted.insert((now, id.clone()));
        }
        Changed::Done(user)
    }

    /// Forgets the oldest deletion, if it is not younger than `until`; how many that were.
    pub(crate) fn forget_deletion(&mut self, until: Timestamp) -> usize {
        if self.deleted.first().is_none_or(|(at, _)| *at > until) {
            return 0;
        }
        let oldest = self.deleted.pop_first();
        usize::from(oldest.and_then(|(_, id)| self.deletions.remove(&id)).is_some())
    }
}

impl State {
    /// Removes a user with all they had.
    fn delete(&mut self, id: &UserId, now: Timestamp) -> Changed {
        let changed = self.users.remove(id, now);
        if let Changed::Done(User { key, .. }) = changed {
            self.forget_inbox(key);
            self.sessions.forget_user(key);
            self.topics.forget_user(key);
            self.mutes.forget_user(key);
            self.deliveries.forget_user(key);
            self.wishes.forget_user(key);
            self.endpoints.forget_user(key);
            self.sessions.note_revocation(Revoked::User(key), now);
        }
        changed
    }
}

#[async_trait]
impl UserStore for MemoryStore {
    async fn register(&self, new: NewUser) -> Result<Option<User>, StoreError> {
        Ok(self.state()?.users.register(new))
    }

    async fn ensure(&self, id: UserId, now: Timestamp) -> Result<Option<User>, StoreError> {
        Ok(self.state()?.users.ensure(id, now))
    }

    async fn admit(
        &self,
        id: UserId,
        issued_at: Timestamp,
        now: Timestamp,
    ) -> Result<Option<User>, StoreError> {
        let users = &mut self.state()?.users;
        let deleted_at = users.deletions.get(&id).copied();
        let is_old = deleted_at.is_some_and(|deleted_at| issued_at <= deleted_at);
        if is_old && users.by_id(&id).is_none() {
            return Ok(None);
        }
        Ok(users.ensure(id, now))
    }

    async fn by_id(&self, id: UserId) -> Result<Option<User>, StoreError> {
        Ok(self.state()?.users.by_id(&id).cloned())
    }

    async fn by_key(&self, key: UserKey) -> Result<Option<User>, StoreError> {
        Ok(self.state()?.users.by_key(key).cloned())
    }

    async fn by_keys(&self, keys: Vec<UserKey>) -> Result<Vec<User>, StoreError> {
        let users = &self.state()?.users;
        Ok(keys.iter().filter_map(|key| users.by_key(*key)).cloned().collect())
    }

    async fn by_ids(&self, ids: Vec<UserId>) -> Result<Vec<User>, StoreError> {
        let users = &self.state()?.users;
        Ok(ids.iter().filter_map(|id| users.by_id(id)).cloned().collect())
    }

    async fn list(
        &self,
        filter: UserFilter,
        position: Position<UserKey>,
        limit: usize,
    ) -> Result<UserPage, StoreError> {
        Ok(self.state()?.users.page(&filter, position, limit))
    }

    async fn login(&self, username: Username) -> Result<Option<Login>, StoreError> {
        let state = self.state()?;
        let login = |account: &Account| {
            Some(Login { user: account.user.clone(), password: account.password.clone()? })
        };
        Ok(state.users.account_of(username.as_str()).and_then(login))
    }

    async fn change(
        &self,
        id: UserId,
        change: UserChange,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        let state = &mut *self.state()?;
        let before = state.users.by_id(&id).cloned();
        let changed = state.users.change(&id, &change, now);
        if let (Some(before), Changed::Done(after)) = (before, &changed)
            && after.has_other_rights_than(&before)
        {
            state.sessions.note_revocation(Revoked::User(after.key), now);
        }
        Ok(changed)
    }

    async fn delete(&self, id: UserId, now: Timestamp) -> Result<Changed, StoreError> {
        Ok(self.state()?.delete(&id, now))
    }
}
