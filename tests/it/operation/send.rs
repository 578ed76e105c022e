use serde_json::{Value, json};

use super::in_memory;
use crate::support::{Builder, Server, eventually, mint};

/// Runs `herald send`; answers its exit code and all it said.
fn send(builder: &Builder, arguments: &[&str]) -> (Option<i32>, String) {
    let arguments = [&["send"], arguments].concat();
    let output = builder.command(&arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

fn sender(server: &Server, token: &str) -> Builder {
    let builder = server.builder_again().unset("HERALD_LISTEN");
    builder.set("HERALD_URL", &server.url("")).set("HERALD_TOKEN", token)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_on_the_command_line_arrives() {
    let server = in_memory().await;
    let service = server.service().await;
    let sender = sender(&server, service.token.as_deref().unwrap());
    let (code, said) = send(&sender, &["--to", "maya", "hello"]);
    assert_eq!((code, said.as_str()), (Some(0), "sent as notification 1 to 1 user\n"));

    let everything = [
        "--to",
        "maya",
        "--to",
        "jonas",
        "--title",
        "Build",
        "--kind",
        "success",
        "--priority",
        "high",
        "--category",
        "ci",
        "--data",
        r#"{"run": 7}"#,
        "--action-url",
        "/runs/7",
        "--collapse-key",
        "build",
        "--idempotency-key",
        "once",
        "--json",
        "is green",
    ];
    let (code, said) = send(&sender, &everything);
    let receipt: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &receipt["recipients"]), (Some(0), &json!(2)));
    assert_eq!(send(&sender, &everything), (Some(0), said), "the same key sends once");
    let items = server.user("maya").everything().await;
    assert_eq!(items.len(), 2);
    for (name, value) in [
        ("id", receipt["id"].clone()),
        ("title", json!("Build")),
        ("message", json!("is green")),
        ("kind", json!("success")),
        ("priority", json!("high")),
        ("category", json!("ci")),
        ("data", json!({"run": 7})),
        ("action_url", json!("/runs/7")),
        ("sender", json!("ci-bot")),
    ] {
        assert_eq!(items[0][name], value, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_readably() {
    let server = in_memory().await;
    let person = sender(&server, &mint("maya"));
    let (code, said) = send(&person, &["--to", "jonas", "hello"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("to.user: sending to others takes the role admin"), "{said}");
    assert!(said.contains("request "), "{said}");
    let (code, said) = send(&person, &["--to", "no spaces", "--title", "", ""]);
    assert_eq!(code, Some(1));
    assert!(
        said.contains("message: ") && said.contains("to.user: ") && !said.contains('{'),
        "{said}"
    );
    let (code, said) = send(&person.set("HERALD_TOKEN", "wrong"), &["--to", "maya", "x"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("token not valid (401)"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_work_later_is_told_by_the_exit_code() {
    let mut server = in_memory().await;
    let person = sender(&server, &mint("maya"));
    server.kill();
    let (code, said) = send(&person, &["--to", "maya", "hello"]);
    assert_eq!(code, Some(75), "{said}");
    assert!(said.contains("not now: cannot reach http://127.0.0.1:"), "{said}");
}

#[test]
fn what_cannot_be_sent_is_not_tried() {
    let builder = Server::builder();
    let (code, said) = send(&builder, &["--to", "maya", "hello"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("--token-file or HERALD_TOKEN"), "{said}");
    for (arguments, word) in [
        (&["--token", "t", "hello"][..], "--to"),
        (&["--token", "t", "--to", "maya"], "<MESSAGE>"),
        (&["--token", "t", "--to", "maya", "--data", "[1]", "hello"], "--data"),
        (&["--token", "t", "--to", "maya", "--kind", "alarm", "hello"], "warning"),
        (&["--token", "t", "--to", "maya", "--url", "nowhere", "hello"], "--url"),
    ] {
        let (code, said) = send(&builder, arguments);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(word), "{said}");
    }
    let (code, said) =
        send(&builder, &["--token", "t", "--to", "maya", "--url", "ftp://x", "hello"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("http:// or https://"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_be_in_a_file_and_its_variables_are_none_of_the_servers() {
    let builder = Server::builder().set("HERALD_DATABASE_URL", "memory:");
    let builder = builder.set("HERALD_TOKEN", "of somebody").set("HERALD_URL", "http://elsewhere");
    let server = builder.start().await;
    std::fs::write(server.builder_again().folder().join("token"), mint("maya") + "\n").unwrap();
    let arguments = ["--token-file", "token", "--url", &server.url("/"), "--to", "maya", "hello"];
    let (code, said) = send(&server.builder_again(), &arguments);
    assert_eq!(code, Some(0), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_told_from_the_command_line() {
    let server = in_memory().await;
    let service = server.service().await;
    let sender = sender(&server, service.token.as_deref().unwrap());
    let maya = server.user("maya");
    assert_eq!(maya.count().await["unread"], 0);
    let (code, said) = send(&sender, &["--everyone", "hello"]);
    assert_eq!((code, said.as_str()), (Some(0), "accepted as notification 1, on its way\n"));
    let role = ["--company", "acme", "--role", "user", "--send-at", "2099-01-01T00:00:00Z", "hi"];
    let (code, said) = send(&sender, &role);
    let waiting = "accepted as notification 2, waiting for its time\n";
    assert_eq!((code, said.as_str()), (Some(0), waiting));
    eventually("everybody is told", async || maya.count().await["unread"] == 1).await;
    for wrong in [&["hello"][..], &["--everyone", "--to", "maya", "hello"]] {
        assert_eq!(send(&sender, wrong).0, Some(2), "{wrong:?}");
    }
}
