//! Who may do what: every route, tried by everybody.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Copy, Server, eventually, mint_claims};

/// The columns: whose inbox it is, another user, an administrator, an API key that may send,
/// nobody, and the owner with a token that has expired.
const PRINCIPALS: [&str; 6] = ["owner", "other", "admin", "service", "anonymous", "expired"];

/// What each of them is answered. What stands in braces is the item, the key, the topic or the user
/// that the route is about; each attempt gets a fresh one, and topic and user are of one name.
const ROUTES: &[(&str, [u16; 6])] = &[
    ("GET /healthz", [200, 200, 200, 200, 200, 200]),
    ("GET /readyz", [200, 200, 200, 200, 200, 200]),
    ("GET /metrics", [403, 403, 200, 403, 401, 401]),
    ("POST /api/v1/auth/register", [201, 201, 201, 201, 201, 201]),
    ("POST /api/v1/auth/login", [200, 200, 200, 200, 200, 200]),
    ("POST /api/v1/auth/refresh", [200, 200, 200, 200, 200, 200]),
    // people here have minted tokens, so that there is no login to end
    ("POST /api/v1/auth/logout", [409, 409, 409, 403, 401, 401]),
    ("GET /api/v1/me", [200, 200, 200, 403, 401, 401]),
    ("POST /api/v1/notifications", [201, 403, 201, 201, 401, 401]),
    // a batch is answered as a whole; what is refused is refused in its place
    ("POST /api/v1/notifications/batch", [200, 200, 200, 200, 401, 401]),
    ("GET /api/v1/notifications", [200, 200, 200, 403, 401, 401]),
    ("GET /api/v1/notifications/count", [200, 200, 200, 403, 401, 401]),
    ("GET /api/v1/notifications/changes", [200, 200, 200, 403, 401, 401]),
    ("POST /api/v1/notifications/read-all", [200, 200, 200, 403, 401, 401]),
    ("POST /api/v1/notifications/seen-all", [200, 200, 200, 403, 401, 401]),
    // whoever sent it may look at it; these did not
    ("GET /api/v1/notifications/{id}", [200, 404, 404, 404, 401, 401]),
    ("PATCH /api/v1/notifications/{id}", [200, 404, 404, 403, 401, 401]),
    ("DELETE /api/v1/notifications/{id}", [204, 404, 404, 403, 401, 401]),
    ("PUT /api/v1/notifications/{id}/read", [200, 404, 404, 403, 401, 401]),
    // what was delivered can be cancelled by nobody, and is not even there for who did not send it
    ("POST /api/v1/notifications/{id}/cancel", [409, 404, 404, 404, 401, 401]),
    // a service has to say whom it means; these had nothing to do with it
    ("GET /api/v1/notifications/{id}/trace", [200, 404, 404, 422, 401, 401]),
    ("GET /api/v1/topics", [200, 200, 200, 403, 401, 401]),
    ("PUT /api/v1/topics/{topic}/subscription", [204, 204, 204, 403, 401, 401]),
    ("DELETE /api/v1/topics/{topic}/subscription", [204, 204, 204, 403, 401, 401]),
    ("GET /api/v1/preferences", [200, 200, 200, 403, 401, 401]),
    ("PUT /api/v1/preferences", [200, 200, 200, 403, 401, 401]),
    ("POST /api/v1/preferences/preview", [200, 200, 200, 403, 401, 401]),
    ("GET /api/v1/endpoints", [200, 200, 200, 403, 401, 401]),
    ("POST /api/v1/endpoints", [201, 201, 201, 403, 401, 401]),
    ("GET /api/v1/endpoints/{id}", [200, 404, 404, 403, 401, 401]),
    ("DELETE /api/v1/endpoints/{id}", [204, 404, 404, 403, 401, 401]),
    // a device is no webhook, and to others it is not even there
    ("POST /api/v1/endpoints/{id}/test", [409, 404, 404, 403, 401, 401]),
    ("POST /api/v1/endpoints/{id}/rotate-secret", [409, 404, 404, 403, 401, 401]),
    // browser push is in the sandbox, where there is no key
    ("GET /api/v1/web-push/key", [404, 404, 404, 403, 401, 401]),
    ("POST /api/v1/realtime/tickets", [201, 201, 201, 403, 401, 401]),
    ("GET /api/v1/stream", [200, 200, 200, 403, 401, 401]),
    // nobody in particular may open a socket, and has to say who it is in the first message
    ("GET /api/v1/ws", [101, 101, 101, 403, 101, 401]),
    ("GET /api/v1/admin/api-keys", [403, 403, 200, 403, 401, 401]),
    ("POST /api/v1/admin/api-keys", [403, 403, 201, 403, 401, 401]),
    ("DELETE /api/v1/admin/api-keys/{id}", [403, 403, 204, 403, 401, 401]),
    ("GET /api/v1/presence", [403, 403, 200, 200, 401, 401]),
    ("GET /api/v1/admin/presence", [403, 403, 200, 403, 401, 401]),
    ("GET /api/v1/admin/queue/dead", [403, 403, 200, 403, 401, 401]),
    // a queue in memory has none
    ("DELETE /api/v1/admin/queue/dead/{id}", [403, 403, 404, 403, 401, 401]),
    ("POST /api/v1/admin/queue/dead/{id}/redrive", [403, 403, 404, 403, 401, 401]),
    ("GET /api/v1/admin/preference-defaults", [403, 403, 200, 403, 401, 401]),
    ("PUT /api/v1/admin/preference-defaults", [403, 403, 200, 403, 401, 401]),
    ("GET /api/v1/admin/deliveries", [403, 403, 200, 403, 401, 401]),
    // there is none of that number
    ("GET /api/v1/admin/deliveries/{id}", [403, 403, 404, 403, 401, 401]),
    ("GET /api/v1/admin/dead-letters", [403, 403, 200, 403, 401, 401]),
    ("POST /api/v1/admin/dead-letters/redrive", [403, 403, 200, 403, 401, 401]),
    ("GET /api/v1/admin/dead-letters/{id}", [403, 403, 404, 403, 401, 401]),
    ("DELETE /api/v1/admin/dead-letters/{id}", [403, 403, 404, 403, 401, 401]),
    ("POST /api/v1/admin/dead-letters/{id}/redrive", [403, 403, 404, 403, 401, 401]),
    ("GET /api/v1/admin/suppressions", [403, 403, 200, 403, 401, 401]),
    ("POST /api/v1/admin/suppressions", [403, 403, 201, 403, 401, 401]),
    ("DELETE /api/v1/admin/suppressions/{id}", [403, 403, 204, 403, 401, 401]),
    ("GET /api/v1/admin/templates", [403, 403, 200, 403, 401, 401]),
    ("PUT /api/v1/admin/templates", [403, 403, 200, 403, 401, 401]),
    ("POST /api/v1/admin/templates/preview", [403, 403, 200, 403, 401, 401]),
    ("DELETE /api/v1/admin/templates/{id}", [403, 403, 204, 403, 401, 401]),
    ("GET /api/v1/admin/sandbox", [403, 403, 200, 403, 401, 401]),
    ("PUT /api/v1/admin/sandbox/{channel}", [403, 403, 200, 403, 401, 401]),
    ("GET /api/v1/admin/sandbox/messages", [403, 403, 200, 403, 401, 401]),
    ("DELETE /api/v1/admin/sandbox/messages", [403, 403, 204, 403, 401, 401]),
    ("GET /api/v1/admin/users", [403, 403, 200, 403, 401, 401]),
    ("GET /api/v1/admin/users/{id}", [403, 403, 200, 403, 401, 401]),
    ("DELETE /api/v1/admin/users/{id}", [403, 403, 204, 403, 401, 401]),
    ("PATCH /api/v1/admin/users/{id}", [403, 403, 200, 403, 401, 401]),
    ("GET /api/v1/admin/topics", [403, 403, 200, 403, 401, 401]),
    ("POST /api/v1/admin/topics", [403, 403, 201, 403, 401, 401]),
    ("PATCH /api/v1/admin/topics/{topic}", [403, 403, 200, 403, 401, 401]),
    ("DELETE /api/v1/admin/topics/{topic}", [403, 403, 204, 403, 401, 401]),
    ("GET /api/v1/admin/topics/{topic}/subscribers", [403, 403, 200, 403, 401, 401]),
    ("PUT /api/v1/admin/topics/{topic}/subscribers/{id}", [403, 403, 204, 403, 401, 401]),
    ("DELETE /api/v1/admin/topics/{topic}/subscribers/{id}", [403, 403, 204, 403, 401, 401]),
    // the link is signed, and asks nobody who they are; these have none
    ("GET /unsubscribe", [404, 404, 404, 404, 404, 404]),
    ("POST /unsubscribe", [404, 404, 404, 404, 404, 404]),
    // the dialects, each with the inbox of the owner
    ("POST /register", [200, 200, 200, 200, 200, 200]),
    ("POST /login", [200, 200, 200, 200, 200, 200]),
    ("POST /notify", [200, 403, 200, 200, 401, 401]),
    ("GET /notifications", [200, 404, 404, 403, 401, 401]),
    ("PUT /notifications/{id}/read", [200, 404, 404, 403, 401, 401]),
    ("GET /ws", [101, 101, 101, 403, 401, 401]),
    ("POST /api/auth/login", [200, 200, 200, 200, 200, 200]),
    ("POST /api/notifications/send", [403, 403, 200, 200, 401, 401]),
    ("GET /api/ws", [101, 101, 101, 403, 401, 401]),
    ("GET /api/notifications/{id}", [200, 404, 404, 403, 401, 401]),
    ("PUT /api/notifications/{id}/read", [200, 404, 404, 403, 401, 401]),
    ("DELETE /api/notifications/{id}", [200, 404, 404, 403, 401, 401]),
    ("POST /api/broadcast/company/{company}/role/{role}", [403, 403, 200, 200, 401, 401]),
    ("POST /api/broadcast/company/{company}", [403, 403, 200, 200, 401, 401]),
    ("POST /api/broadcast/role/{role}", [403, 403, 200, 200, 401, 401]),
    ("GET /ws/notifications", [101, 101, 101, 403, 401, 401]),
    ("POST /notifications/", [200, 403, 200, 200, 401, 401]),
    ("GET /users/{user_id}/notifications", [200, 404, 404, 403, 401, 401]),
    ("POST /api/notifications/create", [200, 403, 200, 200, 401, 401]),
    ("GET /api/notifications/list", [200, 404, 404, 403, 401, 401]),
    ("POST /api/notifications/mark-read/{user_id}/{index}", [200, 404, 404, 403, 401, 401]),
    ("GET /api/notifications/unread-count/{user_id}", [200, 404, 404, 403, 401, 401]),
];

