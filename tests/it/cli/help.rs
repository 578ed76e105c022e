use std::collections::BTreeSet;

use serde_json::Value;

use crate::cli::{assert_fails, assert_works, bare};
use crate::support::Server;

const COMMANDS: [&str; 17] = [
    "config",
    "config check",
    "demo",
    "migrate",
    "openapi",
    "send",
    "serve",
    "tail",
    "user",
    "user create",
    "user delete",
    "user disable",
    "user enable",
    "user list",
    "user set-company",
    "user set-role",
    "worker",
];

/// The commands below one, as its help lists them, each with what is said of it.
fn listed(help: &str) -> Vec<(String, String)> {
    let commands = help.split("Commands:\n").nth(1).unwrap_or_default();
    let lines = commands.lines().take_while(|line| !line.is_empty()).map(str::trim);
    lines
        .map(|line| line.split_once(' ').unwrap_or((line, "")))
        .filter(|(name, _)| *name != "help")
        .map(|(name, about)| (name.to_owned(), about.trim().to_owned()))
        .collect()
}

#[test]
fn every_command_explains_itself() {
    let builder = bare();
    let mut todo = vec![String::new()];
    let mut found = BTreeSet::new();
    while let Some(command) = todo.pop() {
        let words: Vec<_> = command.split_whitespace().chain(["--help"]).collect();
        let help = assert_works(&builder, &words);
        assert!(help.contains("Usage: herald"), "{help}");
        for (name, about) in listed(&help) {
            assert!(!about.is_empty(), "{command} {name} is not explained");
            todo.push(format!("{command} {name}"));
        }
        // each option, too: what is explained stands beside it or below
        for option in help.lines().filter(|line| line.trim_start().starts_with("--")) {
            let below = help.split(option).nth(1).unwrap().lines().nth(1).unwrap_or_default();
            let beside = option.trim().split("  ").count() > 1;
            assert!(beside || below.starts_with("     "), "{command}: {option}");
        }
        if !command.is_empty() {
            found.insert(command.trim().to_owned());
        }
    }
    assert_eq!(found, COMMANDS.map(str::to_owned).into());
}

#[test]
fn a_slip_is_told_and_nothing_done() {
    let builder = bare();
    assert_fails(&builder, &[], &["Usage: herald"]);
    assert_fails(&builder, &["server"], &["server", "serve"]);
    assert_fails(&builder, &["serve", "--prot", "8000"], &["--prot"]);
    assert_fails(&builder, &["user", "create"], &["--username"]);
    assert_fails(&builder, &["user", "set-role", "alice"], &["<ROLE>"]);
    assert_fails(&builder, &["user", "set-role", "alice", "no spaces"], &["no spaces"]);
    assert!(!builder.folder().join("herald-data").exists());
    assert!(assert_works(&builder, &["--version"]).starts_with("herald "));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_the_one_that_is_served() {
    let server = Server::builder().set("HERALD_DATABASE_URL", "memory:").start().await;
    let printed: Value = serde_json::from_str(&assert_works(&bare(), &["openapi"])).unwrap();
    assert_eq!(printed, server.anonymous().get("/openapi.json").await.expect(200).json);
}
