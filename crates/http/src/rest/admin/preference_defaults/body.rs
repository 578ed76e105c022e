use std::collections::BTreeMap;

use herald_domain::{Category, Choices, Defaults};
use serde::Serialize;
use utoipa::ToSchema;

use crate::rest::choices::ChoicesBody;

/// What holds for whoever has not chosen.
#[derive(Serialize, ToSchema)]
#[schema(as = PreferenceDefaults)]
pub(super) struct DefaultsBody<'a> {
    /// which channels, for every category
    #[schema(value_type = ChoicesBody)]
    default: &'a Choices,
    /// which channels, for one
    #[schema(value_type = BTreeMap<String, ChoicesBody>, example = json!({"ci": {"email": false}}))]
    categories: &'a BTreeMap<Category, Choices>,
}

impl<'a> From<&'a Defaults> for DefaultsBody<'a> {
    fn from(Defaults { default, categories }: &'a Defaults) -> Self {
        Self { default, categories }
    }
}
