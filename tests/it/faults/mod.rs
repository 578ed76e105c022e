//! What the store cannot do is answered as such; reading goes on, and all is well again by itself.

mod crowd;
mod full;
mod locked;

use serde_json::{Value, json};

use crate::support::{Answer, Client, Socket};

const SEND: &str = "/api/v1/notifications";

fn hello(message: &str) -> Value {
    json!({"to": {"user": "alice"}, "message": message})
}

/// A refusal that says when to ask again.
#[track_caller]
fn refused(answer: Answer, status: u16, code: &str) {
    let answer = answer.expect_problem(status, code);
    let seconds: u32 = answer.header("retry-after").parse().expect("when to ask again");
    assert!((1..=60).contains(&seconds), "{seconds}");
}

/// What must go on whatever becomes of writing: reading, the process itself, sockets old and new.
async fn reading_goes_on(alice: &Client, socket: &mut Socket) {
    let count = alice.count().await;
    assert_eq!(alice.everything().await.len() as i64, count["unread"].as_i64().unwrap());
    let changes = format!("{SEND}/changes?since=0&limit=500");
    assert_eq!(alice.get(&changes).await.expect(200).json["rev"], count["rev"]);
    alice.get("/healthz").await.expect(200);
    socket.say(json!({"type": "heartbeat"})).await;
    socket.next_of("heartbeat_ack").await;
    let hello = alice.socket().await.next().await;
    assert_eq!((&hello["type"], &hello["rev"]), (&json!("hello"), &count["rev"]));
}

/// A command that cannot be carried out, and is answered so.
async fn command_fails(socket: &mut Socket) {
    socket.say(json!({"type": "read_all", "ref": "r"})).await;
    let error = socket.next_of("error").await;
    assert_eq!((&error["ref"], &error["code"]), (&json!("r"), &json!("unavailable")));
}
