//! What goes out by other channels: how it would be told, how it was, and what failed.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use herald_domain::{Attempt, Channel, ChannelSet, Defaults, Outcome};
use herald_ports::{Clock, DeliveryStore, Planning, Record, SystemClock, Then};
use serde_json::{Value, json};

use crate::support::{Api, api, by};

const SEND: &str = "/api/v1/notifications";
const DEAD: &str = "/api/v1/admin/dead-letters";
const DELIVERIES: &str = "/api/v1/admin/deliveries";
const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Decides what is to be decided, as the engine does.
async fn plan(api: &Api) {
    let planning = Planning {
        defaults: Arc::new(Defaults::default()),
        addressless: ChannelSet::NONE,
        now: SystemClock.now(),
        limit: 100,
    };
    api.store.plan(planning).await.unwrap();
}

/// Takes on what goes out by e-mail, and fails.
async fn fail(api: &Api) {
    let now = SystemClock.now();
    let claimed = api.store.claim(Channel::Email, 10, Duration::from_secs(60), now).await.unwrap();
    let record = |claimed: herald_ports::Claimed| Record {
        id: claimed.id,
        claim: claimed.claim,
        attempt: Some(Attempt {
            at: now,
            outcome: Outcome::Permanent,
            detail: Some("550 no such user".to_owned()),
        }),
        then: Then::Fail("550 no such user".to_owned()),
    };
    api.store.record(claimed.into_iter().map(record).collect(), now).await.unwrap();
}

/// An administrator, and a mail to alice of that number.
async fn mailed(api: &Api, admin: &str) -> i64 {
    api.get("/api/v1/me", "u/alice").await.expect(200);
    let change = json!({"email": "alice@example.com"});
    api.send(Method::PATCH, "/api/v1/admin/users/alice", admin, change).await.expect(200);
    let body =
        json!({"to": {"user": "alice"}, "message": "hello", "channels": ["in_app", "email"]});
    let sent = api.post(SEND, admin, body).await.expect(201);
    plan(api).await;
    sent["id"].as_i64().unwrap()
}

fn of_channel(lines: &Value, channel: &str) -> Value {
    let mut lines = lines.as_array().unwrap().iter();
    lines.find(|line| line["channel"] == channel).unwrap().clone()
}

#[actix_web::test]
async fn a_dry_run_says_how_they_would_be_told_and_tells_nobody() {
    let api = api().await;
    let admin = api.admin().await;
    let body = json!({"to": {"users": ["alice", "bob"]}, "message": "hello", "channels": ["in_app", "push"]});
    let dry = api.post(&format!("{SEND}?dry_run=true"), &admin, body.clone()).await.expect(200);
    assert_eq!(dry["more"], false);
    let lines = dry["decisions"].as_array().unwrap();
    let users = |name: &str| lines.iter().filter(|line| line["user"] == name).count();
    assert_eq!((users("alice"), users("bob")), (6, 6));
    assert_eq!(
        of_channel(&dry["decisions"], "push"),
        json!({
            "user": "alice", "channel": "push", "decision": "suppress", "until": null,
            "reason": "the user has no address for this channel",
        })
    );
    assert_eq!(of_channel(&dry["decisions"], "in_app")["decision"], "send");
    assert_eq!(api.get("/api/v1/notifications/count", "u/alice").await.json()["unread"], 0);

    let refused = api.post(&format!("{SEND}?dry_run=true"), "u/alice", body.clone()).await;
    assert_eq!(refused.expect(403)["code"], "forbidden");
    api.post(&format!("{SEND}?dry_run=false"), &admin, body).await.expect(201);
    assert_eq!(api.get("/api/v1/notifications/count", "u/alice").await.json()["unread"], 1);
}

#[actix_web::test]
async fn what_waits_to_be_read_first_is_held_in_a_dry_run() {
    let api = api().await;
    let device = json!({"channel": "push", "token": "device"});
    api.post("/api/v1/endpoints", "u/alice", device).await.expect(201);
    let body = json!({"to": {"user": "alice"}, "message": "hello", "escalate_after": 300});
    let dry = api.post(&format!("{SEND}?dry_run=true"), "u/alice", body).await.expect(200);
    let push = of_channel(&dry["decisions"], "push");
    assert_eq!(push["decision"], "hold");
    assert!(push["until"].is_string());
}

