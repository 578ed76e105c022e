//! What stands in the tables, and the way back to the domain's types.

mod item;
mod notification;
mod user;

pub(crate) use item::{FlagsRow, HEAD, HeadRow, ItemRow, head};
pub(crate) use notification::{ContentRow, RoutedRow, SentRow};
pub(crate) use user::UserRow;

use herald_domain::Timestamp;

/// How a moment is stored.
pub(crate) fn micros(moment: Option<Timestamp>) -> Option<i64> {
    moment.map(Timestamp::as_micros)
}
