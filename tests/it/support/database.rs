use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Reads statements, one a line, and writes what they answer, as `sqlite3` does.
const PYTHON: &str = "
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for line in sys.stdin:
    for row in connection.execute(line):
        print(*row, sep='|', flush=True)
";

/// Another program that has a server's database open. It lets go of it when dropped.
pub(crate) struct Database {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Database {
    /// By whichever program is installed; `None` if none is.
    pub(crate) fn open(file: &Path) -> Option<Self> {
        let mut sqlite = Command::new("sqlite3");
        sqlite.arg(file);
        let mut python = Command::new("python3");
        python.args(["-c", PYTHON]).arg(file);
        let mut child = [sqlite, python].into_iter().find_map(|mut command| {
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()
        })?;
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Some(Self { child, input, output })
    }

    /// Runs a statement that answers nothing.
    pub(crate) fn run(&mut self, statement: &str) {
        writeln!(self.input, "{statement};").unwrap();
    }

    /// Runs a statement that answers one value.
    pub(crate) fn ask(&mut self, statement: &str) -> String {
        self.run(statement);
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }

    /// Keeps everybody else from writing until this is dropped.
    pub(crate) fn lock(&mut self) {
        self.run("BEGIN EXCLUSIVE");
        assert_eq!(self.ask("SELECT 'locked'"), "locked");
    }

    /// What SQLite says of its file: `ok`.
    pub(crate) fn integrity(&mut self) -> String {
        self.ask("PRAGMA integrity_check")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
