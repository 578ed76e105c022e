use herald_contract::Python;
use serde_json::{Value, json};

use crate::support::{Client, Server, eventually, http, mint, skip};

const GUIDE: &str = include_str!("../../../docs/operations.md");

/// The parser of Prometheus' own Python client; answers `[[name, type, labels, value], ..]`.
const PARSER: &str = "
import json, sys
from prometheus_client.parser import text_string_to_metric_families
families = text_string_to_metric_families(json.load(sys.stdin))
print(json.dumps([[s.name, f.type, s.labels, s.value] for f in families for s in f.samples]))
";

/// What was scraped, as Prometheus understands it.
struct Figures(Vec<(String, String, Value, f64)>);

impl Figures {
    fn parse(python: &Python, text: &str) -> Self {
        Self(serde_json::from_value(python.run(PARSER, &json!(text))).unwrap())
    }

    /// A figure with these labels; 0 if there is none.
    fn get(&self, name: &str, labels: &Value) -> f64 {
        let found = self.0.iter().find(|(known, _, has, _)| known == name && has == labels);
        found.map_or(0.0, |(.., value)| *value)
    }
}

/// The server's figures, from the address that is for them alone.
async fn scrape(server: &Server) -> String {
    let line = server.log().into_iter().find(|line| line.contains("serving metrics")).unwrap();
    let entry: Value = serde_json::from_str(&line).unwrap();
    let url = format!("http://{}/metrics", entry["address"].as_str().unwrap());
    let answer = http().get(url).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    answer.text().await.unwrap()
}

