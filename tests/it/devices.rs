//! Every device of a user shows the same, whatever happened on which of them.

use serde_json::{Value, json};

use crate::support::{Client, Copy, Device, Server};

/// Two sockets and a stream of one user.
async fn devices(client: &Client) -> [Device; 3] {
    [
        Device::with_socket(client).await,
        Device::with_socket(client).await,
        Device::with_stream(client).await,
    ]
}

/// Waits until each device is where the REST API is, and checks that it shows the same.
async fn agree(client: &Client, devices: &mut [Device]) -> Copy {
    let truth = Copy::of(client).await;
    truth.check_counts();
    for device in devices {
        device.reach(truth.rev).await;
        assert_eq!(device.copy, truth);
    }
    truth
}

/// Who gives a command.
#[derive(Clone, Copy)]
enum By {
    Rest,
    Socket(usize),
}

/// Commands to three items, and what is then unread and unseen.
const STEPS: [(&str, &[usize], i64, i64); 11] = [
    ("seen", &[0], 3, 2),
    ("read", &[0], 2, 2),
    ("read", &[0, 1], 1, 1),
    ("unread", &[1], 2, 1),
    ("archive", &[2], 1, 0),
    ("archive", &[0], 1, 0),
    ("unarchive", &[2], 2, 1),
    ("seen_all", &[], 2, 0),
    ("delete", &[1], 1, 0),
    ("read_all", &[], 0, 0),
    ("delete", &[0, 2], 0, 0),
];

/// Gives a command by the REST API.
async fn rest(client: &Client, command: &str, ids: &[i64]) {
    let patch = match command {
        "seen_all" | "read_all" => {
            let path = format!("/api/v1/notifications/{}", command.replace('_', "-"));
            client.send(client.request("POST", &path)).await.expect(200);
            return;
        }
        "seen" => json!({"seen": true}),
        "read" => json!({"read": true}),
        "unread" => json!({"read": false}),
        "archive" => json!({"archived": true}),
        "unarchive" => json!({"archived": false}),
        _ => Value::Null,
    };
    for id in ids {
        let path = format!("/api/v1/notifications/{id}");
        match command {
            "delete" => client.delete(&path).await.expect(204),
            _ => client.patch(&path, &patch).await.expect(200),
        };
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_on_one_device_is_seen_on_all() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    let mut devices = devices(&alice).await;
    for by in [By::Rest, By::Socket(0), By::Socket(1)] {
        let mut ids = Vec::new();
        for message in ["one", "two", "three"] {
            ids.push(service.tell("alice", message).await);
            agree(&alice, &mut devices).await;
        }
        for (command, which, unread, unseen) in STEPS {
            let named: Vec<i64> = which.iter().map(|nth| ids[*nth]).collect();
            match by {
                By::Rest => rest(&alice, command, &named).await,
                By::Socket(nth) => devices[nth].command(command, &named).await,
            }
            let now = agree(&alice, &mut devices).await;
            assert_eq!((now.unread, now.unseen), (unread, unseen), "after {command} {named:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_told_what_became_of_its_message() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    let id = service.tell("alice", "hello").await;
    let mut socket = alice.socket().await;
    socket.next_of("hello").await;
    socket.say(json!({"type": "read", "ids": [id, 999_999], "ref": "r1"})).await;
    assert_eq!(socket.next_of("ok").await["ref"], "r1");
    for (message, code) in [
        (json!({"type": "read", "ids": [], "ref": "r2"}), "validation"),
        (json!({"type": "read", "ids": vec![id; 101], "ref": "r2"}), "validation"),
        (json!({"type": "read", "ids": "all", "ref": "r2"}), "bad_message"),
        (json!({"type": "shout", "ref": "r2"}), "bad_message"),
    ] {
        socket.say(message).await;
        let error = socket.next_of("error").await;
        assert_eq!((&error["ref"], &error["code"]), (&json!("r2"), &json!(code)), "{error}");
        assert!(error["detail"].is_string());
    }
    // it still works
    socket.say(json!({"type": "delete", "ids": [id], "ref": "r3"})).await;
    assert_eq!(socket.next_of("ok").await["ref"], "r3");
    assert_eq!(alice.everything().await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collapse_key_replaces_on_all_devices() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    let mut devices = devices(&alice).await;
    let mut send = async |message: &str| {
        let body = json!({"to": {"user": "alice"}, "message": message, "collapse_key": "build"});
        service.post("/api/v1/notifications", &body).await.expect(201);
        let now = agree(&alice, &mut devices).await;
        (now.messages().into_keys().map(str::to_owned).collect::<Vec<_>>(), now.unread)
    };
    assert_eq!(send("1 of 3").await, (vec!["1 of 3".to_owned()], 1));
    assert_eq!(send("2 of 3").await, (vec!["2 of 3".to_owned()], 1));
    // what was read stays
    alice.send(alice.request("POST", "/api/v1/notifications/read-all")).await.expect(200);
    assert_eq!(send("3 of 3").await, (vec!["2 of 3".to_owned(), "3 of 3".to_owned()], 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_arrives_in_its_order() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    let mut devices = devices(&alice).await;
    let messages: Vec<String> = (0..100).map(|nth| format!("number {nth}")).collect();
    let entry = |message| json!({"to": {"users": ["bob", "alice"]}, "message": message});
    let batch = json!({"notifications": messages.iter().map(entry).collect::<Vec<_>>()});
    let answer = service.post("/api/v1/notifications/batch", &batch).await.expect(200);
    assert_eq!(answer.json["results"].as_array().unwrap().len(), messages.len());
    for device in &mut devices {
        for message in &messages {
            assert_eq!(device.hear().await["notification"]["message"], *message);
        }
    }
    agree(&alice, &mut devices).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_arrives_as_it_was_sent() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    let mut devices = devices(&alice).await;
    let said = json!({
        "title": "Größe: \"5 < 6\" \\ </script>",
        "message": "two\nlines,\ta tab, 通知, 👩‍👩‍👧, and \u{2028} no break",
        "kind": "warning", "priority": "critical", "category": "ci:main", "topic": "releases.v1",
        "data": {
            "": null, "big": u64::MAX, "small": i64::MIN, "part": 0.1, "deep": [[{"a": [true]}]],
            "id": 1, "rev": 2, "type": "not a message", "nul": "\u{0}", "quote": "\"\\\n",
        },
        "action_url": "https://example.com/runs/7?a=%20&b=c#d",
        "expires_at": "2100-01-02T03:04:05.678901Z",
    });
    let mut body = said.clone();
    body["to"] = json!({"user": "alice"});
    let sent = service.post("/api/v1/notifications", &body).await.expect(201).json;
    agree(&alice, &mut devices).await;

    // and what is left out is null
    let bare = service.tell("alice", "bare").await;
    agree(&alice, &mut devices).await;
    for device in &devices {
        let item = &device.copy.items[&sent["id"].as_i64().unwrap()];
        for (field, value) in said.as_object().unwrap() {
            assert_eq!(item[field], *value, "{field}");
        }
        assert_eq!(item["created_at"], sent["created_at"]);
        assert_eq!(item["sender"], "ci-bot");
        let item = device.copy.items[&bare].as_object().unwrap();
        for field in ["title", "category", "topic", "action_url", "expires_at", "seen_at"] {
            assert_eq!(item.get(field), Some(&Value::Null), "{field}");
        }
        assert_eq!((&item["kind"], &item["priority"]), (&json!("info"), &json!("medium")));
        assert_eq!(item["data"], json!({}));
    }
}
