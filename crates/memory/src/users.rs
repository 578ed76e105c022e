use std::collections::HashMap;

use async_trait::async_trait;
use herald_domain::{Role, Timestamp, User, UserId, UserKey, Username};
use herald_ports::{Login, NewUser, PasswordHash, StoreError, UserChange, UserStore};

use crate::MemoryStore;

/// The users, and how they are found.
#[derive(Debug, Default)]
pub(crate) struct Users {
    accounts: HashMap<UserKey, Account>,
    by_id: HashMap<UserId, UserKey>,
    /// by the folded name
    by_name: HashMap<String, UserKey>,
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
        self.add(Account {
            user: User {
                key,
                id,
                username: None,
                email: None,
                role: Role::user(),
                company: None,
                disabled_at: None,
                created_at: now,
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
                role: new.role,
                company: None,
                disabled_at: None,
                created_at: new.now,
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
}

#[async_trait]
impl UserStore for MemoryStore {
    async fn register(&self, new: NewUser) -> Result<Option<User>, StoreError> {
        Ok(self.state()?.users.register(new))
    }

    async fn ensure(&self, id: UserId, now: Timestamp) -> Result<Option<User>, StoreError> {
        let users = &mut self.state()?.users;
        Ok(match users.by_id(&id) {
            Some(user) => Some(user.clone()),
            None if id.is_reserved() => None,
            None => Some(users.create(id, now)),
        })
    }

    async fn by_id(&self, id: UserId) -> Result<Option<User>, StoreError> {
        Ok(self.state()?.users.by_id(&id).cloned())
    }

    async fn by_key(&self, key: UserKey) -> Result<Option<User>, StoreError> {
        Ok(self.state()?.users.by_key(key).cloned())
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
    ) -> Result<Option<User>, StoreError> {
        let state = &mut *self.state()?;
        let Some(key) = state.users.by_id.get(&id) else {
            return Ok(None);
        };
        let Some(account) = state.users.accounts.get_mut(key) else {
            return Ok(None);
        };
        let before = account.user.clone();
        let user = &mut account.user;
        user.role = change.role.unwrap_or_else(|| before.role.clone());
        user.company = change.company.or_else(|| before.company.clone());
        if *user != before {
            state.sessions.note_revocation(user.key, None, now);
        }
        Ok(Some(user.clone()))
    }
}
