mod change;
mod create;
mod find;
mod list;

use async_trait::async_trait;
use herald_domain::{Timestamp, User, UserFilter, UserId, UserKey, Username};
use herald_ports::{
    Changed, Login, NewUser, Position, StoreError, UserChange, UserPage, UserStore,
};

use crate::store::DieselStore;

pub(crate) use create::create;

#[async_trait]
impl UserStore for DieselStore {
    async fn register(&self, new: NewUser) -> Result<Option<User>, StoreError> {
        self.write(move |conn| create::register(conn, &new)).await
    }

    async fn ensure(&self, id: UserId, now: Timestamp) -> Result<Option<User>, StoreError> {
        // nearly always the user is there, and then nobody needs to write
        let user = self.by_id(id.clone()).await?;
        if user.is_some() || id.is_reserved() {
            return Ok(user);
        }
        self.write(move |conn| create::ensure(conn, &id, now).map(Some)).await
    }

    async fn admit(
        &self,
        id: UserId,
        issued_at: Timestamp,
        now: Timestamp,
    ) -> Result<Option<User>, StoreError> {
        let user = self.by_id(id.clone()).await?;
        if user.is_some() || id.is_reserved() {
            return Ok(user);
        }
        self.write(move |conn| create::admit(conn, &id, issued_at, now)).await
    }

    async fn by_key(&self, key: UserKey) -> Result<Option<User>, StoreError> {
        self.read(move |conn| find::by_key(conn, key)).await
    }

    async fn by_id(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.read(move |conn| find::by_id(conn, &id)).await
    }

    async fn by_keys(&self, keys: Vec<UserKey>) -> Result<Vec<User>, StoreError> {
        self.read(move |conn| find::by_keys(conn, &keys)).await
    }

    async fn by_ids(&self, ids: Vec<UserId>) -> Result<Vec<User>, StoreError> {
        self.read(move |conn| find::by_ids(conn, &ids)).await
    }

    async fn list(
        &self,
        filter: UserFilter,
        position: Position<UserKey>,
        limit: usize,
    ) -> Result<UserPage, StoreError> {
        self.read(move |conn| conn.at_one_moment(|conn| list::page(conn, &filter, position, limit)))
            .await
    }

    async fn login(&self, username: Username) -> Result<Option<Login>, StoreError> {
        self.read(move |conn| find::login(conn, &username)).await
    }

    async fn change(
        &self,
        id: UserId,
        change: UserChange,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        self.write(move |conn| change::change(conn, &id, &change, now)).await
    }

    async fn delete(&self, id: UserId, now: Timestamp) -> Result<Changed, StoreError> {
        self.write(move |conn| change::delete(conn, &id, now)).await
    }
}
