//! The documentation that the server carries with it.

mod redoc;

use std::sync::LazyLock;

use actix_web::http::header::ContentType;
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Every problem code, explained.
pub(crate) const PROBLEMS: &str = include_str!("../../../docs/problems.md");

/// What sockets and streams say.
const ASYNCAPI: &str = include_str!("../../../docs/asyncapi.json");

/// The paths of the pages below, which answer GET only.
pub(crate) const PATHS: [&str; 8] = [
    "/openapi.json",
    "/asyncapi.json",
    "/docs",
    "/docs/problems",
    "/docs/{file:.*}",
    "/redoc",
    "/redoc/redoc.js",
    "/",
];

/// The OpenAPI document as it is served.
static OPENAPI: LazyLock<Bytes> =
    LazyLock::new(|| Bytes::from(crate::openapi().to_json().unwrap_or_default()));

/// The documents of both interfaces, pages that show the first, and what the problem types refer to.
pub(crate) fn configure(config: &mut ServiceConfig) {
    let [openapi, asyncapi, docs, problems, files, redoc, script, root] = PATHS;
    let interface = SwaggerUi::new(files)
        .config(Config::from(openapi).persist_authorization(false).use_base_layout());
    config
        .route(openapi, web::get().to(serve_openapi))
        .route(asyncapi, web::get().to(serve_asyncapi))
        .route(problems, web::get().to(serve_problems))
        .route(docs, web::get().to(to_interface))
        .route(redoc, web::get().to(redoc::serve_page))
        .route(script, web::get().to(redoc::serve_script))
        .route(root, web::get().to(to_interface))
        .service(interface);
}

async fn serve_openapi() -> impl Responder {
    HttpResponse::Ok().insert_header(ContentType::json()).body(OPENAPI.clone())
}

async fn serve_asyncapi() -> impl Responder {
    HttpResponse::Ok().insert_header(ContentType::json()).body(ASYNCAPI)
}

async fn serve_problems() -> impl Responder {
    HttpResponse::Ok().insert_header(ContentType::plaintext()).body(PROBLEMS)
}

async fn to_interface() -> impl Responder {
    web::Redirect::to("/docs/")
}
