//! The command line and the configuration, as an operator meets them.

mod config;
mod help;
mod users;

use std::io::Write;
use std::process::Stdio;

use crate::support::{Builder, Server};

/// A configuration of which nothing is set but what a test sets.
fn bare() -> Builder {
    ["LISTEN", "LOG_FORMAT", "JWT_SECRET", "ADMIN_USERNAME", "ADMIN_PASSWORD"]
        .into_iter()
        .fold(Server::builder(), |builder, name| builder.unset(&format!("HERALD_{name}")))
}

/// Writes the file with the configuration.
fn write_file(builder: &Builder, text: &str) {
    std::fs::write(builder.folder().join("herald.toml"), text).unwrap();
}

/// Runs a command with something on standard input; answers its exit code and all it said.
fn run_with(builder: &Builder, arguments: &[&str], input: &str) -> (Option<i32>, String) {
    let mut command = builder.command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // a command that needs no input may have ended
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

/// The command must fail, and say each of these.
#[track_caller]
fn assert_fails(builder: &Builder, arguments: &[&str], words: &[&str]) -> String {
    let (code, said) = run_with(builder, arguments, "");
    assert!(matches!(code, Some(1 | 2)), "{arguments:?} ended with {code:?}: {said}");
    for word in words {
        assert!(said.contains(word), "{arguments:?} does not say {word}: {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
    said
}

/// The command must succeed.
#[track_caller]
fn assert_works(builder: &Builder, arguments: &[&str]) -> String {
    let (code, said) = run_with(builder, arguments, "");
    assert_eq!(code, Some(0), "{arguments:?}: {said}");
    said
}