const UNKNOWN: i64 = 999_999_999;

struct World {
    owner: Client,
    admin: Client,
    principals: [Client; 6],
    subjects: AtomicUsize,
}

impl World {
    async fn new(server: &Server) -> Self {
        let owner = server.user("owner");
        let boss = server.admin().await.get("/api/v1/me").await.expect(200);
        let admin = server.user(boss.json["id"].as_str().unwrap());
        owner.tell("owner", "to be left alone").await;
        let expired = mint_claims("owner", -60, &json!({}));
        let principals = [
            owner.clone(),
            server.user("other"),
            admin.clone(),
            server.service().await,
            server.anonymous(),
            server.with_token(&expired),
        ];
        Self { owner, admin, principals, subjects: AtomicUsize::new(0) }
    }

    /// What the route is about, newly made.
    async fn subject(&self, route: &str) -> String {
        let (_, path) = route.split_once(' ').unwrap();
        if route == "GET /api/notifications/{id}" {
            "owner".to_owned()
        } else if path.contains("/queue/dead/{id}") {
            "1".to_owned()
        } else if path.contains("{channel}") {
            "email".to_owned()
        } else if path.contains("/deliveries/{id}") || path.contains("/dead-letters/{id}") {
            UNKNOWN.to_string()
        } else if path.contains("/endpoints/{id}") {
            let body = json!({"channel": "push", "token": "of-the-owner"});
            let made = self.owner.post("/api/v1/endpoints", &body).await.expect(201);
            made.json["id"].to_string()
        } else if path.contains("/suppressions/{id}") {
            let body = json!({"channel": "email", "address": "nobody@example.com"});
            let made = self.admin.post("/api/v1/admin/suppressions", &body).await.expect(201);
            made.json["id"].to_string()
        } else if path.contains("/templates/{id}") {
            let body = json!({"channel": "sms", "text": "for one attempt"});
            let made = self.admin.put_json("/api/v1/admin/templates", &body).await.expect(200);
            made.json["id"].to_string()
        } else if path.contains("/notifications/{id}") {
            self.owner.tell("owner", "for one attempt").await.to_string()
        } else if path.starts_with("/api/v1/admin/api-keys/") {
            let body = json!({"name": "for one attempt", "scopes": ["send"]});
            let key = self.admin.post("/api/v1/admin/api-keys", &body).await.expect(201);
            key.json["id"].to_string()
        } else {
            let name = format!("subject-{}", self.subjects.fetch_add(1, Ordering::Relaxed));
            self.admin.tell(&name, "now there is a user").await;
            if path.contains("{topic}") {
                let body = json!({"name": name, "open": true});
                self.admin.post("/api/v1/admin/topics", &body).await.expect(201);
            }
            name
        }
    }

