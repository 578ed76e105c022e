use herald_domain::{User, UserFilter, UserId, UserKey};
use herald_ports::{Changed, Position, UserChange, UserPage};

use super::{AccountError, Accounts};

/// What an administrator does with users.
impl Accounts {
    /// The most users of one page.
    pub const MAX_LIMIT: usize = 100;

    /// A page of users, in the order in which they became users.
    pub async fn list(
        &self,
        filter: UserFilter,
        position: Position<UserKey>,
        limit: usize,
    ) -> Result<UserPage, AccountError> {
        Ok(self.ports.users.list(filter, position, limit).await?)
    }

    /// The user of that id.
    pub async fn by_id(&self, id: UserId) -> Result<User, AccountError> {
        self.ports.users.by_id(id).await?.ok_or(AccountError::UnknownUser)
    }

    /// The user with that login name or, failing that, that id.
    pub async fn find(&self, name: &str) -> Result<User, AccountError> {
        if let Ok(username) = name.parse()
            && let Some(login) = self.ports.users.login(username).await?
        {
            return Ok(login.user);
        }
        let id = name.parse().map_err(|_| AccountError::UnknownUser)?;
        self.by_id(id).await
    }

    /// Changes what a user is, at once for every token and socket the user has.
    pub async fn change(&self, id: &UserId, change: UserChange) -> Result<User, AccountError> {
        let now = self.ports.clock.now();
        let changed = self.ports.users.change(id.clone(), change, now).await?;
        self.settle(changed).await
    }

    /// Deletes a user, whose tokens are refused and whose sockets are closed at once. What they had
    /// is erased by the [janitor](crate::Janitor) soon after. The id may be given to somebody else, but
    /// not by a token from before.
    pub async fn delete(&self, id: &UserId) -> Result<(), AccountError> {
        let changed = self.ports.users.delete(id.clone(), self.ports.clock.now()).await?;
        self.settle(changed).await.map(drop)
    }

    async fn settle(&self, changed: Changed) -> Result<User, AccountError> {
        self.access.sync().await?;
        match changed {
            Changed::Done(user) => Ok(user),
            Changed::Unknown => Err(AccountError::UnknownUser),
            Changed::LastAdmin => Err(AccountError::LastAdmin),
        }
    }
}
