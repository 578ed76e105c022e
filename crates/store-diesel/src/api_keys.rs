use async_trait::async_trait;
use diesel::prelude::*;
use herald_domain::{ApiKeyId, Scope, Timestamp};
use herald_ports::{ApiKey, ApiKeyStore, NewApiKey, Revoked, StoreError, TokenHash};

use crate::conn::{Conn, on_conn};
use crate::failure::{Failure, column};
use crate::schema::api_keys;
use crate::sessions::note_revocation;
use crate::store::DieselStore;

#[async_trait]
impl ApiKeyStore for DieselStore {
    async fn insert(&self, new: NewApiKey) -> Result<ApiKey, StoreError> {
        self.write(move |conn| insert(conn, &new)).await
    }

    async fn list(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.read(list).await
    }

    async fn by_hash(&self, hash: TokenHash) -> Result<Option<ApiKey>, StoreError> {
        self.read(move |conn| by_hash(conn, &hash)).await
    }

    async fn revoke(&self, id: ApiKeyId, now: Timestamp) -> Result<bool, StoreError> {
        self.write(move |conn| revoke(conn, id, now)).await
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys)]
struct KeyRow {
    id: i64,
    name: String,
    scopes: String,
    created_at: i64,
}

impl TryFrom<KeyRow> for ApiKey {
    type Error = Failure;

    fn try_from(row: KeyRow) -> Result<Self, Failure> {
        let scopes: Result<Vec<Scope>, _> = row.scopes.split_whitespace().map(str::parse).collect();
        Ok(Self {
            id: ApiKeyId::new(row.id),
            name: column("api_keys", "name", row.name.parse())?,
            scopes: column("api_keys", "scopes", scopes)?,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

fn insert(conn: &mut Conn, new: &NewApiKey) -> Result<ApiKey, Failure> {
    let scopes: Vec<_> = new.scopes.iter().map(|scope| scope.as_str()).collect();
    let row = (
        api_keys::name.eq(new.name.as_str()),
        api_keys::scopes.eq(scopes.join(" ")),
        api_keys::hash.eq(new.hash.as_slice()),
        api_keys::created_at.eq(new.now.as_micros()),
    );
    let row: KeyRow = on_conn!(conn, c => diesel::insert_into(api_keys::table)
        .values(row)
        .returning(KeyRow::as_returning())
        .get_result(c))?;
    row.try_into()
}

fn list(conn: &mut Conn) -> Result<Vec<ApiKey>, Failure> {
    let rows: Vec<KeyRow> = on_conn!(conn, c => api_keys::table
        .order(api_keys::id)
        .select(KeyRow::as_select())
        .load(c))?;
    rows.into_iter().map(ApiKey::try_from).collect()
}

fn by_hash(conn: &mut Conn, hash: &TokenHash) -> Result<Option<ApiKey>, Failure> {
    let row: Option<KeyRow> = on_conn!(conn, c => api_keys::table
        .filter(api_keys::hash.eq(hash.as_slice()))
        .select(KeyRow::as_select())
        .get_result(c)
        .optional())?;
    row.map(ApiKey::try_from).transpose()
}

fn revoke(conn: &mut Conn, id: ApiKeyId, now: Timestamp) -> Result<bool, Failure> {
    let removed = on_conn!(conn, c => diesel::delete(api_keys::table.find(id.get())).execute(c))?;
    if removed > 0 {
        note_revocation(conn, &Revoked::ApiKey(id), now)?;
    }
    Ok(removed > 0)
}
