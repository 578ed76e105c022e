/// Notes that a test could not run here, and why; with `CI=true` that is a failure.
///
/// The names are gathered in the file that `TEST_SKIPPED_FILE` names, which `tests/run` prints.
#[expect(clippy::print_stderr, reason = "whoever runs the tests must see it")]
pub fn skip(test: &str, reason: &str) {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{test} cannot run: {reason}");
    eprintln!("skipped: {test}: {reason}");
    if let Ok(file) = std::env::var("TEST_SKIPPED_FILE") {
        use std::io::Write;
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(file).unwrap();
        writeln!(file, "{test}: {reason}").unwrap();
    }
}