    /// A body that the route takes, from somebody who may.
    async fn body(&self, route: &str, principal: &str) -> Option<Value> {
        let login = json!({"username": "admin", "password": "admin-password"});
        let note = json!({"to": {"user": "owner"}, "message": "hello"});
        Some(match route {
            "POST /api/v1/auth/register" => {
                json!({"username": format!("new-{principal}"), "password": "long enough"})
            }
            "POST /api/v1/auth/login" => login,
            "POST /api/v1/auth/refresh" => {
                let tokens = self.admin.post("/api/v1/auth/login", &login).await.expect(200);
                json!({"refresh_token": tokens.json["refresh_token"]})
            }
            "POST /api/v1/notifications" => note,
            "POST /api/v1/notifications/batch" => json!({"notifications": [note]}),
            "PATCH /api/v1/notifications/{id}" => json!({"read": true}),
            "POST /api/v1/admin/api-keys" => json!({"name": "bot", "scopes": ["send"]}),
            "PATCH /api/v1/admin/users/{id}" => json!({"company": "acme"}),
            "PUT /api/v1/preferences" | "POST /api/v1/preferences/preview" => json!({"mutes": []}),
            "POST /api/v1/endpoints" => {
                json!({"channel": "push", "token": format!("of-{principal}")})
            }
            "PUT /api/v1/admin/preference-defaults" => json!({"default": {}}),
            "POST /api/v1/admin/dead-letters/redrive" => json!({"channel": "email"}),
            "POST /api/v1/admin/suppressions" => {
                json!({"channel": "email", "address": "someone@example.com"})
            }
            "PUT /api/v1/admin/templates" => json!({"channel": "sms", "text": "hello"}),
            "POST /api/v1/admin/templates/preview" => {
                json!({"channel": "sms", "text": "hello", "notification": {"message": "hello"}})
            }
            "PUT /api/v1/admin/sandbox/{channel}" => json!({"mode": "ok"}),
            "POST /api/v1/admin/topics" => json!({"name": format!("of-{principal}"), "open": true}),
            "PATCH /api/v1/admin/topics/{topic}" => json!({"open": false}),
            "POST /register" => {
                json!({"username": format!("foreign-{principal}"), "password": "long enough"})
            }
            "POST /login" | "POST /api/auth/login" => login,
            "POST /notify" => json!({"user_id": "owner", "message": "hello"}),
            "POST /api/notifications/create" => json!({"user_id": "owner", "content": "hello"}),
            "POST /notifications/" => {
                json!({"user_id": "owner", "notif_type": "email", "content": "hello"})
            }
            "POST /api/notifications/send" => json!({"message": "hello"}),
            broadcast if broadcast.starts_with("POST /api/broadcast/") => json!({
                "id": format!("notif_{principal}"), "type": "notification",
                "payload": {"message": "hello"},
            }),
            _ => return None,
        })
    }
}

