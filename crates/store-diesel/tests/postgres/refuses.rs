//! A server that answers, and cannot write. What it would say is said by a trigger, in its own words.

use std::time::{Duration, Instant};

use herald_domain::Rev;
use herald_ports::{InboxStore, NotificationStore, StoreError, UserStore};
use herald_store_diesel::DieselStore;

use crate::database::{Database, on_database};
use crate::sending::hello;
use crate::{on_postgres, open};

impl Database {
    /// Has the server refuse every new item, by an SQLSTATE and its words.
    fn refuse(&self, code: &str, message: &str) {
        self.run_inside(&format!(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}', MESSAGE = '{message}'; END $$; \
             CREATE TRIGGER refuse BEFORE INSERT ON inbox_items EXECUTE FUNCTION refuse()"
        ));
    }

    /// Has it take them again.
    fn accept(&self) {
        self.run_inside("DROP FUNCTION refuse CASCADE");
    }

    fn run_inside(&self, sql: &str) {
        on_database(&self.name, async |client| client.batch_execute(sql).await.unwrap());
    }
}

async fn revision(store: &DieselStore) -> Rev {
    let alice = store.by_id("alice".parse().unwrap()).await.unwrap().unwrap();
    store.head(alice.key).await.unwrap().rev
}

/// Sends are refused with that error, within a second and without a trace; reads are answered; and once
/// the server writes again, so do we.
async fn writes_wait(
    database: &Database,
    (code, message): (&str, &str),
    expected: impl Fn(&StoreError) -> bool,
) {
    let store = open(database.url());
    store.append(hello("alice")).await.unwrap();
    database.refuse(code, message);
    for _ in 0..3 {
        let begun = Instant::now();
        let refused = store.append(hello("alice")).await.unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        assert!(expected(&refused), "{refused:?}");
        assert_eq!(revision(&store).await, Rev::new(1), "reading goes on");
    }
    database.accept();
    store.append(hello("alice")).await.unwrap();
    assert_eq!(revision(&store).await, Rev::new(2));
}

on_postgres! {
    async fn a_full_disk_refuses_writes_until_there_is_room(database: &Database) {
        let full = "could not extend file \"base/16384/16385\": No space left on device";
        writes_wait(database, ("53100", full), |error| matches!(error, StoreError::Full)).await;
    }
}

on_postgres! {
    async fn a_server_that_only_reads_refuses_writes_for_now(database: &Database) {
        let standby = "cannot execute INSERT in a read-only transaction";
        let is_away = |error: &StoreError| matches!(error, StoreError::Unavailable(_));
        writes_wait(database, ("25006", standby), is_away).await;
    }
}
