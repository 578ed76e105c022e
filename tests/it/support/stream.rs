use serde_json::Value;

use super::{Client, PATIENCE};

/// A client of server-sent events.
pub(crate) struct Stream {
    response: reqwest::Response,
    buffer: String,
    /// the id of the last event that had one
    pub(crate) last_event_id: String,
}

impl Stream {
    /// `None` if the server is not there, or cannot do it now.
    pub(crate) async fn open(client: &Client, last_event_id: Option<&str>) -> Option<Self> {
        let mut request = client.request("GET", "/api/v1/stream").timeout(PATIENCE * 4);
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.ok()?;
        if response.status() == 503 {
            return None;
        }
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Some(Self { response, buffer: String::new(), last_event_id: String::new() })
    }

    /// The next event's data; `None` at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        // pings do not make it patient
        tokio::time::timeout(PATIENCE, self.next_event()).await.expect("an event in time")
    }

    async fn next_event(&mut self) -> Option<Value> {
        loop {
            if let Some((event, rest)) = self.buffer.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.buffer = rest;
                let field = |name: &str| {
                    event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
                };
                if let Some(id) = field("id") {
                    self.last_event_id = id.to_owned();
                }
                if let Some(data) = field("data") {
                    let data: Value = serde_json::from_str(data).unwrap();
                    assert_eq!(field("event"), data["type"].as_str(), "{event}");
                    return Some(data);
                }
                continue;
            }
            let chunk = self.response.chunk().await.ok()??;
            self.buffer.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}