#[actix_web::test]
async fn without_an_inbox_it_is_in_none() {
    let api = api().await;
    let body = json!({"to": {"user": "alice"}, "message": "hello", "channels": ["email"]});
    let sent = api.post(SEND, "u/alice", body.clone()).await.expect(201);
    assert_eq!(sent["recipients"], 0);
    let batch = json!({"notifications": [body]});
    let sent = api.post(&format!("{SEND}/batch"), "u/alice", batch).await.expect(200);
    assert_eq!(sent["results"][0]["recipients"], 0);
    assert_eq!(api.get("/api/v1/notifications", "u/alice").await.json()["items"], json!([]));
}

#[actix_web::test]
async fn a_trace_has_the_rule_and_every_attempt() {
    let api = api().await;
    let admin = api.admin().await;
    let id = mailed(&api, &admin).await;
    fail(&api).await;
    let path = format!("{SEND}/{id}/trace");
    let own = api.get(&path, "u/alice").await.expect(200);
    assert_eq!(own["user"], "alice");
    let email = of_channel(&own["decisions"], "email");
    assert_eq!(
        email,
        json!({
            "user": "alice", "channel": "email", "decision": "send", "until": null,
            "reason": "the sender asked for this channel",
        })
    );
    let [delivery] = own["deliveries"].as_array().unwrap().as_slice() else { panic!("{own}") };
    assert_eq!(
        *delivery,
        json!({
            "id": delivery["id"], "channel": "email", "endpoint": null, "status": "failed",
            "reason": "550 no such user", "created_at": delivery["created_at"],
            "updated_at": delivery["updated_at"], "due_at": null,
            "attempts": [{
                "at": delivery["attempts"][0]["at"], "outcome": "permanent", "detail": "550 no such user",
            }],
        })
    );
    // an administrator asks about others; nobody else does
    assert_eq!(api.get(&format!("{path}?user=alice"), &admin).await.expect(200), own);
    for (path, token) in [(format!("{path}?user=alice"), "u/bob"), (path.clone(), "u/bob")] {
        assert_eq!(api.get(&path, token).await.expect(404)["code"], "not_found");
    }
    let unknown = api.get(&format!("{SEND}/4711/trace"), "u/alice").await.expect(404);
    assert_eq!(unknown["code"], "not_found");
}

#[actix_web::test]
async fn a_service_says_whom_it_asks_about_and_learns_of_its_own_only() {
    let api = api().await;
    let admin = api.admin().await;
    let key = json!({"name": "ci-bot", "scopes": ["send"]});
    let key = api.post("/api/v1/admin/api-keys", &admin, key).await.expect(201);
    let key = key["key"].as_str().unwrap();
    let others = api.note("alice", "hello").await;
    let body = json!({"to": {"user": "alice"}, "message": "hello"});
    let own = api.post(SEND, key, body).await.expect(201)["id"].as_i64().unwrap();

    let ask = async |id: i64, query: &str| api.get(&format!("{SEND}/{id}/trace{query}"), key).await;
    for id in [own, others, 4711] {
        let refused = ask(id, "").await.expect(422);
        assert_eq!(refused["errors"][0]["field"], "user", "whether there is one or not");
    }
    assert_eq!(ask(own, "?user=alice").await.expect(200)["user"], "alice");
    for (id, query) in [(others, "?user=alice"), (own, "?user=nobody"), (4711, "?user=alice")] {
        assert_eq!(ask(id, query).await.expect(404)["code"], "not_found");
    }
}

#[actix_web::test]
async fn a_valid_traceparent_goes_along_and_any_other_is_ignored() {
    let api = api().await;
    let admin = api.admin().await;
    mailed(&api, &admin).await;
    for header in [TRACE, "ff-x"] {
        let body = json!({"to": {"user": "alice"}, "message": "hello", "channels": ["email"]});
        let request = by(Method::POST, SEND, &admin).insert_header(("traceparent", header));
        api.request(request.set_json(body)).await.expect(201);
    }
    plan(&api).await;
    let lease = Duration::from_secs(60);
    let claimed = api.store.claim(Channel::Email, 10, lease, SystemClock.now()).await.unwrap();
    let traces: Vec<_> = claimed.iter().map(|one| one.traceparent.as_deref()).collect();
    assert_eq!(traces, [None, Some(TRACE), None]);
}

