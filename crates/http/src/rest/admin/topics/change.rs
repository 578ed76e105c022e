use actix_web::patch;
use actix_web::web::Data;
use herald_domain::{Rule, Topic, Violation, Violations};
use herald_ports::TopicChange;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{Admin, JsonBody, NoQuery, PathParam};
use crate::rest::answer::{self, Answer};
use crate::rest::topic::TopicBody;

/// What is to be changed; what is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
struct TopicPatch {
    /// what it is about
    #[schema(
        min_length = 1,
        max_length = 500,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]+$",
        example = "New versions"
    )]
    description: Option<String>,
    /// whether everybody may subscribe
    #[schema(example = false)]
    open: Option<bool>,
}

impl TopicPatch {
    fn parse(self) -> Result<TopicChange, Violations> {
        if self.description.is_none() && self.open.is_none() {
            let detail = "must set at least one of description, open";
            return Err(Violation::new("body", Rule::Required, detail).into());
        }
        let mut broken = Violations::default();
        let description =
            self.description.and_then(|text| broken.take("description", text.parse()));
        broken.into_result().map(|()| TopicChange { description, open: self.open })
    }
}

/// Change a topic
///
/// Who subscribes to a topic that is closed goes on doing so.
#[utoipa::path(
    operation_id = "changeTopic",
    tag = "admin",
    params(("topic" = Topic, Path, description = "the topic's name")),
    request_body(content = TopicPatch, example = json!({"open": false})),
    responses((status = 200, description = "the topic as it is now", body = TopicBody))
)]
#[patch("/admin/topics/{topic}")]
pub(super) async fn change(
    Admin(admin): Admin,
    services: Data<Services>,
    PathParam(topic): PathParam<Topic>,
    _: NoQuery,
    JsonBody(body): JsonBody<TopicPatch>,
) -> Answer {
    let topic = services.topics.change(&admin, topic, body.parse()?).await?;
    answer::ok(&TopicBody::from(&topic))
}
