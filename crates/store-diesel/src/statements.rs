//! What Diesel's own builders would make SQLite prepare anew every time, in a form that is prepared
//! once for each connection.

mod append_to_head;
mod range;

pub(crate) use append_to_head::AppendToHead;
pub(crate) use range::RangeDsl;