fn request(client: &Client, route: &str, subject: &str, body: Option<&Value>) -> RequestBuilder {
    let (method, path) = route.split_once(' ').unwrap();
    let query = match path {
        "/api/v1/notifications/changes" => "?since=0",
        "/api/v1/presence" => "?users=owner",
        "/notifications" | "/api/notifications/list" => "?user_id=owner",
        _ => "",
    };
    let path = path.replace("{id}", subject).replace("{topic}", subject);
    let path = path.replace("{channel}", subject);
    let path = path.replace("{user_id}", "owner").replace("{index}", "0");
    let path = path.replace("{company}", "nowhere").replace("{role}", "nobody");
    let mut request = client.request(method, &(path.clone() + query));
    if path.ends_with("/ws") || path.ends_with("/ws/notifications") {
        request = request
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    }
    match body {
        Some(body) => request.json(body),
        None => request,
    }
}

/// The status; of a stream or a socket, nothing more is read.
async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

/// The body of an answer, byte for byte but for what differs between any two requests.
fn comparable(answer: &Answer) -> String {
    let mut text = String::from_utf8(answer.bytes.clone()).unwrap();
    for name in ["instance", "request_id"] {
        text = text.replace(&answer.json[name].to_string(), "");
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_everybody_as_the_table_says() {
    // all of them log in from one address, and more often than anybody may
    let server = Server::builder()
        .set("HERALD_RATE_LIMIT_LOGIN", "off")
        .set("HERALD_RATE_LIMIT_ACCOUNT", "off")
        .start()
        .await;
    let world = World::new(&server).await;
    for (route, expected) in ROUTES {
        let path = route.split_once(' ').unwrap().1;
        for (place, principal) in PRINCIPALS.iter().enumerate() {
            let client = &world.principals[place];
            let subject =
                if path.contains('{') { world.subject(route).await } else { String::new() };
            let body = world.body(route, principal).await;
            let before = Copy::of(&world.owner).await;
            let got = status(request(client, route, &subject, body.as_ref())).await;
            assert_eq!(got, expected[place], "{route} by {principal}");
            if *route == "POST /api/notifications/send" && got == 200 {
                // it comes by and by, and must not come between the others
                eventually("everybody is told", async || Copy::of(&world.owner).await != before)
                    .await;
            }
            if matches!(*principal, "other" | "anonymous" | "expired") || got >= 400 {
                let after = Copy::of(&world.owner).await;
                assert_eq!(after, before, "{route} by {principal} touched the owner's inbox");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_has_every_route_and_no_other() {
    let server = Server::builder().set("HERALD_DATABASE_URL", "memory:").start().await;
    let document = server.anonymous().get("/openapi.json").await.expect(200).json;
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            documented.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let table: BTreeSet<_> = ROUTES.iter().map(|(route, _)| (*route).to_owned()).collect();
    assert_eq!(table, documented);
    assert_eq!(table.len(), ROUTES.len(), "a route has two rows");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_of_somebody_else_is_answered_exactly_like_none() {
    let server = Server::start().await;
    let world = World::new(&server).await;
    for (route, _) in ROUTES.iter().filter(|(route, _)| route.contains("/notifications/{id}")) {
        for stranger in [&world.principals[1], &world.principals[2]] {
            let id = world.subject("GET /api/v1/notifications/{id}").await;
            let body = world.body(route, "").await;
            let ask = |id: &str| stranger.send(request(stranger, route, id, body.as_ref()));
            let theirs = ask(&id).await.expect_problem(404, "not_found");
            let none = ask(&UNKNOWN.to_string()).await.expect_problem(404, "not_found");
            let headers = |answer: &Answer| -> BTreeSet<String> {
                answer.headers.keys().map(ToString::to_string).collect()
            };
            assert_eq!(headers(&theirs), headers(&none), "{route}");
            assert_eq!(comparable(&theirs), comparable(&none), "{route}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_reaches_nobody_whom_the_caller_may_not_write_to() {
    let server = Server::start().await;
    let world = World::new(&server).await;
    let before = world.owner.count().await;
    let to = |user: &str| json!({"to": {"user": user}, "message": "hello"});
    let body = json!({"notifications": [to("owner"), to("other")]});
    let other = &world.principals[1];
    let answer = other.post("/api/v1/notifications/batch", &body).await.expect(200);
    assert_eq!(answer.json["results"][0]["error"]["code"], "forbidden", "{}", answer.json);
    assert_eq!(answer.json["results"][1]["recipients"], 1, "{}", answer.json);
    assert_eq!(world.owner.count().await, before);
}
