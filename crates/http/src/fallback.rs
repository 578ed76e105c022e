use std::sync::LazyLock;

use actix_web::dev::ResourceDef;
use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse};
use utoipa::openapi::PathItem;

use crate::docs;
use crate::problem::Problem;

/// Answers what no route took: the path is unknown, or the method is not one of the path's.
pub(crate) async fn fallback(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let known = PATHS.iter().find(|known| known.path.is_match(request.path()));
    Err(known
        .map_or_else(Problem::not_found, |known| Problem::method_not_allowed(known.allow.clone())))
}

struct KnownPath {
    path: ResourceDef,
    allow: HeaderValue,
}

/// Every path with its methods, as documented; those without parameters first, as they are routed.
static PATHS: LazyLock<Vec<KnownPath>> = LazyLock::new(|| {
    let documented = crate::openapi().paths.paths;
    let mut paths: Vec<_> =
        documented.iter().map(|(path, item)| (path.as_str(), methods(item))).collect();
    paths.extend(docs::PATHS.map(|path| (path, "GET, HEAD".to_owned())));
    paths.sort_by_key(|(path, _)| path.contains('{'));
    let known = paths.into_iter().filter_map(|(path, methods)| {
        let allow = HeaderValue::try_from(methods).ok()?;
        Some(KnownPath { path: ResourceDef::new(path), allow })
    });
    known.collect()
});

fn methods(item: &PathItem) -> String {
    let methods = [
        ("GET, HEAD", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    let documented = methods.into_iter().filter(|(_, operation)| operation.is_some());
    documented.map(|(method, _)| method).collect::<Vec<_>>().join(", ")
}
