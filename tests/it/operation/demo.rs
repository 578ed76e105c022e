use super::terminal::Terminal;
use crate::support::{Server, http, skip};

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_shows_itself_in_a_terminal() {
    // what the operator of a real server has set must not matter
    let builder = Server::builder().set("HERALD_DATABASE_URL", "sqlite:precious.db");
    let Some(demo) = Terminal::run(&builder, &["demo", "--listen", "127.0.0.1:0"]) else {
        return skip("the_demo_shows_itself_in_a_terminal", "python3 is not installed");
    };
    let url = demo.shown.next_with("Herald demo at ").await;
    let url = url.split_whitespace().find_map(|word| word.strip_suffix('.')).unwrap().to_owned();
    demo.shown.next_with("admin  logs in with the password password").await;
    let links = demo.shown.next_with("/docs").await;
    for link in links.split_whitespace() {
        let answer = http().get(link).send().await.unwrap();
        assert!(answer.status().is_success(), "{link}: {}", answer.status());
    }

    // the commands that it prints, as they stand there
    let tail = demo.shown.next_with(" tail ").await;
    let words: Vec<_> = tail.split_whitespace().skip(1).collect();
    let tail = Terminal::run(&builder, &words).unwrap();
    tail.shown.next_with("connected").await;
    tail.shown.next_with("Build finished").await;
    let send = demo.shown.next_with(" send ").await;
    let sent = std::process::Command::new("sh").args(["-c", &send]).output().unwrap();
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    tail.shown.next_with("at noon, the usual place").await;
    // and what happens by itself goes on
    tail.shown.next_with("Review requested").await;
    tail.shown.next_with("Deploying").await;

    let login = serde_json::json!({"username": "admin", "password": "password"});
    let login = http().post(format!("{url}/api/v1/auth/login")).json(&login);
    assert_eq!(login.send().await.unwrap().status(), 200);
    assert_eq!(demo.interrupt().await, Some(0));
    tail.shown.next_with("the server is going away").await;
    assert_eq!(tail.interrupt().await, Some(0));
    assert_eq!(std::fs::read_dir(builder.folder()).unwrap().count(), 0, "it keeps nothing");
}

#[test]
fn the_demo_is_for_this_machine_only() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8000"] {
        let (success, said) = Server::builder().run(&["demo", "--listen", address]);
        assert!(!success && said.contains("this machine only"), "{said}");
    }
}
