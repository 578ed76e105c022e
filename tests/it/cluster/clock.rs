use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::json;
use tokio::time::sleep;

use super::load::Load;
use super::{Cluster, duration};
use crate::broker::{Broker, Kind, on};
use crate::support::{Builder, Client, Rng, Server, eventually, skip};

const TEST: &str = "a_server_whose_clock_is_an_hour_fast_does_nothing_wrong";
const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_clock_is_an_hour_fast_does_nothing_wrong() {
    let Some(library) = libfaketime() else {
        return skip(TEST, "faketime is not installed");
    };
    on(Kind::RabbitMq, TEST, async |broker| serve(broker, library).await).await;
}

/// Which makes a process believe that it is another time.
fn libfaketime() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?;
    let files = folders.map(|folder| folder.unwrap().path().join("faketime/libfaketimeMT.so.1"));
    files.into_iter().find(|file| file.exists())
}

async fn serve(broker: Broker, library: PathBuf) {
    // what it measures, it measures as ever
    let fast = |builder: Builder| {
        builder
            .set("LD_PRELOAD", library.to_str().unwrap())
            .set("FAKETIME", "+1h")
            .set("FAKETIME_DONT_FAKE_MONOTONIC", "1")
    };
    let builder = broker.server(&broker.address());
    let Some(cluster) = Cluster::with_odd_one(TEST, builder, fast).await else { return };
    assert!(time_at(&cluster.servers[0]).await > time_at(&cluster.servers[1]).await + HOUR / 2);

    let load = Load::start(&cluster, &mut Rng::new()).await;
    let service = cluster.servers[0].service().await;
    let (mut early, mut late) = (Vec::new(), Vec::new());
    for server in &cluster.servers {
        let service = service.at(server.address);
        early.push(send_in(&service, Duration::from_secs(2)).await);
        late.push(send_in(&service, HOUR - Duration::from_secs(60)).await);
    }
    sleep(duration()).await;
    for id in early {
        eventually("what is due is delivered", async || state(&service, id).await == "delivered")
            .await;
    }
    load.finish(&cluster, "an hour fast").await;
    for id in late {
        assert_eq!(state(&service, id).await, "scheduled", "not before its time");
    }
}

/// What time a server thinks it is.
async fn time_at(server: &Server) -> Timestamp {
    let answer = server.anonymous().get("/healthz").await;
    rfc2822::parse(answer.header("date")).unwrap().timestamp()
}

/// Sends something for later; answers its number.
async fn send_in(service: &Client, wait: Duration) -> i64 {
    let send_at = (Timestamp::now() + wait).to_string();
    let body = json!({"to": {"user": "eve"}, "message": "later", "send_at": send_at});
    let answer = service.post("/api/v1/notifications", &body).await.expect(202);
    answer.json["id"].as_i64().unwrap()
}

async fn state(service: &Client, id: i64) -> String {
    let answer = service.get(&format!("/api/v1/notifications/{id}")).await.expect(200);
    answer.json["state"].as_str().unwrap().to_owned()
}
