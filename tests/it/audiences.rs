//! Sending to groups, to many, and for later.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::{Client, Database, Device, Server, eventually, skip};

const SEND: &str = "/api/v1/notifications";

/// Sends something that is put into inboxes by and by; answers the receipt.
async fn send(client: &Client, to: Value, more: Value) -> Value {
    let mut body = json!({"to": to, "message": "hello"});
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    let answer = client.post(SEND, &body).await.expect(202);
    assert_eq!(answer.header("location"), format!("{SEND}/{}", answer.json["id"]));
    answer.json
}

/// What became of it, as its sender sees it, once it is in every inbox.
async fn delivered(client: &Client, receipt: &Value) -> Value {
    let path = format!("{SEND}/{}", receipt["id"]);
    let is_delivered =
        || async { client.get(&path).await.expect(200).json["state"] == "delivered" };
    eventually("it is delivered", is_delivered).await;
    client.get(&path).await.expect(200).json
}

async fn messages(client: &Client) -> usize {
    client.everything().await.len()
}

async fn employ(admin: &Client, user: &Client, id: &str, company: &str, role: &str) {
    user.get("/api/v1/me").await.expect(200);
    let body = json!({"company": company, "role": role});
    admin.patch(&format!("/api/v1/admin/users/{id}"), &body).await.expect(200);
}

