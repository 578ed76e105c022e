//! The documentation that the server carries with it.

use std::sync::LazyLock;

use actix_web::http::header::ContentType;
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Every problem code, explained.
pub(crate) const PROBLEMS: &str = include_str!("../../../docs/problems.md");

/// The paths of the pages below, which answer GET only.
pub(crate) const PATHS: [&str; 5] =
    ["/openapi.json", "/docs", "/docs/problems", "/docs/{file:.*}", "/"];

/// The OpenAPI document as it is served.
static OPENAPI: LazyLock<Bytes> =
    LazyLock::new(|| Bytes::from(crate::openapi().to_json().unwrap_or_default()));

/// The OpenAPI document, an interface to try it, and what the problem types refer to.
pub(crate) fn configure(config: &mut ServiceConfig) {
    let [openapi, docs, problems, files, root] = PATHS;
    let interface = SwaggerUi::new(files)
        .config(Config::from(openapi).persist_authorization(false).use_base_layout());
    config
        .route(openapi, web::get().to(serve_openapi))
        .route(problems, web::get().to(serve_problems))
        .route(docs, web::get().to(to_interface))
        .route(root, web::get().to(to_interface))
        .service(interface);
}

async fn serve_openapi() -> impl Responder {
    HttpResponse::Ok().insert_header(ContentType::json()).body(OPENAPI.clone())
}

async fn serve_problems() -> impl Responder {
    HttpResponse::Ok().insert_header(ContentType::plaintext()).body(PROBLEMS)
}

async fn to_interface() -> impl Responder {
    web::Redirect::to("/docs/")
}
