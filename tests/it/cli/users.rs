use crate::cli::{assert_fails, assert_works, bare, run_with};
use crate::support::Server;

fn create<'a>(name: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["user", "create", "--username", name], more].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_created_before_the_server_or_beside_it() {
    let builder = Server::builder().unset("HERALD_ADMIN_USERNAME").unset("HERALD_ADMIN_PASSWORD");
    let (code, said) = run_with(&builder, &create("boss", &["--admin"]), "on standard input\n");
    assert_eq!((code, said.contains("user boss has the id 1 and the role admin")), (Some(0), true));
    let server = builder.clone().start().await;
    let boss = server.login("boss", "on standard input").await;
    boss.get("/api/v1/admin/api-keys").await.expect(200);

    let (code, said) = run_with(&builder, &create("alice", &[]), "without a line break");
    assert_eq!(code, Some(0), "{said}");
    let alice = server.login("alice", "without a line break").await;
    alice.get("/api/v1/admin/api-keys").await.expect_problem(403, "forbidden");

    assert_works(&builder, &create("bob", &["--password", "as an argument", "--email", "b@x.org"]));
    let bob = server.login("bob", "as an argument").await;
    assert_eq!(bob.get("/api/v1/me").await.expect(200).json["email"], "b@x.org");
}

#[test]
fn a_user_who_cannot_be_is_not_created() {
    let builder = bare();
    let (code, said) = run_with(&builder, &create("alice", &[]), "correct horse\n");
    assert_eq!(code, Some(0), "{said}");
    for name in ["alice", "ALICE"] {
        let (code, said) = run_with(&builder, &create(name, &["--admin"]), "another one\n");
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("username") && !said.contains("another one"), "{said}");
    }
    // nor does alice get rights by that
    let said = assert_works(&builder, &["user", "set-company", "alice", "acme"]);
    assert!(said.contains("alice is now user of acme"), "{said}");

    for (name, password, word) in [
        ("no spaces", "correct horse", "username"),
        ("", "correct horse", "username"),
        ("eve", "canary", "password"),
        ("eve", "", "password"),
    ] {
        let (code, said) = run_with(&builder, &create(name, &[]), password);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(word) && !said.contains("canary"), "{said}");
    }
    let bad_mail = create("eve", &["--password", "correct horse", "--email", "nowhere"]);
    assert_fails(&builder, &bad_mail, &["email"]);
    assert_fails(&builder, &["user", "set-role", "eve", "admin"], &["eve"]);
}

#[test]
fn users_are_listed_disabled_and_deleted() {
    let builder = bare();
    for name in ["alice", "Albert", "boss"] {
        let mail = format!("{name}@example.com");
        let admin: &[&str] = if name == "boss" { &["--admin"] } else { &[] };
        let more = [&["--password", "correct horse", "--email", &mail], admin].concat();
        assert_works(&builder, &create(name, &more));
    }
    let run = |arguments: &[&str]| assert_works(&builder, &[&["user"], arguments].concat());
    run(&["set-company", "alice", "acme"]);
    run(&["disable", "alice"]);
    let all = "1\talice\tuser\tacme\talice@example.com\tdisabled\n\
               2\tAlbert\tuser\t-\tAlbert@example.com\tactive\n\
               3\tboss\tadmin\t-\tboss@example.com\tactive\n";
    assert_eq!(run(&["list"]), all);
    let found = run(&["list", "--search", "AL"]);
    assert_eq!(found.lines().count(), 2, "{found}");
    assert!(run(&["enable", "alice"]).contains("user alice is enabled"));
    assert!(run(&["delete", "ALICE"]).contains("is deleted"));
    assert_eq!(run(&["list", "--search", "ali"]), "");
    assert_fails(&builder, &["user", "delete", "alice"], &["user alice"]);
    for refused in [&["delete", "boss"][..], &["disable", "boss"], &["set-role", "boss", "user"]] {
        assert_fails(&builder, &[&["user"], refused].concat(), &["boss", "last administrator"]);
    }
}

#[test]
fn a_store_in_memory_keeps_no_user() {
    let builder = bare().set("HERALD_DATABASE_URL", "memory:");
    assert_fails(&builder, &create("alice", &["--password", "correct horse"]), &["memory"]);
}

#[test]
fn migrating_makes_the_database_and_may_be_repeated() {
    let builder = bare();
    for _ in 0..2 {
        assert!(assert_works(&builder, &["migrate"]).contains("the database is up to date"));
    }
    assert!(builder.folder().join("herald-data/herald.db").is_file());
    std::fs::write(builder.folder().join("no.db"), "this is no database, by any means").unwrap();
    let builder = builder.set("HERALD_DATABASE_URL", "sqlite:no.db");
    assert_fails(&builder, &["migrate"], &["database_url"]);
}
