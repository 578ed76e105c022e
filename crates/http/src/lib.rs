//! actix-web and actix-ws transport: REST, WebSocket, SSE, OpenAPI.
//!
//! [`app`] assembles everything that one worker serves from an [`AppState`]; [`openapi`] gives the
//! document that describes it, without a server.
//!
//! A request is parsed at the edge: each handler takes extractors that hold valid values, and reads
//! as one sentence. Whatever goes wrong is a `Problem`, which the outermost layer writes
//! down as `application/problem+json` with the id of the request.

mod app;
mod dialects;
mod docs;
mod extract;
mod fallback;
mod limit;
mod middleware;
mod openapi;
mod outlets;
mod problem;
mod realtime;
mod rest;
mod server;
mod state;
mod unsubscribe;

pub use app::{AppState, app};
pub use limit::{
    Class, NotAProxy, NotARate, Rate, RateLimits, Rates, SharedLimits, TrustedProxies,
};
pub use openapi::openapi;
pub use outlets::Outlets;
pub use rest::health::{Component, Exposition, ReadinessProbe};
pub use server::{Node, serve, serve_figures};
pub use state::Services;
