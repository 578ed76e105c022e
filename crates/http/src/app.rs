use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix_service::ServiceFactory;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::web::{self, Data};
use actix_web::{App, Error};
use herald_ports::IdGenerator;
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::limit::RateLimits;
use crate::middleware::{self, RequestIds};
use crate::rest::health::{Exposition, Health, ReadinessProbe};
use crate::{Services, dialects, docs, fallback, realtime, rest, unsubscribe};

/// What the workers share.
#[derive(Clone)]
pub struct AppState {
    services: Data<Services>,
    health: Data<Health>,
    figures: Data<Exposition>,
    limits: Data<RateLimits>,
    request_ids: Arc<RequestIds>,
}

impl AppState {
    /// `/readyz` asks the probe, and answers that it is not ready once `draining` is set;
    /// `/metrics` answers what `figures` writes down; `limits` says who asks too often.
    pub fn new(
        services: Services,
        probe: Arc<dyn ReadinessProbe>,
        draining: Arc<AtomicBool>,
        figures: Arc<Exposition>,
        limits: Arc<RateLimits>,
        ids: &dyn IdGenerator,
    ) -> Self {
        Self {
            services: Data::new(services),
            health: Data::new(Health { probe, draining }),
            figures: Data::from(figures),
            limits: Data::from(limits),
            request_ids: Arc::new(RequestIds::new(ids)),
        }
    }
}

/// Everything that one worker serves: routes, documentation, and the layer around them.
pub fn app(
    state: &AppState,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    let request_ids = state.request_ids.clone();
    App::new()
        .app_data(state.services.clone())
        .app_data(state.health.clone())
        .app_data(state.figures.clone())
        .app_data(state.limits.clone())
        .into_utoipa_app()
        .configure(routes)
        .into_app()
        .configure(docs::configure)
        .default_service(web::to(fallback::fallback))
        .wrap_fn(move |request, service| middleware::around(request, service, &request_ids))
}

/// Every documented route.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(
            utoipa_actix_web::scope("/api/v1")
                .configure(rest::configure)
                .configure(realtime::configure),
        )
        .configure(rest::health::configure)
        .configure(unsubscribe::configure)
        .configure(dialects::configure);
}