/// Some of everything: sends, refusals, logins, a socket that resumes, one that is lost, a stream.
async fn traffic(server: &Server) {
    let maya = server.user("maya");
    for _ in 0..3 {
        maya.tell("maya", "a message that nobody else should read").await;
    }
    let send = "/api/v1/notifications";
    maya.post(send, &json!({"to": {"user": "jonas"}, "message": "x"})).await.expect(403);
    maya.post(send, &json!({"to": {"user": "maya"}, "message": ""})).await.expect(422);
    for message in ["once", "once", "another"] {
        let body = json!({"to": {"user": "maya"}, "message": message});
        let request = maya.request("POST", send).header("idempotency-key", "canary-key");
        maya.send(request.json(&body)).await;
    }
    let wrong = json!({"username": "admin", "password": "canary-password"});
    server.anonymous().post("/api/v1/auth/login", &wrong).await.expect(401);
    server.admin().await.get("/api/v1/canary").await.expect(404);
    let unknown = server.anonymous().request("CANARY", "/api/v1/canary");
    server.anonymous().send(unknown).await;

    let mut socket = maya.socket().await;
    let epoch = socket.next().await["epoch"].as_str().unwrap().to_owned();
    socket.resume(&epoch, 1).await;
    socket.next_of("notification").await;
    let mut lost = maya.socket().await;
    lost.resume("another", 1).await;
    lost.next_of("resync").await;
    drop(lost);
    let _stream = maya.stream(None).await;
    maya.tell("maya", "live").await;
    socket.next_of("notification").await;
    socket.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_move_as_the_traffic_does() {
    let Some(python) = Python::with("prometheus-client-0.26.0", &["prometheus-client==0.26.0"])
    else {
        return skip("counters_move_as_the_traffic_does", "prometheus-client is not installed");
    };
    let server = Server::builder().set("HERALD_METRICS_LISTEN", "127.0.0.1:0").start().await;
    let before = Figures::parse(&python, &scrape(&server).await);
    let version = json!({"version": env!("CARGO_PKG_VERSION")});
    assert_eq!(before.get("herald_build_info", &version), 1.0);
    assert!(before.get("process_start_time_seconds", &json!({})) > 1.7e9);
    assert_eq!(before.get("herald_notifications_accepted_total", &json!({})), 0.0);

    traffic(&server).await;
    // a connection that is gone is noticed soon, and messages are counted once a second
    let settled = || async {
        let now = Figures::parse(&python, &scrape(&server).await);
        now.get("herald_realtime_connections", &json!({})) == 0.0
            && now.get("herald_realtime_messages_sent_total", &json!({})) >= 8.0
    };
    eventually("the sockets are gone", settled).await;
    let text = scrape(&server).await;
    let after = Figures::parse(&python, &text);
    let login = json!({"route": "/api/v1/auth/login", "method": "POST", "status": "4xx"});
    let sent = json!({"route": "/api/v1/notifications", "method": "POST", "status": "2xx"});
    let unknown = json!({"route": "none", "method": "other", "status": "4xx"});
    let durations = json!({"route": "/api/v1/notifications", "method": "POST"});
    for (name, labels, expected) in [
        ("herald_notifications_accepted_total", json!({}), 5.0),
        ("herald_sends_refused_total", json!({"reason": "forbidden"}), 1.0),
        ("herald_sends_refused_total", json!({"reason": "invalid"}), 1.0),
        ("herald_sends_refused_total", json!({"reason": "key_reused"}), 1.0),
        ("herald_logins_total", json!({"outcome": "ok"}), 1.0),
        ("herald_logins_total", json!({"outcome": "wrong_credentials"}), 1.0),
        ("herald_http_requests_total", login, 1.0),
        // four messages, and one of them again
        ("herald_http_requests_total", sent, 6.0),
        ("herald_http_requests_total", unknown, 1.0),
        ("herald_http_request_duration_seconds_count", durations, 9.0),
        ("herald_realtime_resumes_total", json!({"outcome": "recovered"}), 1.0),
        ("herald_realtime_resumes_total", json!({"outcome": "resync"}), 1.0),
        ("herald_realtime_closes_total", json!({"code": "1000"}), 1.0),
        ("herald_realtime_closes_total", json!({"code": "1006"}), 2.0),
        ("herald_realtime_closes_total", json!({"code": "4410"}), 0.0),
        ("herald_realtime_events_dropped_total", json!({}), 0.0),
        ("herald_store_writes_queued", json!({}), 0.0),
        ("herald_store_reads_in_flight", json!({}), 0.0),
    ] {
        assert_eq!(after.get(name, &labels), expected, "{name} {labels}:\n{text}");
    }
    for name in ["group_writes_count", "commit_duration_seconds_count", "wal_bytes"] {
        assert!(after.get(&format!("herald_store_{name}"), &json!({})) > 0.0, "{name}:\n{text}");
    }
    for (name, kind, labels, _) in &after.0 {
        let total = name.ends_with("_total");
        assert!(total == (kind == "counter"), "{name} is a {kind}");
        let told = labels.to_string();
        for secret in ["maya", "admin", "canary", "nobody", "eyJ"] {
            assert!(!told.contains(secret), "{name}{told}");
        }
    }
    documented(&after);
}

/// Each figure is in the table of the guide, and each of the table can be had.
fn documented(figures: &Figures) {
    let table = GUIDE.split("| metric |").nth(1).unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `herald_")?.split_once('`'));
    let listed: Vec<_> = rows.map(|(name, _)| format!("herald_{name}")).collect();
    let is_of = |sample: &str, name: &str| {
        sample
            .strip_prefix(name)
            .is_some_and(|end| ["", "_bucket", "_sum", "_count"].contains(&end))
    };
    for (sample, ..) in figures.0.iter().filter(|(name, ..)| name.starts_with("herald_")) {
        assert!(listed.iter().any(|name| is_of(sample, name)), "{sample} is not in the guide");
    }
    // nothing was removed, and there is no broker
    let without_cause = ["herald_janitor_removed_total", "herald_broker_"];
    let has_cause = |name: &&String| !without_cause.iter().any(|none| name.starts_with(none));
    for name in listed.iter().filter(has_cause) {
        assert!(figures.0.iter().any(|(sample, ..)| is_of(sample, name)), "there is no {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_for_administrators_on_the_main_address() {
    let server = super::in_memory().await;
    let get = |client: Client| async move { client.get("/metrics").await };
    get(server.anonymous()).await.expect_problem(401, "token_required");
    get(server.with_token(&mint("maya"))).await.expect_problem(403, "forbidden");
    get(server.service().await).await.expect_problem(403, "forbidden");
    let answer = get(server.admin().await).await.expect(200);
    assert!(String::from_utf8(answer.bytes).unwrap().contains("# TYPE herald_build_info gauge"));
    assert!(!server.log().iter().any(|line| line.contains("serving metrics")), "not by default");
}
