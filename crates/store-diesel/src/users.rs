use async_trait::async_trait;
use diesel::prelude::*;
use herald_domain::{Role, Timestamp, User, UserId, UserKey, Username};
use herald_ports::{Login, NewUser, PasswordHash, StoreError, UserChange, UserStore};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::fan_out::leave_groups;
use crate::rows::UserRow;
use crate::schema::users;
use crate::sessions::note_revocation;
use crate::statements::{CreateHeads, CreateUsers, List};
use crate::store::DieselStore;

#[async_trait]
impl UserStore for DieselStore {
    async fn register(&self, new: NewUser) -> Result<Option<User>, StoreError> {
        self.write(move |conn| register(conn, &new)).await
    }

    async fn ensure(&self, id: UserId, now: Timestamp) -> Result<Option<User>, StoreError> {
        // nearly always the user is there, and then nobody needs to write
        let user = self.by_id(id.clone()).await?;
        if user.is_some() || id.is_reserved() {
            return Ok(user);
        }
        self.write(move |conn| ensure(conn, &id, now).map(Some)).await
    }

    async fn by_id(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.read(move |conn| by_id(conn, &id)).await
    }

    async fn by_key(&self, key: UserKey) -> Result<Option<User>, StoreError> {
        self.read(move |conn| by_key(conn, key)).await
    }

    async fn login(&self, username: Username) -> Result<Option<Login>, StoreError> {
        self.read(move |conn| login(conn, &username)).await
    }

    async fn change(
        &self,
        id: UserId,
        change: UserChange,
        now: Timestamp,
    ) -> Result<Option<User>, StoreError> {
        self.write(move |conn| self::change(conn, &id, &change, now)).await
    }
}

fn register(conn: &mut Conn, new: &NewUser) -> Result<Option<User>, Failure> {
    let login = new.username.folded();
    let taken: Option<i64> = on_conn!(conn, c => users::table
        .filter(users::login.eq(&login))
        .select(users::key)
        .get_result(c)
        .optional())?;
    if taken.is_some() {
        return Ok(None);
    }
    // the id is made of the key, which is known afterwards; no id begins with this character
    let provisional = format!("~{login}");
    let row = (
        users::id.eq(provisional),
        users::username.eq(new.username.as_str()),
        users::login.eq(&login),
        users::password.eq(new.password.expose()),
        users::email.eq(new.email.as_ref().map(|email| email.as_str())),
        users::role.eq(new.role.as_str()),
        users::created_at.eq(new.now.as_micros()),
    );
    let key: i64 = on_conn!(conn, c => diesel::insert_into(users::table)
        .values(row)
        .returning(users::key)
        .get_result(c))?;
    let id = UserId::of_registered(UserKey::new(key));
    on_conn!(conn, c => diesel::update(users::table.find(key))
        .set(users::id.eq(id.as_str()))
        .execute(c))?;
    on_conn!(conn, c => CreateHeads { ids: &List::of_ids([&id]) }.execute(c))?;
    by_key(conn, UserKey::new(key))
}

fn ensure(conn: &mut Conn, id: &UserId, now: Timestamp) -> Result<User, Failure> {
    if let Some(user) = by_id(conn, id)? {
        return Ok(user);
    }
    create(conn, std::slice::from_ref(id), now)?;
    by_id(conn, id)?.ok_or_else(|| Failure::Corrupt("users: a new row is not there".to_owned()))
}

/// Adds users whom only an application knows.
pub(crate) fn create(conn: &mut Conn, ids: &[UserId], now: Timestamp) -> Result<(), Failure> {
    let (ids, role) = (&List::of_ids(ids), Role::user());
    let users = CreateUsers { ids, role: role.as_str(), created_at: now.as_micros() };
    on_conn!(conn, c => users.execute(c))?;
    on_conn!(conn, c => CreateHeads { ids }.execute(c))?;
    Ok(())
}

fn by_id(conn: &mut Conn, id: &UserId) -> Result<Option<User>, Failure> {
    let row: Option<UserRow> = on_conn!(conn, c => users::table
        .filter(users::id.eq(id.as_str()))
        .select(UserRow::as_select())
        .get_result(c)
        .optional())?;
    row.map(User::try_from).transpose()
}

fn by_key(conn: &mut Conn, key: UserKey) -> Result<Option<User>, Failure> {
    let row: Option<UserRow> = on_conn!(conn, c => users::table
        .filter(users::key.eq(key.get()))
        .select(UserRow::as_select())
        .get_result(c)
        .optional())?;
    row.map(User::try_from).transpose()
}

fn login(conn: &mut Conn, username: &Username) -> Result<Option<Login>, Failure> {
    let row: Option<(UserRow, String)> = on_conn!(conn, c => users::table
        .filter(users::login.eq(username.folded()))
        .filter(users::password.is_not_null())
        .select((UserRow::as_select(), users::password.assume_not_null()))
        .get_result(c)
        .optional())?;
    let Some((row, password)) = row else {
        return Ok(None);
    };
    Ok(Some(Login { user: row.try_into()?, password: PasswordHash::new(password) }))
}

fn change(
    conn: &mut Conn,
    id: &UserId,
    change: &UserChange,
    now: Timestamp,
) -> Result<Option<User>, Failure> {
    let Some(before) = by_id(conn, id)? else {
        return Ok(None);
    };
    let mut after = before.clone();
    if let Some(role) = &change.role {
        after.role = role.clone();
    }
    if let Some(company) = &change.company {
        after.company = Some(company.clone());
    }
    if after != before {
        leave_groups(conn, &before)?;
        let columns = (
            users::role.eq(after.role.as_str()),
            users::company.eq(after.company.as_ref().map(|company| company.as_str())),
        );
        on_conn!(conn, c => diesel::update(users::table.find(after.key.get()))
            .set(columns)
            .execute(c))?;
        note_revocation(conn, after.key, None, now)?;
    }
    Ok(Some(after))
}
