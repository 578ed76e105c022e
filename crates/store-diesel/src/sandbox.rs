use async_trait::async_trait;
use diesel::prelude::*;
use herald_domain::{Channel, DeliveryId, Outcome, Timestamp};
use herald_ports::{Part, SandboxMessage, SandboxMode, SandboxStore, SandboxVerdict, StoreError};

use crate::conn::{Conn, on_conn};
use crate::failure::{Failure, column};
use crate::schema::{sandbox_messages as messages, sandbox_modes as modes};
use crate::statements::RangeDsl;
use crate::store::DieselStore;

#[async_trait]
impl SandboxStore for DieselStore {
    async fn give(&self, message: SandboxMessage) -> Result<SandboxVerdict, StoreError> {
        self.write(move |conn| give(conn, &message)).await
    }

    async fn sandbox_messages(
        &self,
        channel: Option<Channel>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Part<SandboxMessage, i64>, StoreError> {
        self.read(move |conn| list(conn, channel, before, limit)).await
    }

    async fn clear_sandbox(&self) -> Result<(), StoreError> {
        self.write(clear).await
    }

    async fn sandbox_modes(&self) -> Result<Vec<(Channel, SandboxMode)>, StoreError> {
        self.read(sandbox_modes).await
    }

    async fn set_sandbox_mode(
        &self,
        channel: Channel,
        mode: SandboxMode,
    ) -> Result<(), StoreError> {
        self.write(move |conn| set_mode(conn, channel, mode)).await
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
struct MessageRow {
    id: i64,
    channel: String,
    delivery: i64,
    attempt: i64,
    outcome: String,
    body: String,
    at: i64,
}

impl TryFrom<MessageRow> for SandboxMessage {
    type Error = Failure;

    fn try_from(row: MessageRow) -> Result<Self, Failure> {
        let outcome: Outcome = column("sandbox_messages", "outcome", row.outcome.parse())?;
        Ok(Self {
            id: row.id,
            channel: column("sandbox_messages", "channel", row.channel.parse())?,
            delivery: DeliveryId::new(row.delivery),
            attempt: column("sandbox_messages", "attempt", row.attempt.try_into())?,
            taken: outcome == Outcome::Sent,
            body: row.body,
            at: Timestamp::from_micros(row.at),
        })
    }
}

fn give(conn: &mut Conn, message: &SandboxMessage) -> Result<SandboxVerdict, Failure> {
    let verdict = count(conn, message.channel)?;
    let outcome = match verdict {
        SandboxVerdict::Taken | SandboxVerdict::TakenLate => Outcome::Sent,
        SandboxVerdict::Failed => Outcome::Transient,
        SandboxVerdict::Refused => Outcome::Permanent,
    };
    let row = (
        messages::channel.eq(message.channel.as_str()),
        messages::delivery.eq(message.delivery.get()),
        messages::attempt.eq(i64::from(message.attempt)),
        messages::outcome.eq(outcome.as_str()),
        messages::body.eq(&message.body),
        messages::at.eq(message.at.as_micros()),
    );
    on_conn!(conn, c => diesel::insert_into(messages::table).values(row).execute(c))?;
    Ok(verdict)
}

/// Counts one more message of a channel, and says what its mode does with that one.
fn count(conn: &mut Conn, channel: Channel) -> Result<SandboxVerdict, Failure> {
    let counted: Option<(String, i64)> = on_conn!(conn, c => diesel::update(modes::table.find(channel.as_str()))
        .set(modes::count.eq(modes::count + 1))
        .returning((modes::mode, modes::count))
        .get_result(c)
        .optional())?;
    let Some((mode, count)) = counted else {
        return Ok(SandboxMode::default().verdict(0));
    };
    Ok(parse(&mode)?.verdict((count - 1).cast_unsigned()))
}

fn list(
    conn: &mut Conn,
    channel: Option<Channel>,
    before: Option<i64>,
    limit: usize,
) -> Result<Part<SandboxMessage, i64>, Failure> {
    // one more than asked for, to see whether there is more
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let rows: Vec<MessageRow> = on_conn!(conn, c => {
        let mut found =
            messages::table.filter(messages::id.lt(before.unwrap_or(i64::MAX))).into_boxed();
        if let Some(channel) = channel {
            found = found.filter(messages::channel.eq(channel.as_str()));
        }
        found.order(messages::id.desc()).select(MessageRow::as_select()).range(0, most).load(c)
    })?;
    let found = rows.into_iter().map(SandboxMessage::try_from).collect::<Result<_, _>>()?;
    Ok(Part::of(found, limit, |last: &SandboxMessage| last.id))
}

fn clear(conn: &mut Conn) -> Result<(), Failure> {
    on_conn!(conn, c => diesel::delete(messages::table.filter(messages::id.gt(0))).execute(c))?;
    Ok(())
}

fn sandbox_modes(conn: &mut Conn) -> Result<Vec<(Channel, SandboxMode)>, Failure> {
    let rows: Vec<(String, String)> =
        on_conn!(conn, c => modes::table.select((modes::channel, modes::mode)).load(c))?;
    let read = |(channel, mode): (String, String)| {
        Ok((column("sandbox_modes", "channel", channel.parse())?, parse(&mode)?))
    };
    let mut modes = rows.into_iter().map(read).collect::<Result<Vec<_>, Failure>>()?;
    modes.sort_unstable_by_key(|(channel, _)| *channel);
    Ok(modes)
}

fn set_mode(conn: &mut Conn, channel: Channel, mode: SandboxMode) -> Result<(), Failure> {
    let columns = (modes::mode.eq(mode.as_str()), modes::count.eq(0));
    on_conn!(conn, c => diesel::insert_into(modes::table)
        .values((modes::channel.eq(channel.as_str()), columns))
        .on_conflict(modes::channel)
        .do_update()
        .set(columns)
        .execute(c))?;
    Ok(())
}

fn parse(mode: &str) -> Result<SandboxMode, Failure> {
    let known = SandboxMode::ALL.into_iter().find(|known| known.as_str() == mode);
    known.ok_or_else(|| Failure::Corrupt(format!("sandbox_modes.mode: {mode}")))
}
