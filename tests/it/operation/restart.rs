use super::Tail;
use crate::support::{Server, eventually, lasting_port, mint};

/// Whatever ends a server, who listens says so, comes back, and has heard everything once.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_missed_and_nothing_comes_twice_when_the_server_restarts() {
    let address = format!("127.0.0.1:{}", lasting_port());
    let builder = Server::builder().set("HERALD_LISTEN", &address);
    let mut server = builder.clone().start().await;
    let tail = Tail::start(&builder, &server.url(""), &mint("maya"), &[]);
    tail.notices.next_with("connected at revision 0").await;
    let mut sent = Vec::new();
    for round in 0..3 {
        for part in ["before", "also before"] {
            sent.push(format!("{part} {round}"));
            server.user("maya").tell("maya", sent.last().unwrap()).await;
        }
        if round == 1 {
            server.kill();
            tail.notices.next_with("the connection is lost; trying again in ").await;
        } else {
            server.signal("-TERM");
            tail.notices.next_with("the server is going away").await;
            tail.notices.next_with("server restarts (1012); trying again in ").await;
            assert!(server.wait().await.success());
        }
        server = builder.clone().start().await;
        sent.push(format!("while away {round}"));
        server.user("maya").tell("maya", sent.last().unwrap()).await;
        tail.notices.next_with("connected, going on after revision ").await;
    }
    server.user("maya").tell("maya", "the end").await;
    sent.push("the end".to_owned());
    let heard = || tail.out.0.lock().unwrap().len();
    eventually("all is heard", || async { heard() >= sent.len() }).await;
    let heard = tail.out.rest();
    let texts: Vec<_> =
        heard.iter().map(|line| line.splitn(4, ' ').nth(3).unwrap_or_default()).collect();
    assert_eq!(texts, sent);
}
