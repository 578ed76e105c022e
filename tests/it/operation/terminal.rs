use std::process::{Command, Stdio};

use super::{Lines, in_memory};
use crate::support::{Builder, mint, skip};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin};

/// Runs a program in a terminal of its own, and passes on what is typed and what is shown.
const PYTHON: &str =
    "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

/// A terminal with a program in it.
pub(super) struct Terminal {
    child: Child,
    keyboard: ChildStdin,
    pub(super) shown: Lines,
}

impl Terminal {
    /// Runs a command of the binary in a terminal; `None` if there is none to be had.
    pub(super) fn run(builder: &Builder, arguments: &[&str]) -> Option<Self> {
        let herald = builder.command(arguments);
        let mut python = Command::new("python3");
        python.args(["-c", PYTHON]).arg(herald.get_program()).args(herald.get_args());
        for (name, value) in herald.get_envs() {
            match value {
                Some(value) => python.env(name, value),
                None => python.env_remove(name),
            };
        }
        python.current_dir(builder.folder()).env("TERM", "xterm-256color").env_remove("NO_COLOR");
        python.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = tokio::process::Command::from(python).kill_on_drop(true).spawn().ok()?;
        let keyboard = child.stdin.take().unwrap();
        let shown = Lines::of(child.stdout.take().unwrap());
        Some(Self { child, keyboard, shown })
    }

    /// Presses Ctrl-C, and waits for the program to end.
    pub(super) async fn interrupt(mut self) -> Option<i32> {
        self.keyboard.write_all(b"\x03").await.unwrap();
        let ended = tokio::time::timeout(crate::support::PATIENCE, self.child.wait()).await;
        ended.expect("the program ends").unwrap().code()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn colours_are_for_terminals() {
    let server = in_memory().await;
    let url = server.url("");
    let token = mint("maya");
    let arguments = ["tail", "--url", &url, "--token", &token];
    let Some(colourful) = Terminal::run(&server.builder_again(), &arguments) else {
        return skip("colours_are_for_terminals", "python3 is not installed");
    };
    colourful.shown.next_with("connected").await;
    let plain = server.builder_again().set("NO_COLOR", "1");
    let piped = super::Tail::run(&plain, &arguments);
    piped.notices.next_with("connected").await;
    server.user("maya").tell("maya", "hello").await;
    let line = colourful.shown.next_with("hello").await;
    assert!(line.contains("\u{1b}[34m·"), "{line:?}");
    let line = piped.out.next_with("hello").await;
    assert!(!line.contains('\u{1b}'), "{line:?}");
    assert_eq!(colourful.interrupt().await, Some(0));
}
