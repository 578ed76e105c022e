//! docs/dialects.md keeps its word: every command of its tables, pasted.

use std::process::{Command, Stdio};

use crate::support::{Server, skip};

const PAGE: &str = include_str!("../../../docs/dialects.md");

/// What the page has one paste first: the functions and logins that its commands are made of.
fn preparation() -> &'static str {
    let blocks = PAGE.split("```sh\n").skip(1).filter_map(|part| part.split_once("```"));
    blocks.map(|(block, _)| block).find(|block| block.contains("ask()")).unwrap()
}

/// The commands of the tables, in their order.
fn commands() -> Vec<String> {
    let cells = PAGE.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    let code = cells.flat_map(|(_, cell)| cell.split('`').skip(1).step_by(2));
    let commands =
        code.filter(|code| ["ask ", "BOB=", "echo "].iter().any(|it| code.starts_with(it)));
    // a table has no other way to write a pipe
    commands.map(|code| code.replace("\\|", "|")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_page_does_what_it_says() {
    if Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_err() {
        return skip("every_command_of_the_page_does_what_it_says", "curl is not installed");
    }
    let server = Server::builder().set("HERALD_ADMIN_PASSWORD", "password").start().await;
    let commands = commands();
    assert!(commands.len() >= 25, "{commands:?}");
    let script = format!("{}\n{}", preparation(), commands.join("\n"));
    let script = script.replace("http://localhost:8000", &server.url(""));
    let run = tokio::task::spawn_blocking(move || {
        Command::new("bash").arg("-c").arg(script).stdin(Stdio::null()).output().unwrap()
    });
    let output = run.await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    for promised in [
        r#""message":"Task created","read":true"#,
        r#""token_type":"bearer""#,
        r#"{"message":"Notification sent successfully"}"#,
        r#"{"status":"success","message":"Message broadcasted to role user of company company_a"}"#,
        r#""notif_type":"email","content":"Welcome to the platform!","status":"pending"}"#,
        r#"{"ok":true,"message":"Notification marked as read"}"#,
        r#""unread_count":"#,
    ] {
        assert!(said.contains(promised), "{promised} is not in:\n{said}");
    }
    assert!(!said.contains("/docs/problems#"), "{said}");
}
