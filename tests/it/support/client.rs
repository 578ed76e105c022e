use std::net::SocketAddr;

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{PATIENCE, Socket, Stream};

/// Somebody who talks to the server by HTTP.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    pub(crate) address: SocketAddr,
    pub(crate) token: Option<String>,
}

/// What the server answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
    /// `null` if the body is no JSON
    pub(crate) json: Value,
}

impl Answer {
    /// The answer, which must have this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        let text = String::from_utf8_lossy(&self.bytes);
        assert_eq!(self.status, status, "{text}");
        self
    }

    /// The answer, which must be a problem with this status and code.
    #[track_caller]
    pub(crate) fn expect_problem(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.json["code"], code, "{}", answer.json);
        assert_eq!(answer.json["status"], status, "{}", answer.json);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(answer.json["request_id"].is_string(), "{}", answer.json);
        answer
    }

    /// A header as text; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// An HTTP client that does not wait for ever.
pub(crate) fn http() -> reqwest::Client {
    // the command line brings TLS without a provider; an error says that another test was first
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(PATIENCE).build().unwrap()
}

impl Client {
    pub(crate) fn new(address: SocketAddr, token: Option<&str>) -> Self {
        Self { http: http(), address, token: token.map(str::to_owned) }
    }

    /// Somebody else, who talks to the same server.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same somebody, who talks to another server.
    pub(crate) fn at(&self, address: SocketAddr) -> Self {
        Self { address, ..self.clone() }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let url = format!("http://{}{path}", self.address);
        let request = self.http.request(Method::from_bytes(method.as_bytes()).unwrap(), url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// The answer, or `None` if the connection broke.
    pub(crate) async fn try_send(&self, request: RequestBuilder) -> Option<Answer> {
        let response = request.send().await.ok()?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.ok()?.to_vec();
        let json = serde_json::from_slice(&bytes).unwrap_or_default();
        Some(Answer { status, headers, bytes, json })
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        self.try_send(request).await.expect("an answer")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request("POST", path).json(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request("PATCH", path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str) -> Answer {
        self.send(self.request("PUT", path)).await
    }

    pub(crate) async fn put_json(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request("PUT", path).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(self.request("DELETE", path)).await
    }

    /// Sends a message to a user; answers the notification's number.
    pub(crate) async fn tell(&self, user: &str, message: &str) -> i64 {
        let body = json!({"to": {"user": user}, "message": message});
        let answer = self.post("/api/v1/notifications", &body).await.expect(201);
        answer.json["id"].as_i64().unwrap()
    }

    /// The counts, and the revision.
    pub(crate) async fn count(&self) -> Value {
        self.get("/api/v1/notifications/count").await.expect(200).json
    }

    /// Every item, archived or not, newest first.
    pub(crate) async fn everything(&self) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/notifications?status=all&limit=100{cursor}");
            let page = self.get(&path).await.expect(200).json;
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else { return items };
            cursor = format!("&cursor={next}");
        }
    }

    /// A socket of this client, whose handshake says who it is.
    pub(crate) async fn socket(&self) -> Socket {
        Socket::open(self.address, self.token.as_deref(), "").await.unwrap()
    }

    /// A stream of this client.
    pub(crate) async fn stream(&self, last_event_id: Option<&str>) -> Stream {
        Stream::open(self, last_event_id).await.expect("a stream")
    }
}
