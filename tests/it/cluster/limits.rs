use std::time::Duration;

use serde_json::json;

use super::Cluster;
use crate::broker::{Broker, on_each_broker};
use crate::rate_limits::refused;

on_each_broker!(a_quota_is_that_of_all_servers);

const QUOTA: usize = 100;

/// What was used up on one server is refused by the others a moment later.
async fn a_quota_is_that_of_all_servers(broker: Broker) {
    let test = "a_quota_is_that_of_all_servers";
    let builder = broker.server(&broker.address());
    let builder = builder.set("HERALD_RATE_LIMIT_SEND", &format!("{QUOTA}/h"));
    let Some(cluster) = Cluster::start(test, builder).await else { return };
    let send = async |server: usize, user: &str| {
        let body = json!({"to": {"user": user}, "message": "hello"});
        cluster.servers[server].user(user).post("/api/v1/notifications", &body).await
    };
    for left in (0..QUOTA).rev() {
        let answer = send(0, "alice").await.expect(201);
        assert_eq!(answer.header("ratelimit"), format!("\"send\";r={left};t=36"));
    }
    refused(send(0, "alice").await, "send");
    for server in [1, 2] {
        let mut let_in = 0;
        let answer = loop {
            let answer = send(server, "alice").await;
            if answer.status == 429 {
                break answer;
            }
            answer.expect(201);
            let_in += 1;
            assert!(let_in < QUOTA / 2, "server {server} counts for itself");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        assert_eq!(answer.header("ratelimit-policy"), format!("\"send\";q={QUOTA};w=3600"));
        refused(answer, "send");
        send(server, "bob").await.expect(201);
    }
}
