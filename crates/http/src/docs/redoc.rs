//! ReDoc. The crate `aide` carries its bundle, inside of a page whose script is inline; here it
//! is taken out, so that nothing inline has to be allowed to run.

use std::sync::LazyLock;

use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, Responder};

/// ReDoc styles itself in place, and searches in a worker that it makes of its own text.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; worker-src blob:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Herald</title>
<style>body { margin: 0 }</style>
<redoc spec-url="/openapi.json"></redoc>
<script src="/redoc/redoc.js"></script>
</html>
"#;

/// A picture beside the words "API docs by Redocly", which the bundle fetches from elsewhere.
const FOREIGN_LOGO: &str = "https://cdn.redoc.ly/redoc/logo-mini.svg";
const NO_LOGO: &str = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>";

/// The bundle, which shows what the element `redoc` asks for: all of the script but the call that
/// would show it elsewhere.
static SCRIPT: LazyLock<Bytes> = LazyLock::new(|| {
    let page = aide::redoc::Redoc::new("").html();
    let script = page.split_once("<script>").and_then(|(_, rest)| rest.rsplit_once("Redoc.init("));
    let bundle = script.map(|(bundle, _)| bundle.trim().replace(FOREIGN_LOGO, NO_LOGO));
    Bytes::from(bundle.unwrap_or_default())
});

pub(super) async fn serve_page() -> impl Responder {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .body(PAGE)
}

pub(super) async fn serve_script() -> impl Responder {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/javascript; charset=utf-8"))
        .body(SCRIPT.clone())
}
