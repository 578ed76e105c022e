use crate::support::{Database, Server, mint, skip};

const GUIDE: &str = include_str!("../../../docs/operations.md");

/// The statement that docs/operations.md tells to run on a database that was restored.
fn new_epoch() -> &'static str {
    let update = GUIDE.lines().find(|line| line.contains("UPDATE meta")).unwrap();
    update.split('"').nth(1).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backup_is_another_database_to_devices() {
    let name = "a_restored_backup_is_another_database_to_devices";
    let mut server = Server::start().await;
    server.user("maya").tell("maya", "in the backup").await;
    let Some(mut database) = Database::open(&server.database()) else {
        return skip(name, "neither sqlite3 nor python3 is installed");
    };
    let copy = server.database().with_file_name("copy.db");
    database.run(&format!("VACUUM INTO '{}'", copy.display()));
    assert_eq!(database.ask("SELECT 'done'"), "done");
    drop(database);

    server.user("maya").tell("maya", "after it").await;
    let epoch = server.user("maya").socket().await.next().await["epoch"].clone();
    server.kill();
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", server.database().display()));
    }
    std::fs::rename(copy, server.database()).unwrap();
    let mut database = Database::open(&server.database()).unwrap();
    database.run(new_epoch());
    assert_eq!(database.ask("SELECT changes()"), "1");
    assert_eq!(database.integrity(), "ok");
    drop(database);

    let server = server.builder_again().start().await;
    let items = server.user("maya").everything().await;
    assert_eq!(items.len(), 1);
    let mut socket = server.with_token(&mint("maya")).socket().await;
    socket.resume(epoch.as_str().unwrap(), 2).await;
    assert_eq!(socket.next_of("resync").await["reason"], "epoch");
}
