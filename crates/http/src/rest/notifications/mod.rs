mod audience;
mod batch;
mod cancel;
mod changes;
mod count;
mod delete;
mod draft;
mod dry_run;
mod list;
mod patch;
mod read;
mod read_all;
mod seen_all;
mod send;
mod trace;
mod view;

use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::fallback::fallback;

/// Sending, and the caller's inbox.
pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(send::send)
        .service(list::list)
        .service(count::count)
        .service(changes::changes)
        .service(batch::batch)
        .service(read_all::read_all)
        .service(seen_all::seen_all)
        .map(|config| config.service(web::resource(WORDS).to(fallback)))
        .service(view::view)
        .service(patch::patch)
        .service(delete::delete)
        .service(read::read)
        .service(cancel::cancel)
        .service(trace::trace);
}

/// What is no number under `/notifications`: for a method that they do not have, `{id}` would take
/// them for one.
const WORDS: [&str; 5] = [
    "/notifications/count",
    "/notifications/changes",
    "/notifications/batch",
    "/notifications/read-all",
    "/notifications/seen-all",
];
