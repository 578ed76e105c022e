use actix_web::put;
use actix_web::web::Data;
use herald_domain::Category;
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::DefaultsBody;
use crate::Services;
use crate::extract::{Admin, JsonBody, NoQuery, Object};
use crate::problem::ProblemBody;
use crate::rest::answer::{self, Answer};
use crate::rest::choices::{CategoriesRequest, ChoicesRequest, by_category, choices};

/// What shall hold for whoever has not chosen. What is absent or null is not said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreferenceDefaultsRequest {
    /// which channels, for every category
    #[schema(value_type = Option<ChoicesRequest>)]
    default: Option<Object<ChoicesRequest>>,
    /// which channels, for one: at most 100 categories, by their names
    #[schema(value_type = Option<BTreeMap<Category, ChoicesRequest>>)]
    categories: Option<CategoriesRequest>,
}

/// Replace what holds for whoever has not chosen
///
/// It holds for what is sent from now on, at other servers within two seconds. Whether there is an inbox is its
/// user's choice alone.
#[utoipa::path(
    operation_id = "putPreferenceDefaults",
    tag = "admin",
    request_body(
        content = PreferenceDefaultsRequest,
        example = json!({"default": {"email": true}, "categories": {"ci": {"email": false}}})
    ),
    responses(
        (status = 200, description = "the defaults as they are now", body = DefaultsBody),
        (status = 403, description = "only its user turns an inbox off", body = ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[put("/admin/preference-defaults")]
pub(super) async fn put(
    _: Admin,
    services: Data<Services>,
    _: NoQuery,
    JsonBody(body): JsonBody<PreferenceDefaultsRequest>,
) -> Answer {
    let (default, categories) = (choices(body.default), by_category(body.categories));
    let defaults = services.preferences.set_defaults(default, categories).await?;
    answer::ok(&DefaultsBody::from(&*defaults))
}
