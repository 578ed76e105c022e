//! G3: one inbox has one order, however many send to it at once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Client, Line, Server};

const PUBLISHERS: usize = 64;
const EACH: usize = 10;
const ALL: usize = PUBLISHERS * EACH;

/// Sends one after the other; answers what was acknowledged.
async fn publish(service: Client, publisher: usize) -> Vec<i64> {
    // a connection of its own
    let service = Client::new(service.address, service.token.as_deref());
    let mut ids = Vec::new();
    for nth in 0..EACH {
        ids.push(service.tell("alice", &format!("{publisher} {nth}")).await);
    }
    ids
}

/// Revision, id and message of all that a device is told live.
async fn listen(mut line: Line) -> Vec<(i64, i64, String)> {
    let mut heard = Vec::new();
    while heard.len() < ALL {
        let message = line.next().await.unwrap();
        assert_eq!(message["type"], "notification");
        heard.push(entry(&message["rev"], &message["notification"]));
    }
    heard
}

/// The same of all that `changes` tells somebody who asks again and again.
async fn poll(client: Client) -> Vec<(i64, i64, String)> {
    let (mut heard, mut since) = (Vec::new(), 0);
    while heard.len() < ALL {
        let path = format!("/api/v1/notifications/changes?since={since}&limit=50");
        let changes = client.get(&path).await.expect(200).json;
        let items = changes["items"].as_array().unwrap();
        heard.extend(items.iter().map(|item| entry(&item["rev"], item)));
        since = changes["rev"].as_i64().unwrap();
        tokio::task::yield_now().await;
    }
    heard
}

fn entry(rev: &Value, item: &Value) -> (i64, i64, String) {
    let message = item["message"].as_str().unwrap().to_owned();
    (rev.as_i64().unwrap(), item["id"].as_i64().unwrap(), message)
}

#[tokio::test(flavor = "multi_thread")]
async fn many_publishers_make_one_order_for_everybody() {
    let server = Server::start().await;
    let (service, alice) = (server.service().await, server.user("alice"));
    let mut devices = Vec::new();
    for mut line in [Line::Socket(alice.socket().await), Line::Stream(alice.stream(None).await)] {
        assert_eq!(line.next().await.unwrap()["type"], "hello");
        devices.push(tokio::spawn(listen(line)));
    }
    devices.push(tokio::spawn(poll(alice.clone())));
    let publishers: Vec<_> =
        (0..PUBLISHERS).map(|nth| tokio::spawn(publish(service.clone(), nth))).collect();
    let mut acknowledged = BTreeSet::new();
    for publisher in publishers {
        for id in publisher.await.unwrap() {
            assert!(acknowledged.insert(id), "{id} was acknowledged twice");
        }
    }

    let mut orders = Vec::new();
    for device in devices {
        orders.push(device.await.unwrap());
    }
    for order in &orders {
        let revs = order.iter().map(|(rev, _, _)| *rev);
        assert!(revs.eq(1..=ALL as i64), "a hole, or out of order: {order:?}");
        assert_eq!(order.iter().map(|(_, id, _)| *id).collect::<BTreeSet<_>>(), acknowledged);
        // what one publisher said one after the other is heard so
        for publisher in 0..PUBLISHERS {
            let prefix = format!("{publisher} ");
            let said = order.iter().filter_map(|(_, _, message)| message.strip_prefix(&prefix));
            assert!(said.eq((0..EACH).map(|nth| nth.to_string())), "of publisher {publisher}");
        }
    }
    assert!(orders.iter().all(|order| *order == orders[0]), "all hear the same");
    let count = json!({"rev": ALL, "unread": ALL, "unseen": ALL});
    assert_eq!(alice.count().await, count);
}
