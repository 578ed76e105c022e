//! Requests are parsed here, at the edge: a handler is given valid values or is not called.

mod body;
mod caller;
mod explain;
mod idempotency_key;
mod json;
mod nullable;
mod object;
mod path;
mod query;
mod traceparent;

pub(crate) use caller::{
    Admin, Anyone, Caller, Guest, Listener, Person, Scraper, Sender, Trusted, authenticate, person,
};
pub(crate) use idempotency_key::IdempotencyKey;
pub(crate) use json::{JsonBody, parse_json};
pub(crate) use nullable::nullable;
pub(crate) use object::{Object, object};
pub(crate) use path::{PathParam, Segment};
pub(crate) use query::{NoQuery, QueryParams, ReadQuery, Reader};
pub(crate) use traceparent::TraceParent;
