//! Every statement finds what it needs by an index.

use std::time::Duration;

use herald_domain::{Audience, Channel, Content, Draft, ItemFilter, Receipt, Route};
use herald_ports::{
    Accepted, DeliveryStore, Entry, FanOutStore, InboxStore, NotificationStore, Outcome, Position,
    UserStore,
};

use crate::database::on_database;
use crate::everything::do_everything;
use crate::sending::{NOW, hello};
use crate::{on_postgres, open};

/// Tables that are short, or read as a whole for a reason.
const SHORT: [&str; 7] = [
    "meta",
    "api_keys",
    "outbox",
    "topics",
    "templates",
    "sandbox_modes",
    "__diesel_schema_migrations",
];

on_postgres! {
    /// Where there is an index it is used, as long as nothing else is allowed; and whoever read a table
    /// without one is found out by the server's own counts.
    async fn no_statement_reads_a_whole_table(database: &Database) {
        database.set("enable_seqscan", "off");
        let store = open(database.url());
        do_everything(&store).await;
        store.close().await;
        drop(store);
        // counts are handed over when connections end
        let tables = database.read_as_a_whole();
        let long = tables.iter().filter(|table| !SHORT.contains(&table.as_str()));
        assert_eq!(long.collect::<Vec<_>>(), [""; 0]);
    }
}

const ITEMS: usize = 300;
const PAGE: usize = 20;

on_postgres! {
    /// Whatever the server believes of tables that it has not analysed.
    async fn a_page_reads_no_more_than_its_items(database: &Database) {
        let url = database.url();
        let store = open(url.clone());
        let alice = store.ensure("alice".parse().unwrap(), NOW).await.unwrap().unwrap().key;
        let mut many = hello("alice");
        many.entries = vec![many.entries.remove(0); ITEMS];
        store.append(many).await.unwrap();
        store.close().await;
        drop(store);
        let before = database.rows_read("notifications");

        let store = open(url);
        for _ in 0..10 {
            let page = store.page(alice, ItemFilter::default(), Position::Cursor(None), PAGE).await;
            assert_eq!(page.unwrap().items.len(), PAGE);
        }
        store.close().await;
        drop(store);
        let read = database.rows_read("notifications") - before;
        assert!(read <= 10 * (PAGE as i64 + 1), "{read} rows for ten pages of {PAGE}");
    }
}

const USERS: usize = 100;

on_postgres! {
    /// Who is looked for by a list is found without a look at anybody else.
    async fn a_list_of_few_reads_few(database: &Database) {
        let url = database.url();
        let store = open(url.clone());
        for nth in 0..USERS {
            store.ensure(format!("u{nth}").parse().unwrap(), NOW).await.unwrap().unwrap();
        }
        let few = [store.by_id("u7".parse().unwrap()).await.unwrap().unwrap().key];
        let mut to_all = hello("u7");
        to_all.entries = vec![Entry::Send(Draft {
            to: Audience::EVERYONE,
            content: Content::of("to all".parse().unwrap()),
            route: Route::default(),
            send_at: None,
        })];
        let Accepted::Fresh(outcomes, ..) = store.append(to_all).await.unwrap() else { panic!() };
        let Outcome::Sent(Receipt { id, .. }) = outcomes[0] else { panic!("{outcomes:?}") };
        assert_eq!(store.hasten(id, few.to_vec(), NOW).await.unwrap().len(), 1);
        store.close().await;
        drop(store);
        let before = database.rows_read("inbox_heads");

        let store = open(url);
        assert!(store.hasten(id, few.to_vec(), NOW).await.unwrap().is_empty(), "it is there");
        store.close().await;
        drop(store);
        let read = database.rows_read("inbox_heads") - before;
        assert!(read <= few.len() as i64, "{read} heads were read");
    }
}

const WAITING: usize = 100_000;
const DUE: usize = 10;

on_postgres! {
    /// Whoever takes on what is due does not look at what waits for another attempt.
    async fn a_claim_reads_only_what_is_due(database: &Database) {
        let url = database.url();
        let store = open(url.clone());
        store.ensure("alice".parse().unwrap(), NOW).await.unwrap().unwrap();
        store.append(hello("alice")).await.unwrap();
        let ahead = NOW.plus(Duration::from_secs(3_600));
        for (due_at, count) in [(ahead, WAITING), (NOW, DUE)] {
            let sql = format!(
                "INSERT INTO deliveries (notification, usr, channel, status, urgent, attempts, \
                 claims, lost, created_at, updated_at, due_at) SELECT 1, 1, 'email', 'retrying', \
                 FALSE, 1, 1, 0, 0, 0, {} FROM generate_series(1, {count})",
                due_at.as_micros()
            );
            on_database(&database.name, async |client| {
                client.batch_execute(&sql).await.unwrap();
            });
        }
        store.close().await;
        drop(store);
        let before = database.rows_read("deliveries");

        let store = open(url);
        let claimed = store.claim(Channel::Email, DUE, Duration::from_secs(60), NOW).await.unwrap();
        assert_eq!(claimed.len(), DUE);
        store.close().await;
        drop(store);
        let read = database.rows_read("deliveries") - before;
        // once to find them, and once to note who has them
        assert!(read <= 2 * DUE as i64, "{read} deliveries were read");
    }
}
