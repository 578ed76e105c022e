//! The README keeps its word: what it says to paste, pasted.

use std::process::{Command, Stdio};

use crate::support::{Server, skip};

const README: &str = include_str!("../../README.md");

/// The parts of the tour, one after the other, with each request going to the next of these servers.
fn tour(servers: &[String]) -> String {
    let parts = README.split("```sh tour\n").skip(1);
    let script: String =
        parts.filter_map(|part| part.split_once("```")).map(|(script, _)| script).collect();
    let mut pieces = script.split("$HERALD/");
    let mut tour = pieces.next().unwrap().to_owned();
    for (piece, server) in pieces.zip(servers.iter().cycle()) {
        tour += &format!("{server}/{piece}");
    }
    tour
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tour_shows_what_it_promises() {
    let server = Server::builder().unset("HERALD_JWT_SECRET").start().await;
    take_the_tour("the_tour_shows_what_it_promises", &[server.url("")]).await;
}

/// Pastes it, and looks whether what it promises is shown.
pub(crate) async fn take_the_tour(test: &str, servers: &[String]) {
    if Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_err() {
        return skip(test, "curl is not installed");
    }
    // `%1` is the first job of an interactive shell, as a reader's is
    let script = format!("set -m\n{}", tour(servers));
    let run = tokio::task::spawn_blocking(move || {
        Command::new("bash").arg("-c").arg(script).stdin(Stdio::null()).output().unwrap()
    });
    let output = run.await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    for promised in [
        r#""username":"alice""#,
        "event: hello",
        "event: notification",
        r#""title":"Build finished","message":"main is green","kind":"success""#,
        r#""unread":1,"unseen":1,"notification":"#,
        r#""state":"delivered","recipients":1"#,
        "event: changed",
        r#"{"rev":2,"unread":0,"unseen":0}"#,
        r#""items":[],"deleted":[1]"#,
    ] {
        assert!(said.contains(promised), "{promised} is not in:\n{said}");
    }
}
