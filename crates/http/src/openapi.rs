//! The OpenAPI document: what the routes say of themselves, and what is true of all.

mod examples;
mod rate_limits;

use actix_web::App;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, PathItem, Ref, RefOr};
use utoipa::{Modify, OpenApi};
use utoipa_actix_web::AppExt;

use crate::app::routes;
use crate::problem::{Code, ProblemBody};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Herald",
        description = "A notification server: an application tells it what happened and who \
                       should know; Herald keeps it, delivers it live, and brings every device \
                       up to date. Errors are RFC 9457 problems.",
        license(name = "MIT", identifier = "MIT")
    ),
    servers((url = "/", description = "this server")),
    components(schemas(ProblemBody)),
    modifiers(&Credentials),
    security(("bearer" = [])),
    tags(
        (name = "auth", description = "accounts, logins, tokens"),
        (name = "notifications", description = "sending, and the caller's inbox"),
        (name = "topics", description = "subjects that users subscribe to"),
        (name = "preferences", description = "what the caller wants to hear of, how, and when"),
        (name = "endpoints", description = "the caller's devices, browsers and webhooks"),
        (name = "presence", description = "who is online"),
        (name = "realtime", description = "sockets and streams that speak `herald.v1`"),
        (name = "admin", description = "users, API keys, topics, deliveries, templates, the sandbox and dead jobs; takes the \
                                        role `admin`"),
        (name = "unsubscribe", description = "pages for whoever follows the link in a mail"),
        (name = "health", description = "for load balancers and orchestrators"),
        (name = "notification-system",
         description = "dialect: Real-Time Notification System"),
        (name = "realtime-ws-notification",
         description = "dialect: Real-time WebSocket Notification System. Its login and its send are \
                        those of the dialect `websocket-backend`, too"),
        (name = "websocket-backend",
         description = "dialect: Realtime WebSocket Notification Backend"),
        (name = "notification-service",
         description = "dialect: Notification Service Backend"),
        (name = "pack-23",
         description = "dialect: Pack 23, Real-Time Notifications"),
    )
)]
struct Document;

struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("an access token, or an API key (`hk_…`)"))
            .build();
        let ticket = ApiKeyValue::with_description("ticket", "good for one handshake or stream");
        let token =
            ApiKeyValue::with_description("token", "an access token, on sockets of dialects");
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components.add_security_scheme("ticket", SecurityScheme::ApiKey(ApiKey::Query(ticket)));
        components.add_security_scheme("token", SecurityScheme::ApiKey(ApiKey::Query(token)));
    }
}

/// The document that describes every route; made from the routes themselves.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let routed = App::new().into_utoipa_app().openapi(Document::openapi()).configure(routes);
    let (_, mut document) = routed.split_for_parts();
    document.paths.paths.values_mut().flat_map(operations).for_each(add_common_problems);
    let operations = document.paths.paths.values_mut().flat_map(operations);
    examples::add(operations, document.components.as_ref());
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, post, put, patch, delete, .. } = item;
    [get, post, put, patch, delete].into_iter().flatten()
}

/// Adds the problems that follow from the shape of an operation: who may call it, what it takes, and
/// whether the store is behind it.
fn add_common_problems(operation: &mut Operation) {
    let mut codes = Vec::new();
    let is_public = operation.security.as_ref().is_some_and(Vec::is_empty);
    if !is_public {
        codes.extend([Code::TokenInvalid, Code::AccountDisabled]);
    }
    if operation.request_body.is_some() {
        codes.extend([Code::MalformedJson, Code::RequestTimeout, Code::BodyTooLarge]);
        codes.extend([Code::UnsupportedMediaType]);
    }
    if takes_an_id(operation) {
        codes.push(Code::NotFound);
    }
    let is_health = operation.tags.iter().flatten().any(|tag| tag == "health");
    if !is_health {
        // even to know who asks takes the store, and adds a user whom it does not know yet
        codes.extend([Code::Validation, Code::Internal, Code::Unavailable, Code::StoreFull]);
        codes.push(Code::RateLimited);
    }
    let responses = &mut operation.responses.responses;
    for code in codes {
        let status = code.status().as_u16().to_string();
        responses.entry(status).or_insert_with(|| problem(code.title()).into());
    }
    responses.entry("default".to_owned()).or_insert_with(|| problem("any other problem").into());
    if !is_health {
        rate_limits::describe(responses);
    }
}

fn takes_an_id(operation: &Operation) -> bool {
    let mut parameters = operation.parameters.iter().flatten();
    parameters.any(|parameter| match parameter {
        RefOr::T(parameter) => parameter.parameter_in == ParameterIn::Path,
        RefOr::Ref(_) => false,
    })
}

fn problem(description: &str) -> utoipa::openapi::Response {
    let schema = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", schema)
        .build()
}
