//! Every statement finds what it needs by an index.

use herald_domain::{Audience, Content, Draft, ItemFilter, Receipt, Route};
use herald_ports::{
    Accepted, Entry, FanOutStore, InboxStore, NotificationStore, Outcome, Position, UserStore,
};

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
