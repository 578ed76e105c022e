//! Sockets of clients that nobody should write: handshakes and frames, byte by byte.

mod handshakes;
mod hostile;
mod limits;
mod tickets;
mod wire;

use wire::Wire;
