//! The pages that show the documents, in a browser without any other host.

use std::process::{Command, Stdio};

use crate::support::{Server, skip};

/// What a browser makes of a page, and what it says on its console.
fn show(url: &str) -> (String, Vec<String>) {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(["--enable-logging=stderr", "--virtual-time-budget=10000", "--dump-dom", url])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    let console = log.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned);
    (String::from_utf8_lossy(&output.stdout).into_owned(), console.collect())
}

/// The policy of each page names no host but its own, so that a page which asks for anything
/// elsewhere says so on its console.
#[tokio::test(flavor = "multi_thread")]
async fn both_pages_show_every_operation() {
    if Command::new("chromium").arg("--version").stdout(Stdio::null()).status().is_err() {
        return skip("both_pages_show_every_operation", "chromium is not installed");
    }
    let server = Server::start().await;
    let openapi = server.anonymous().get("/openapi.json").await.expect(200).json;
    let paths = openapi["paths"].as_object().unwrap().values();
    let operations: Vec<_> = paths.flat_map(|item| item.as_object().unwrap().values()).collect();
    assert!(operations.len() >= 25);
    for page in ["/docs/", "/redoc"] {
        let answer = server.anonymous().get(page).await.expect(200);
        assert!(!answer.header("content-security-policy").contains("http"), "{page}");
        let url = server.url(page);
        let shown = tokio::task::spawn_blocking(move || show(&url)).await;
        let (shown, console) = shown.unwrap();
        assert!(console.is_empty(), "{page}: {console:?}");
        for operation in &operations {
            let summary = operation["summary"].as_str().unwrap();
            assert!(shown.contains(summary), "{page}: {summary}");
        }
    }
}
