use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use serde_json::Value;

/// Python with packages of PyPI, to hear from others whether we are understood.
pub struct Python(PathBuf);

impl Python {
    /// Installs the packages, such as `prometheus-client==0.26.0`, into a folder of that name below
    /// `target/tools`, once. Nothing, if they cannot be had: the test is to be skipped then.
    pub fn with(name: &str, packages: &[&str]) -> Option<Self> {
        // tests of one program begin at the same moment, and the folder is to be made once
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _alone = ONE_AT_A_TIME.lock().unwrap();
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let mut command = Command::new("bash");
        command.args(["-c", r#". tests/lib.sh && python_tools "$@""#, "bash", name]);
        let output = command.args(packages).current_dir(root).output().ok()?;
        let folder = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| Self(PathBuf::from(folder.trim()).join("bin/python")))
    }

    /// What starts it, for a program that is spoken to while it runs.
    pub fn command(&self) -> Command {
        Command::new(&self.0)
    }

    /// Runs a script that reads one JSON value from its input, and writes one to its output.
    pub fn run(&self, script: &str, input: &Value) -> Value {
        let mut command = self.command();
        command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "the script failed on {input}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}
