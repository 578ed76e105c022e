use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::{SEND, command_fails, hello, reading_goes_on, refused};
use crate::support::{Builder, Database, Server, skip};

/// A small file system. It is taken away again when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// In that folder; `None` if this process may not mount.
    fn mount(folder: &Path) -> Option<Self> {
        std::fs::create_dir(folder).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=8m,mode=700", "herald-test"]).arg(folder);
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then(|| Self(folder.to_owned()))
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let mut file = std::fs::File::create(self.0.join("filler")).unwrap();
        for size in [64 * 1024, 512] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    /// Gives it back.
    fn free(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // lazily: a server that is still to be dropped has files there
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

async fn start(builder: Builder) -> Option<(SmallDisk, Server)> {
    let folder = builder.folder().join("disk");
    let disk = SmallDisk::mount(&folder)?;
    Some((disk, builder.set("HERALD_DATA_DIR", folder.to_str().unwrap()).start().await))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_writes_until_there_is_room() {
    const NAME: &str = "a_full_disk_refuses_writes_until_there_is_room";
    let Some((disk, server)) = start(Server::builder().keep_everything()).await else {
        return skip(NAME, "mounting a tmpfs takes root");
    };
    let (service, alice) = (server.service().await, server.user("alice"));
    let mut acknowledged = vec![service.tell("alice", "before").await];
    let mut socket = alice.socket().await;
    socket.next_of("hello").await;
    disk.fill();
    // what is allocated already may still be used
    let last = loop {
        let answer = service.post(SEND, &hello(&"x".repeat(4_000))).await;
        if answer.status != 201 {
            break answer;
        }
        acknowledged.push(answer.json["id"].as_i64().unwrap());
        assert!(acknowledged.len() < 10_000, "the disk is never full");
    };
    refused(last, 507, "store_full");
    for _ in 0..2 {
        refused(service.post(SEND, &hello("no room")).await, 507, "store_full");
        let login = json!({"username": "admin", "password": "admin-password"});
        let login = server.anonymous().post("/api/v1/auth/login", &login).await;
        refused(login, 507, "store_full");
        command_fails(&mut socket).await;
        reading_goes_on(&alice, &mut socket).await;
    }

    disk.free();
    acknowledged.push(service.tell("alice", "after").await);
    alice.get("/readyz").await.expect(200);
    server.admin().await;
    let mut there: Vec<i64> =
        alice.everything().await.iter().map(|item| item["id"].as_i64().unwrap()).collect();
    there.reverse();
    assert_eq!(there, acknowledged);
    if let Some(mut database) = Database::open(&disk.0.join("herald.db")) {
        assert_eq!(database.integrity(), "ok");
    }
}
