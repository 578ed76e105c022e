use herald_domain::{Company, RawAudience, Role, Topic, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Who should know, as it is read.
///
/// What later versions added is written only if it is there, so that a request under an idempotency
/// key of before is still the same request.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct To {
    user: Option<String>,
    users: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    company: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    topic: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    everyone: Option<bool>,
}

impl From<To> for RawAudience {
    fn from(to: To) -> Self {
        let To { user, users, company, role, topic, everyone } = to;
        Self { user, users, company, role, topic, everyone }
    }
}

/// One user, up to 10,000, everybody of a company or in a role, the subscribers of a topic, or
/// everyone.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents `To`, which reads it with better errors")]
pub(super) enum Audience {
    User(OneUser),
    Users(ManyUsers),
    Company(CompanyMembers),
    Role(RoleMembers),
    Topic(TopicSubscribers),
    Everyone(Everyone),
}

/// One user.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents a form of `To`")]
pub(super) struct OneUser {
    user: UserId,
}

/// Several users; each is told once.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents a form of `To`")]
pub(super) struct ManyUsers {
    #[schema(min_items = 1, max_items = 10000, example = json!(["alice", "bob"]))]
    users: Vec<UserId>,
}

/// Everybody of a company, or those of them who are in a role.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents a form of `To`")]
pub(super) struct CompanyMembers {
    company: Company,
    role: Option<Role>,
}

/// Everybody who is in a role.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents a form of `To`")]
pub(super) struct RoleMembers {
    role: Role,
}

/// Everybody who subscribes to a topic.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents a form of `To`")]
pub(super) struct TopicSubscribers {
    topic: Topic,
}

/// Every user there is.
pub(super) struct Everyone;

impl PartialSchema for Everyone {
    fn schema() -> RefOr<Schema> {
        let yes = ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([true]));
        ObjectBuilder::new()
            .description(Some("Every user there is."))
            .property("everyone", yes)
            .required("everyone")
            .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
            .examples([json!({"everyone": true})])
            .into()
    }
}

impl ToSchema for Everyone {}
