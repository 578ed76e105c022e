use actix_web::get;
use actix_web::web::Data;
use herald_domain::Timestamp;
use herald_ports::DeadJob;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::Services;
use crate::extract::{Admin, QueryParams, ReadQuery, Reader};
use crate::rest::answer::{self, Answer};

/// How many of the dead jobs.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct DeadQuery {
    /// how many at most; 20 if absent
    #[param(minimum = 1, maximum = 100, value_type = Option<u64>)]
    limit: Option<usize>,
}

impl ReadQuery for DeadQuery {
    fn read(query: &mut Reader) -> Self {
        Self { limit: query.number("limit", 1..=100) }
    }
}

/// Some of the dead jobs.
#[derive(Serialize, ToSchema)]
#[schema(as = DeadJobPage)]
struct DeadJobsBody<'a> {
    /// the latest first
    items: Vec<DeadJobBody<'a>>,
    /// how many there are
    #[schema(example = 1)]
    total: u64,
}

/// A job that was taken out of the queue's way.
#[derive(Serialize, ToSchema)]
#[schema(as = DeadJob)]
struct DeadJobBody<'a> {
    #[schema(example = "8a2f56c0abee195e")]
    id: &'a str,
    /// the queue that it was in
    #[schema(example = "herald.jobs.fan_out")]
    queue: &'a str,
    /// why it is here
    #[schema(example = "not understood by the worker")]
    reason: &'a str,
    /// how often it was handed out; null where the broker does not say
    #[schema(required, minimum = 0, example = 20)]
    deliveries: Option<u64>,
    /// since when it is here; null where the broker does not say
    #[schema(required)]
    died_at: Option<Timestamp>,
    /// what it says, as far as it is text; the first 1,000 characters
    #[schema(example = "{\"v\":1,\"job\":{\"fan_out\":5}}")]
    payload: &'a str,
}

impl<'a> From<&'a DeadJob> for DeadJobBody<'a> {
    fn from(job: &'a DeadJob) -> Self {
        Self {
            id: &job.id,
            queue: &job.queue,
            reason: &job.reason,
            deliveries: job.deliveries,
            died_at: job.died_at,
            payload: &job.payload,
        }
    }
}

/// List the dead jobs
///
/// What the work queue took out of the way: jobs that failed their workers again and again, and
/// messages that no worker understands. Nothing waits for them: the store knows what there is to do. A
/// queue in memory has none.
#[utoipa::path(
    operation_id = "listDeadJobs",
    tag = "admin",
    params(DeadQuery),
    responses((status = 200, description = "some of the dead jobs", body = DeadJobsBody))
)]
#[get("/admin/queue/dead")]
pub(super) async fn list(
    _: Admin,
    services: Data<Services>,
    QueryParams(query): QueryParams<DeadQuery>,
) -> Answer {
    let dead = services.dead_letters.list(query.limit.unwrap_or(20)).await?;
    let items = dead.jobs.iter().map(DeadJobBody::from).collect();
    answer::ok(&DeadJobsBody { items, total: dead.total })
}
