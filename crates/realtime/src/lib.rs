//! protocol messages, session state machine, hub: no actix
