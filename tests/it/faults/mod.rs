//! What the store cannot do is answered as such; what it can goes on, and all is well again by itself.

mod away;
mod crowd;
mod full;
mod locked;

use serde_json::{Value, json};

use crate::support::{Answer, Client, Copy, Socket};

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
    // whatever was to be written before may be written meanwhile
    let copy = Copy::of(alice).await;
    copy.check_counts();
    let changes = format!("{SEND}/changes?since=0&limit=500");
    let rev = |json: &Value| json["rev"].as_i64().unwrap();
    assert!(rev(&alice.get(&changes).await.expect(200).json) >= copy.rev);
    alice.get("/healthz").await.expect(200);
    socket.say(json!({"type": "heartbeat"})).await;
    socket.next_of("heartbeat_ack").await;
    let hello = alice.socket().await.next().await;
    assert_eq!(hello["type"], "hello");
    assert!(rev(&hello) >= copy.rev);
}

/// A command that cannot be carried out, and is answered so.
async fn command_fails(socket: &mut Socket) {
    socket.say(json!({"type": "read_all", "ref": "r"})).await;
    let error = socket.next_of("error").await;
    assert_eq!((&error["ref"], &error["code"]), (&json!("r"), &json!("unavailable")));
}
