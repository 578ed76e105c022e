use super::{Broker, broadcast, figure, is_ready, on_each_broker, readiness};
use crate::support::Device;

const GUIDE: &str = include_str!("../../../docs/operations.md");

on_each_broker!(events_and_jobs_pass, dead_jobs_can_be_asked_for);

/// With a broker, all works as without one, and jobs do go by it.
async fn events_and_jobs_pass(broker: Broker) {
    let server = broker.server(&broker.address()).start().await;
    is_ready(&server).await;
    assert_eq!(readiness(&server).await.1["ok"], true);
    let (admin, service) = (server.admin().await, server.service().await);
    let mut device = Device::with_socket(&server.user("alice")).await;
    for nth in 0..20 {
        service.tell("alice", &format!("direct {nth}")).await;
        assert_eq!(device.hear().await["notification"]["message"], format!("direct {nth}"));
    }
    for nth in 0..5 {
        broadcast(&service, &format!("to all {nth}")).await;
        assert_eq!(device.hear().await["notification"]["message"], format!("to all {nth}"));
    }
    let received = r#"herald_broker_jobs_total{outcome="received"}"#;
    crate::support::eventually("jobs have come by the broker", async || {
        figure(&admin, received).await >= 5.0
    })
    .await;
    let published = r#"herald_broker_events_total{outcome="published"}"#;
    assert!(figure(&admin, published).await >= 20.0);
    let metrics = String::from_utf8(admin.get("/metrics").await.expect(200).bytes).unwrap();
    let named = GUIDE.lines().filter_map(|line| line.strip_prefix("| `herald_broker_"));
    for name in named.filter_map(|line| line.split('`').next()) {
        assert!(metrics.contains(&format!("\nherald_broker_{name}")), "there is no {name}");
    }
}

/// Who administers sees what the broker took out of the way.
async fn dead_jobs_can_be_asked_for(broker: Broker) {
    let server = broker.server(&broker.address()).start().await;
    is_ready(&server).await;
    let admin = server.admin().await;
    let dead = "/api/v1/admin/queue/dead";
    assert_eq!(admin.get(dead).await.expect(200).json["total"], 0);
    admin.delete(&format!("{dead}/1")).await.expect_problem(404, "not_found");
    let again = admin.request("POST", &format!("{dead}/1/redrive"));
    admin.send(again).await.expect_problem(404, "not_found");
}
