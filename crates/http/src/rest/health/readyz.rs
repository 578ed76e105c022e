use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use async_trait::async_trait;
use serde::Serialize;
use utoipa::ToSchema;

use crate::rest::answer::{self, Answer};

/// A part that the server works with, and how it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Component {
    /// what it is, such as `store`
    #[schema(example = "store")]
    pub name: &'static str,
    /// whether it works
    #[schema(example = true)]
    pub ok: bool,
    /// what is the matter, or where it stands; everybody may read it
    #[schema(required)]
    pub detail: Option<String>,
    /// whether the server can serve nobody without it
    #[serde(skip)]
    pub essential: bool,
}

/// Looks after the parts that the server works with.
#[async_trait]
pub trait ReadinessProbe: Send + Sync + 'static {
    /// How each part is at this moment.
    async fn check(&self) -> Vec<Component>;
}

/// What readiness depends on.
pub(crate) struct Health {
    pub(crate) probe: Arc<dyn ReadinessProbe>,
    pub(crate) draining: Arc<AtomicBool>,
}

/// Whether requests may be sent here.
#[derive(Serialize, ToSchema)]
struct Readiness {
    /// `ready`, `degraded`, `not ready`, or `draining` when the server is about to stop
    #[schema(example = "ready")]
    status: &'static str,
    components: Vec<Component>,
}

/// Whether requests may be sent here
///
/// No longer so as soon as the server begins to stop, so that nobody is sent here any more. Still so
/// while a part is away that only makes things late, such as a broker: the answer says `degraded`.
#[utoipa::path(
    operation_id = "getReadiness",
    tag = "health",
    security(),
    responses(
        (status = 200, description = "all parts work, or all that must", body = Readiness),
        (status = 503, description = "a part that must work does not, or the server is about to stop",
         body = Readiness),
    )
)]
#[get("/readyz")]
pub(super) async fn readyz(health: Data<Health>) -> Answer {
    let components = health.probe.check().await;
    let draining = health.draining.load(Ordering::Relaxed);
    let (code, status) = if draining {
        (StatusCode::SERVICE_UNAVAILABLE, "draining")
    } else if components.iter().all(|component| component.ok) {
        (StatusCode::OK, "ready")
    } else if components.iter().all(|component| component.ok || !component.essential) {
        (StatusCode::OK, "degraded")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    };
    answer::json(HttpResponse::build(code), &Readiness { status, components })
}
