//! What users do not want to hear of does not come to them.

use serde_json::{Value, json};

use crate::support::{Client, Server};

const PATH: &str = "/api/v1/preferences";

async fn send(from: &Client, to: &[&str], more: &Value) -> Value {
    let mut body = json!({"to": {"users": to}, "message": "hello", "category": "ci"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    from.post("/api/v1/notifications", &body).await.expect(201).json
}

#[tokio::test(flavor = "multi_thread")]
async fn a_muted_category_stays_out_until_the_mute_ends() {
    let server = Server::start().await;
    let (service, alice, bob) = (server.service().await, server.user("alice"), server.user("bob"));
    assert_eq!(alice.get(PATH).await.expect(200).json["mutes"], json!([]));
    let mutes = json!({"mutes": [
        {"category": "news", "until": null},
        {"category": "ci", "until": "2999-01-01T00:00:00Z"},
        {"category": "old", "until": "1999-01-01T00:00:00Z"},
    ]});
    let kept = json!({"mutes": [
        {"category": "ci", "until": "2999-01-01T00:00:00.000000Z"},
        {"category": "news", "until": null},
    ]});
    assert_eq!(alice.put_json(PATH, &mutes).await.expect(200).json["mutes"], kept["mutes"]);
    assert_eq!(alice.get(PATH).await.expect(200).json["mutes"], kept["mutes"]);

    let both = send(&service, &["alice", "bob"], &json!({})).await;
    assert_eq!((&both["state"], &both["recipients"]), (&json!("delivered"), &json!(1)));
    let nobody = send(&service, &["alice"], &json!({})).await;
    assert_eq!((&nobody["state"], &nobody["recipients"]), (&json!("delivered"), &json!(0)));
    assert_eq!(alice.count().await["rev"], 0);
    assert_eq!(bob.count().await["rev"], 1);

    let urgent = send(&service, &["alice"], &json!({"priority": "critical"})).await;
    let other = send(&service, &["alice"], &json!({"category": "old"})).await;
    let items = alice.everything().await;
    let ids: Vec<_> = items.iter().map(|item| &item["id"]).collect();
    assert_eq!(ids, [&other["id"], &urgent["id"]]);

    alice.put_json(PATH, &json!({"mutes": []})).await.expect(200);
    assert_eq!(send(&service, &["alice"], &json!({})).await["recipients"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn mutes_outlive_a_restart() {
    let server = Server::start().await;
    let mutes = json!({"mutes": [{"category": "ci", "until": null}]});
    server.user("alice").put_json(PATH, &mutes).await.expect(200);
    let server = server.kill_and_restart().await;
    assert_eq!(server.user("alice").get(PATH).await.expect(200).json["mutes"], mutes["mutes"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn mutes_that_break_rules_are_refused_as_a_whole() {
    let server = Server::builder().set("HERALD_DATABASE_URL", "memory:").start().await;
    let alice = server.user("alice");
    let kept = json!({"mutes": [{"category": "ci", "until": null}]});
    alice.put_json(PATH, &kept).await.expect(200);
    let many: Vec<_> = (0..101).map(|nth| json!({"category": format!("c{nth}")})).collect();
    for (body, field, rule) in [
        (json!({"mutes": [], "muted": {}}), "muted", "unknown"),
        (json!({"mutes": [{"until": null}]}), "mutes[0].category", "required"),
        (json!({"mutes": [{"category": "a b"}]}), "mutes[0].category", "format"),
        (json!({"mutes": [{"category": "a", "until": "soon"}]}), "mutes[0].until", "format"),
        (
            json!({"mutes": [{"category": "a"}, {"category": "a"}]}),
            "mutes[1].category",
            "contradiction",
        ),
        (json!({"mutes": many}), "mutes", "too_long"),
    ] {
        let refused = alice.put_json(PATH, &body).await.expect_problem(422, "validation").json;
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
        assert_eq!(refused["errors"][0]["rule"], rule, "{refused}");
    }
    assert_eq!(alice.get(PATH).await.expect(200).json["mutes"], kept["mutes"]);
}