#[actix_web::test]
async fn dead_letters_are_listed_redriven_and_given_up() {
    let api = api().await;
    let admin = &api.admin().await;
    let id = mailed(&api, admin).await;
    assert_eq!(api.get(DEAD, admin).await.expect(200), json!({"items": [], "next_cursor": null}));
    let waiting = api.get(&format!("{DELIVERIES}?status=pending"), admin).await.expect(200);
    let path = format!("{DEAD}/{}", waiting["items"][0]["id"]);
    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::POST, format!("{path}/redrive")),
    ] {
        assert_eq!(api.call(method, &path, admin).await.expect(404)["code"], "not_found");
    }
    fail(&api).await;
    let dead = api.get(&path, admin).await.expect(200);
    assert_eq!((&dead["user"], &dead["digest"]), (&json!("alice"), &json!(false)));
    assert_eq!((&dead["notifications"], &dead["status"]), (&json!([id]), &json!("failed")));
    let listed =
        api.get(&format!("{DEAD}?user=alice&channel=email&notification={id}"), admin).await;
    assert_eq!(listed.expect(200)["items"], json!([dead]));
    for other in ["user=nobody", "channel=sms", "notification=4711"] {
        let none = api.get(&format!("{DEAD}?{other}"), admin).await.expect(200);
        assert_eq!(none["items"], json!([]), "{other}");
    }

    let again = api.call(Method::POST, &format!("{path}/redrive"), admin).await.expect(200);
    assert_eq!((&again["status"], &again["reason"]), (&json!("pending"), &Value::Null));
    assert_eq!(again["attempts"].as_array().unwrap().len(), 1, "the log stays");
    api.call(Method::POST, &format!("{path}/redrive"), admin).await.expect(404);
    fail(&api).await;
    let redrive = async |body| api.post(&format!("{DEAD}/redrive"), admin, body).await;
    for none in
        [json!({"user": "nobody"}), json!({"channel": "push"}), json!({"notification": 4711})]
    {
        assert_eq!(redrive(none).await.expect(200), json!({"redriven": 0}));
    }
    assert_eq!(redrive(json!({"user": "alice"})).await.expect(200), json!({"redriven": 1}));
    fail(&api).await;
    assert_eq!(redrive(json!({})).await.expect(200), json!({"redriven": 1}));
    fail(&api).await;
    api.call(Method::DELETE, &path, admin).await.expect(204);
    api.call(Method::DELETE, &path, admin).await.expect(404);
    let kept = path.replace(DEAD, DELIVERIES);
    assert_eq!(api.get(&kept, admin).await.expect(200)["status"], "suppressed");
}

#[actix_web::test]
async fn a_list_of_deliveries_goes_on_with_its_filters() {
    let api = api().await;
    let admin = &api.admin().await;
    let first = mailed(&api, admin).await;
    let second = mailed(&api, admin).await;
    let part = api.get(&format!("{DELIVERIES}?status=pending&channel=email&limit=1"), admin).await;
    let link = part.header("link").to_owned();
    let part = part.expect(200);
    assert_eq!(part["items"][0]["notifications"], json!([second]));
    let next = link.split('<').nth(2).unwrap().split('>').next().unwrap();
    assert!(next.contains("&status=pending&channel=email&cursor="), "{link}");
    let rest = api.get(next, admin).await.expect(200);
    assert_eq!(rest["items"][0]["notifications"], json!([first]));
    assert_eq!(rest["next_cursor"], Value::Null);
    for (query, field) in [
        ("status=lost", "status"),
        ("channel=in_app", "channel"),
        ("user=a%20b", "user"),
        ("notification=0", "notification"),
        ("cursor=x", "cursor"),
        ("colour=red", "colour"),
    ] {
        let problem = api.get(&format!("{DELIVERIES}?{query}"), admin).await.expect(422);
        assert_eq!(problem["errors"][0]["field"], field);
    }
    let problem = api.post(&format!("{DEAD}/redrive"), admin, json!({"notification": 0})).await;
    assert_eq!(problem.expect(422)["errors"][0]["field"], "notification");
}
