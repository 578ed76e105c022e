//! Putting what waits into inboxes, in steps that are a transaction each.
//!
//! A step needs no lease: where the next one begins is written by the transaction that adds the items.

mod audience;
mod cancel;
mod hasten;
mod leave;
mod step;
mod turn;
mod wait;

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use herald_domain::{NotificationId, Timestamp, UserKey};
use herald_ports::{Cancelled, Connected, Delivered, FanOutStore, LiveEvent, Step, StoreError};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::rows::{HeadRow, head};
use crate::statements::{FindReached, List};
use crate::store::DieselStore;
use turn::Turn;

pub(crate) use leave::{leave_groups, leave_topic};
pub(crate) use wait::{Waiting, Whom, wait};

#[async_trait]
impl FanOutStore for DieselStore {
    async fn next_step(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(turn::next).await
    }

    async fn step(
        &self,
        after: Option<String>,
        now: Timestamp,
        connected: Arc<dyn Connected>,
    ) -> Result<Option<Step>, StoreError> {
        let take = move |conn: &mut Conn, turn: Turn| match turn {
            Turn::Nobody => Ok(None),
            Turn::Begin(id) => turn::begin(conn, id).map(Some),
            Turn::Step { id, total } => step::step(conn, id, total, now, &*connected).map(Some),
        };
        if !self.writes_alone() {
            // whose turn it is must stay so until the step is taken
            let step = move |conn: &mut Conn| {
                let turn = turn::claim(conn, after.as_deref(), now)?;
                take(conn, turn)
            };
            return self.write_background(step).await;
        }
        // no writer waits while that is found out, and what was taken meanwhile is seen by the step
        match self.read(move |conn| turn::find(conn, after.as_deref(), now)).await? {
            Turn::Nobody => Ok(None),
            turn => self.write_background(move |conn| take(conn, turn)).await,
        }
    }

    async fn hasten(
        &self,
        id: NotificationId,
        users: Vec<UserKey>,
        now: Timestamp,
    ) -> Result<Vec<LiveEvent>, StoreError> {
        // of those who look, most may be strangers: no writer waits while they are told apart
        let users = self.read(move |conn| hasten::among(conn, id, &users, now)).await?;
        if users.is_empty() {
            return Ok(Vec::new());
        }
        self.write(move |conn| hasten::hasten(conn, id, &users, now)).await
    }

    async fn cancel(
        &self,
        id: NotificationId,
        principal: String,
        now: Timestamp,
    ) -> Result<Cancelled, StoreError> {
        self.write(move |conn| cancel::cancel(conn, id, &principal, now)).await
    }

    async fn reached(
        &self,
        id: NotificationId,
        users: Vec<UserKey>,
    ) -> Result<Vec<Delivered>, StoreError> {
        self.read(move |conn| find_reached(conn, id, &users)).await
    }
}

/// Those of the users in whose inboxes the notification is the latest change, in the order of their keys.
fn find_reached(
    conn: &mut Conn,
    id: NotificationId,
    users: &[UserKey],
) -> Result<Vec<Delivered>, Failure> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let users = &List::of_numbers(users.iter().map(|user| user.get()));
    let find = FindReached { users, notification: id.get() };
    let mut rows: Vec<(i64, HeadRow)> = on_conn!(conn, c => find.load(c))?;
    // SQLite keeps the order of the list, PostgreSQL any: what is in order costs next to nothing here
    rows.sort_unstable_by_key(|(user, _)| *user);
    Ok(delivered(rows))
}

/// Where inboxes stand.
fn delivered(rows: Vec<(i64, HeadRow)>) -> Vec<Delivered> {
    let of = |(user, row)| Delivered { user: UserKey::new(user), head: head(row) };
    rows.into_iter().map(of).collect()
}
