use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Client;

/// A device's copy of an inbox, kept as docs/protocol.md tells a client to.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Copy {
    pub(crate) rev: i64,
    pub(crate) unread: i64,
    pub(crate) unseen: i64,
    pub(crate) items: BTreeMap<i64, Value>,
}

impl Copy {
    /// What the REST API says.
    pub(crate) async fn of(client: &Client) -> Self {
        // a list and a count of the same moment, or none was quiet enough
        loop {
            let before = client.count().await;
            let items = client.everything().await;
            if client.count().await == before {
                return Self {
                    rev: before["rev"].as_i64().unwrap(),
                    unread: before["unread"].as_i64().unwrap(),
                    unseen: before["unseen"].as_i64().unwrap(),
                    items: items.into_iter().map(|i| (i["id"].as_i64().unwrap(), i)).collect(),
                };
            }
        }
    }

    /// Brings it up to date by what the REST API says has changed since.
    pub(crate) async fn catch_up(&mut self, client: &Client, epoch: &str) {
        loop {
            let path = format!("/api/v1/notifications/changes?since={}&epoch={epoch}", self.rev);
            let changes = client.get(&path).await.expect(200).json;
            if changes["rev"].as_i64().unwrap() > self.rev {
                let mut message = changes.clone();
                message["type"] = json!("changed");
                self.hear(&message);
            }
            if changes["more"] == false {
                return;
            }
        }
    }

    /// Checks that the counts are those of the items.
    #[track_caller]
    pub(crate) fn check_counts(&self) {
        let without = |flag: &str| {
            let open = |item: &&Value| item[flag].is_null() && item["archived_at"].is_null();
            self.items.values().filter(open).count() as i64
        };
        assert_eq!((self.unread, self.unseen), (without("read_at"), without("seen_at")));
    }

    /// How many items there are of each message.
    pub(crate) fn messages(&self) -> BTreeMap<&str, usize> {
        let mut messages = BTreeMap::new();
        for item in self.items.values() {
            *messages.entry(item["message"].as_str().unwrap()).or_default() += 1;
        }
        messages
    }

    /// Takes over a message. Panics if it goes back.
    #[track_caller]
    pub(crate) fn hear(&mut self, message: &Value) {
        let rev = message["rev"].as_i64().unwrap();
        assert!(rev > self.rev, "went from {} back to {message}", self.rev);
        match message["type"].as_str().unwrap() {
            "notification" => {
                let mut item = message["notification"].clone();
                item["rev"] = json!(rev);
                self.items.insert(item["id"].as_i64().unwrap(), item);
            }
            "changed" => {
                for item in message["items"].as_array().unwrap() {
                    self.items.insert(item["id"].as_i64().unwrap(), item.clone());
                }
                for id in message["deleted"].as_array().unwrap() {
                    self.items.remove(&id.as_i64().unwrap());
                }
            }
            "all_read" => self.mark_all("read_at", rev, &message["at"]),
            "all_seen" => self.mark_all("seen_at", rev, &message["at"]),
            other => panic!("unexpected {other}: {message}"),
        }
        self.rev = rev;
        self.unread = message["unread"].as_i64().unwrap();
        self.unseen = message["unseen"].as_i64().unwrap();
    }

    fn mark_all(&mut self, flag: &str, rev: i64, at: &Value) {
        for item in self.items.values_mut().filter(|item| item[flag].is_null()) {
            item[flag] = at.clone();
            if item["seen_at"].is_null() {
                item["seen_at"] = at.clone();
            }
            item["rev"] = json!(rev);
        }
    }
}
