//! What only a look behind the ports can show.

mod fixtures;
mod full;
mod groups;
mod known;
mod statements;
