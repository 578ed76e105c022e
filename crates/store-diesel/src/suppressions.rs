use async_trait::async_trait;
use diesel::prelude::*;
use herald_domain::{Channel, Timestamp};
use herald_ports::{Part, StoreError, Suppression, SuppressionStore};

use crate::conn::{Conn, on_conn};
use crate::failure::{Failure, column};
use crate::schema::suppressions;
use crate::statements::RangeDsl;
use crate::store::DieselStore;

#[async_trait]
impl SuppressionStore for DieselStore {
    async fn suppress(
        &self,
        channel: Channel,
        address: String,
        reason: String,
        now: Timestamp,
    ) -> Result<Suppression, StoreError> {
        let address = folded(channel, address);
        self.write(move |conn| suppress(conn, channel, &address, &reason, now)).await
    }

    async fn suppressions(
        &self,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Part<Suppression, i64>, StoreError> {
        self.read(move |conn| list(conn, after, limit)).await
    }

    async fn lift(&self, id: i64) -> Result<bool, StoreError> {
        self.write(move |conn| lift(conn, id)).await
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = suppressions)]
struct SuppressionRow {
    id: i64,
    channel: String,
    address: String,
    reason: String,
    created_at: i64,
}

impl TryFrom<SuppressionRow> for Suppression {
    type Error = Failure;

    fn try_from(row: SuppressionRow) -> Result<Self, Failure> {
        Ok(Self {
            id: row.id,
            channel: column("suppressions", "channel", row.channel.parse())?,
            address: row.address,
            reason: row.reason,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

/// The form in which two addresses are the same.
pub(crate) fn folded(channel: Channel, mut address: String) -> String {
    if channel == Channel::Email {
        address.make_ascii_lowercase();
    }
    address
}

fn suppress(
    conn: &mut Conn,
    channel: Channel,
    address: &str,
    reason: &str,
    now: Timestamp,
) -> Result<Suppression, Failure> {
    let row = (
        suppressions::channel.eq(channel.as_str()),
        suppressions::address.eq(address),
        suppressions::reason.eq(reason),
        suppressions::created_at.eq(now.as_micros()),
    );
    on_conn!(conn, c => diesel::insert_into(suppressions::table)
        .values(row)
        .on_conflict((suppressions::channel, suppressions::address))
        .do_nothing()
        .execute(c))?;
    let row: Option<SuppressionRow> = on_conn!(conn, c => suppressions::table
        .filter(suppressions::channel.eq(channel.as_str()))
        .filter(suppressions::address.eq(address))
        .select(SuppressionRow::as_select())
        .get_result(c)
        .optional())?;
    row.ok_or_else(|| Failure::Again("the suppression was lifted meanwhile".to_owned()))?.try_into()
}

fn list(
    conn: &mut Conn,
    after: Option<i64>,
    limit: usize,
) -> Result<Part<Suppression, i64>, Failure> {
    // one more than asked for, to see whether there is more
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let rows: Vec<SuppressionRow> = on_conn!(conn, c => suppressions::table
        .filter(suppressions::id.gt(after.unwrap_or(0)))
        .order(suppressions::id)
        .select(SuppressionRow::as_select())
        .range(0, most)
        .load(c))?;
    let found = rows.into_iter().map(Suppression::try_from).collect::<Result<_, _>>()?;
    Ok(Part::of(found, limit, |last: &Suppression| last.id))
}

fn lift(conn: &mut Conn, id: i64) -> Result<bool, Failure> {
    let lifted = on_conn!(conn, c => diesel::delete(suppressions::table.find(id)).execute(c))?;
    Ok(lifted > 0)
}
