use serde_json::{Value, json};

use super::{Tail, in_memory};
use crate::support::{Server, mint, mint_claims};

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_is_a_line_and_what_becomes_of_it_another() {
    let server = in_memory().await;
    let maya = server.user("maya");
    let mut tail = Tail::start(&server.builder_again(), &server.url(""), &mint("maya"), &[]);
    tail.notices.next_with("connected at revision 0, 0 unread").await;
    let body = json!({"to": {"user": "maya"}, "title": "Build", "message": "main\nis green",
                      "kind": "success", "priority": "high", "action_url": "/runs/7"});
    maya.post("/api/v1/notifications", &body).await.expect(201);
    let line = tail.out.next().await;
    let (time, rest) = line.split_once(' ').unwrap();
    assert_eq!(time.split(':').filter(|part| part.len() == 2).count(), 3, "{line}");
    assert_eq!(rest, "✓ HIGH #1 Build: main⏎is green  /runs/7");
    maya.put("/api/v1/notifications/1/read").await.expect(200);
    assert!(tail.out.next().await.ends_with(" - #1 read"));
    maya.delete("/api/v1/notifications/1").await.expect(204);
    assert!(tail.out.next().await.ends_with(" - #1 deleted"));
    tail.interrupt();
    assert_eq!(tail.end().await.code(), Some(0));
    assert_eq!(tail.out.rest(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_what_the_server_wrote_line_by_line() {
    let server = in_memory().await;
    let maya = server.user("maya");
    for message in ["one", "two", "three"] {
        maya.tell("maya", message).await;
    }
    maya.put("/api/v1/notifications/2/read").await.expect(200);
    let token = mint("maya");
    let arguments = ["--json", "--since", "1"];
    let tail = Tail::start(&server.builder_again(), &server.url(""), &token, &arguments);
    let next = || async { serde_json::from_str::<Value>(&tail.out.next().await).unwrap() };
    let three = next().await;
    assert_eq!((&three["type"], &three["rev"]), (&json!("notification"), &json!(3)));
    let two = next().await;
    assert_eq!((&two["type"], &two["rev"]), (&json!("changed"), &json!(4)));
    assert_eq!(two["items"][0]["message"], "two");
    maya.post("/api/v1/notifications/read-all", &json!({})).await.expect(200);
    assert_eq!(next().await["type"], "all_read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_ends_it() {
    let server = in_memory().await;
    let url = server.url("");
    let builder = server.builder_again();
    let mut wrong = Tail::start(&builder, &url, "wrong", &[]);
    wrong.notices.next_with("token not valid (401)").await;
    assert_eq!(wrong.end().await.code(), Some(1));

    let mut short = Tail::start(&builder, &url, &mint_claims("maya", 2, &json!({})), &[]);
    short.notices.next_with("the token ends within 30 s").await;
    short.notices.next_with("the server closed: token is missing, not valid, or has ended").await;
    assert_eq!(short.end().await.code(), Some(1));

    let mut lost = Tail::start(&builder, &url, &mint("maya"), &["--since", "7"]);
    lost.notices.next_with("position lost (410)").await;
    assert_eq!(lost.end().await.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_token_is_taken_from_its_file() {
    let server = in_memory().await;
    let file = server.builder_again().folder().join("token");
    std::fs::write(&file, mint_claims("maya", 3, &json!({}))).unwrap();
    let url = server.url("");
    let arguments = ["tail", "--url", &url, "--token-file", "token"];
    let tail = Tail::run(&server.builder_again(), &arguments);
    tail.notices.next_with("connected").await;
    std::fs::write(&file, mint("maya")).unwrap();
    // by refreshing or by coming back, it is there when the first one has ended
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    server.user("maya").tell("maya", "still there").await;
    tail.out.next_with("still there").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_database_is_noticed() {
    let builder = Server::builder().set("HERALD_DATABASE_URL", "memory:");
    let mut server = builder.clone().start().await;
    let address = server.address.to_string();
    let tail = Tail::start(&builder, &server.url(""), &mint("maya"), &[]);
    tail.notices.next_with("connected").await;
    server.user("maya").tell("maya", "one").await;
    tail.out.next_with("one").await;
    server.kill();
    tail.notices.next_with("the connection is lost").await;
    let server = builder.set("HERALD_LISTEN", &address).start().await;
    tail.notices.next_with("cannot be told (epoch); going on from now").await;
    server.user("maya").tell("maya", "two").await;
    tail.out.next_with("two").await;
}