/// So many users, made by sending to them.
async fn crowd(admin: &Client, size: usize) {
    let names: Vec<_> = (0..size).map(|nth| format!("u{nth}")).collect();
    for names in names.chunks(10_000) {
        let receipt = send(admin, json!({"users": names}), json!({})).await;
        delivered(admin, &receipt).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_audience_is_told_and_nobody_else() {
    let server = Server::start().await;
    let (admin, service) = (server.admin().await, server.service().await);
    let people = ["alice", "bob", "carol"].map(|id| server.user(id));
    employ(&admin, &people[0], "alice", "acme", "engineer").await;
    employ(&admin, &people[1], "bob", "acme", "sales").await;
    employ(&admin, &people[2], "carol", "other", "engineer").await;
    let topic = json!({"name": "releases", "open": true});
    admin.post("/api/v1/admin/topics", &topic).await.expect(201);
    for subscriber in [&people[1], &people[2]] {
        subscriber.put("/api/v1/topics/releases/subscription").await.expect(204);
    }
    let mut expected = [0; 3];
    for (to, told) in [
        (json!({"company": "acme"}), [1, 1, 0]),
        (json!({"role": "engineer"}), [1, 0, 1]),
        (json!({"company": "acme", "role": "sales"}), [0, 1, 0]),
        (json!({"topic": "releases"}), [0, 1, 1]),
        (json!({"everyone": true}), [1, 1, 1]),
    ] {
        let receipt = send(&service, to.clone(), json!({})).await;
        assert_eq!((&receipt["state"], &receipt["recipients"]), (&json!("expanding"), &json!(0)));
        let sent = delivered(&service, &receipt).await;
        assert_eq!(sent["recipients"], sent["total"], "{to}");
        for (place, told) in told.into_iter().enumerate() {
            expected[place] += told;
            assert_eq!(messages(&people[place]).await, expected[place], "{to}");
        }
        if to["topic"] == "releases" {
            assert_eq!(people[1].everything().await[0]["topic"], "releases");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_audience_is_said() {
    let server = Server::start().await;
    let (admin, alice) = (server.admin().await, server.user("alice"));
    for (to, field, rule) in [
        (json!({"topic": "nothing"}), "to.topic", "unknown"),
        (json!({"everyone": false}), "to.everyone", "out_of_range"),
        (json!({"everyone": true, "role": "admin"}), "to", "contradiction"),
        (json!({"user": "alice", "topic": "x"}), "to", "contradiction"),
        (json!({"company": ""}), "to.company", "required"),
        (json!({"users": []}), "to.users", "required"),
        (json!({}), "to", "required"),
    ] {
        let body = json!({"to": to, "message": "hello"});
        let refused = admin.post(SEND, &body).await.expect_problem(422, "validation").json;
        let error = &refused["errors"][0];
        assert_eq!((&error["field"], &error["rule"]), (&json!(field), &json!(rule)), "{to}");
    }
    for to in [json!({"everyone": true}), json!({"company": "acme"}), json!({"role": "admin"})] {
        let body = json!({"to": to, "message": "hello"});
        alice.post(SEND, &body).await.expect_problem(403, "forbidden");
    }
    assert_eq!(messages(&alice).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_connected_hears_of_it_while_others_are_still_being_told() {
    let server = Server::start().await;
    let admin = server.admin().await;
    crowd(&admin, 5_000).await;
    let mut devices = Vec::new();
    for id in ["u0", "u2500", "u4999"] {
        let user = server.user(id);
        devices.push(Device::with_socket(&user).await);
        devices.push(Device::with_stream(&user).await);
    }
    let mut receipts = Vec::new();
    for _ in 0..3 {
        receipts.push(send(&admin, json!({"everyone": true}), json!({})).await);
        admin.tell("u2500", "between").await;
    }
    for receipt in &receipts {
        // 5,000 and the administrator
        assert_eq!(delivered(&admin, receipt).await["recipients"], 5_001);
    }
    for (nth, device) in devices.iter_mut().enumerate() {
        let expected = if nth / 2 == 1 { 7 } else { 4 };
        device.reach(expected).await;
        device.copy.check_counts();
        assert!(device.resyncs.is_empty(), "{:?}", device.resyncs);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_notification_comes_in_its_time_or_never() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    let mut device = Device::with_socket(&alice).await;
    let soon = Timestamp::now() + Duration::from_secs(2);
    let to_alice = json!({"user": "alice"});
    let later = json!({"send_at": "2099-01-01T00:00:00Z"});
    let never = send(&service, to_alice.clone(), later).await;
    let coming = send(&service, to_alice, json!({"send_at": soon.to_string()})).await;
    assert_eq!((&never["state"], &coming["state"]), (&json!("scheduled"), &json!("scheduled")));
    assert_eq!(messages(&alice).await, 0);
    let waiting = service.get(&format!("{SEND}/{}", never["id"])).await.expect(200).json;
    assert_eq!((&waiting["state"], &waiting["total"]), (&json!("scheduled"), &Value::Null));
    assert_eq!(waiting["send_at"], "2099-01-01T00:00:00.000000Z");

    let cancel = format!("{SEND}/{}/cancel", never["id"]);
    alice.post(&cancel, &json!({})).await.expect_problem(404, "not_found");
    for _ in 0..2 {
        let cancelled = service.post(&cancel, &json!({})).await.expect(200).json;
        assert_eq!(cancelled["state"], "cancelled");
    }
    device.reach(1).await;
    assert_eq!(alice.everything().await[0]["id"], coming["id"]);
    let too_late = format!("{SEND}/{}/cancel", coming["id"]);
    service.post(&too_late, &json!({})).await.expect_problem(409, "too_late");
}

/// Kills the server in the midst of telling a crowd, again and again.
#[tokio::test(flavor = "multi_thread")]
async fn a_fan_out_survives_every_kill_and_reaches_each_once() {
    const CROWD: usize = 200_000;
    let server = Server::builder().set("HERALD_RATE_LIMIT_SEND", "off").start().await;
    let mut admin = server.admin().await;
    let token = admin.token.clone().unwrap();
    crowd(&admin, CROWD).await;
    let receipt = send(&admin, json!({"everyone": true}), json!({})).await;
    let path = format!("{SEND}/{}", receipt["id"]);
    let mut server = server;
    let (mut kills, mut before) = (0, 0);
    loop {
        let now = admin.get(&path).await.expect(200).json;
        if now["state"] == "delivered" {
            break;
        }
        let recipients = now["recipients"].as_u64().unwrap();
        if recipients > before && kills < 5 {
            server = server.kill_and_restart().await;
            admin = server.with_token(&token);
            let after = admin.get(&path).await.expect(200).json["recipients"].as_u64().unwrap();
            assert!(after >= recipients, "{recipients} were told, and then {after}");
            (kills, before) = (kills + 1, after);
        }
    }
    assert!(kills > 0, "the crowd was told before anything could be killed");
    let sent = admin.get(&path).await.expect(200).json;
    let all = CROWD as u64 + 1;
    assert_eq!((sent["recipients"].as_u64(), sent["total"].as_u64()), (Some(all), Some(all)));
    for nth in (0..CROWD).step_by(CROWD / 50) {
        let user = server.user(&format!("u{nth}"));
        let count = user.count().await;
        assert_eq!(count, json!({"rev": 2, "unread": 2, "unseen": 2}), "u{nth}");
    }
    let Some(mut database) = Database::open(&server.database()) else {
        return skip("counting the items of a killed fan-out", "neither sqlite3 nor python3");
    };
    let of_this = format!("FROM inbox_items WHERE notification = {}", receipt["id"]);
    let (items, users) = (
        database.ask(&format!("SELECT count(*) {of_this}")),
        database.ask(&format!("SELECT count(DISTINCT usr) {of_this}")),
    );
    assert_eq!((items, users), (all.to_string(), all.to_string()));
    assert_eq!(database.integrity(), "ok");
}
