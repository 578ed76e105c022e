//! The five systems whose dialects Herald speaks: what their pages print, word for word, and what
//! comes of it.

mod notification_service;
mod notification_system;
mod pack_23;
mod page;
mod realtime_ws;
mod sockets;
mod websocket_backend;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Error;

use crate::support::{Client, Server, Socket};

/// A body as a page prints it.
fn printed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Somebody who registers and logs in; with the id that they were given.
async fn newcomer(server: &Server, name: &str) -> (Client, Value) {
    let body = json!({"username": name, "password": "correct horse"});
    let registered = server.anonymous().post("/register", &body).await.expect(200).json;
    (server.login(name, "correct horse").await, registered["id"].clone())
}

/// A socket of a dialect, whose token is in its address.
async fn listen(client: &Client, path: &str) -> Socket {
    Socket::at(client.address, &address_of(client, path)).await.unwrap()
}

fn address_of(client: &Client, path: &str) -> String {
    format!("{path}?token={}", client.token.as_deref().unwrap())
}

/// The status that a handshake is refused with.
async fn refusal(client: &Client, address: &str) -> u16 {
    match Socket::at(client.address, address).await {
        Err(error) => match *error {
            Error::Http(response) => response.status().as_u16(),
            other => panic!("{other}"),
        },
        Ok(_) => 101,
    }
}

/// A time as Python prints it: six decimals and no offset.
#[track_caller]
fn assert_naive(time: &Value) {
    let text = time.as_str().unwrap();
    let shape: String =
        text.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000000", "{text}");
}

/// An answer with the times left out, which are checked to be times.
#[track_caller]
fn timeless(mut answer: Value, member: &str) -> Value {
    assert_naive(&answer[member]);
    answer.as_object_mut().unwrap().remove(member);
    answer
}
