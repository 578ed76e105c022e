//! REST as a client sees it, over the memory adapter.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod admin;
mod batch;
mod bodies;
mod dead_jobs;
mod deliveries;
mod edge;
mod endpoints;
mod inbox;
mod openapi;
mod outreach;
mod ownership;
mod preferences;
mod rate_limits;
mod refusals;
mod sending;
mod support;
mod unsubscribing;
mod users;
