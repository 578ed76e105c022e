//! What an administrator does with jobs that the queue took out of the way.

use std::sync::{Arc, Mutex};

use actix_web::http::Method;
use async_trait::async_trait;
use herald_domain::Timestamp;
use herald_ports::{DeadJob, DeadJobList, DeadJobs, DeadJobsAway};
use serde_json::json;

use crate::support::{Api, Reply, Settings, api, api_with};

/// A queue's dead, or none that can be reached.
struct Graveyard(Mutex<Option<Vec<&'static str>>>);

impl Graveyard {
    fn take(&self, id: &str) -> Result<bool, DeadJobsAway> {
        let mut jobs = self.0.lock().unwrap();
        let jobs = jobs.as_mut().ok_or_else(away)?;
        let before = jobs.len();
        jobs.retain(|job| *job != id);
        Ok(jobs.len() < before)
    }
}

fn away() -> DeadJobsAway {
    DeadJobsAway("password=canary".to_owned())
}

#[async_trait]
impl DeadJobs for Graveyard {
    async fn list(&self, limit: usize) -> Result<DeadJobList, DeadJobsAway> {
        let ids = self.0.lock().unwrap().clone().ok_or_else(away)?;
        let job = |id: &&str| DeadJob {
            id: (*id).to_owned(),
            queue: "herald.jobs.fan_out".to_owned(),
            reason: "not understood by the worker".to_owned(),
            deliveries: None,
            died_at: Some(Timestamp::from_micros(0)),
            payload: "hello".to_owned(),
        };
        Ok(DeadJobList { jobs: ids.iter().take(limit).map(job).collect(), total: ids.len() as u64 })
    }

    async fn remove(&self, id: &str) -> Result<bool, DeadJobsAway> {
        self.take(id)
    }

    async fn redrive(&self, id: &str) -> Result<bool, DeadJobsAway> {
        self.take(id)
    }
}

const LIST: &str = "/api/v1/admin/queue/dead";

async fn remove(api: &Api, admin: &str, id: &str) -> Reply {
    api.call(Method::DELETE, &format!("{LIST}/{id}"), admin).await
}

async fn redrive(api: &Api, admin: &str, id: &str) -> Reply {
    api.call(Method::POST, &format!("{LIST}/{id}/redrive"), admin).await
}

async fn with(jobs: Option<Vec<&'static str>>) -> Api {
    let dead_jobs = Arc::new(Graveyard(Mutex::new(jobs)));
    api_with(Settings { dead_jobs, ..Settings::default() }).await
}

#[actix_web::test]
async fn dead_jobs_are_listed_removed_and_redriven() {
    let api = with(Some(vec!["a1", "b2", "c3"])).await;
    let admin = &api.admin().await;
    let list = api.get(&format!("{LIST}?limit=1"), admin).await.expect(200);
    let job = json!({
        "id": "a1", "queue": "herald.jobs.fan_out", "reason": "not understood by the worker",
        "deliveries": null, "died_at": "1970-01-01T00:00:00.000000Z", "payload": "hello",
    });
    assert_eq!(list, json!({"items": [job], "total": 3}));

    assert_eq!(remove(&api, admin, "a1").await.status, 204);
    assert_eq!(redrive(&api, admin, "b2").await.status, 204);
    assert_eq!(remove(&api, admin, "a1").await.expect(404)["code"], "not_found");
    assert_eq!(redrive(&api, admin, "b2").await.expect(404)["code"], "not_found");
    assert_eq!(api.get(LIST, admin).await.expect(200)["total"], 1);
}

#[actix_web::test]
async fn a_queue_in_memory_has_no_dead() {
    let api = api().await;
    let list = api.get(LIST, &api.admin().await).await.expect(200);
    assert_eq!(list, json!({"items": [], "total": 0}));
}

#[actix_web::test]
async fn without_a_broker_nobody_can_tell() {
    let api = with(None).await;
    let answer = api.get(LIST, &api.admin().await).await;
    assert_eq!(answer.header("retry-after"), "1");
    let problem = answer.expect(503);
    assert_eq!(problem["code"], "unavailable");
    assert!(!problem.to_string().contains("canary"));
}

#[actix_web::test]
async fn what_cannot_be_an_id_is_refused() {
    let api = api().await;
    let admin = &api.admin().await;
    for id in ["a-1", "a%20b", &"a".repeat(65)] {
        let problem = remove(&api, admin, id).await.expect(422);
        assert_eq!(problem["errors"][0]["field"], "id");
    }
    let problem = api.get(&format!("{LIST}?limit=101"), admin).await.expect(422);
    assert_eq!(problem["errors"][0]["field"], "limit");
}
