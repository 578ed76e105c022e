//! Every statement finds what it needs by an index.

use crate::everything::do_everything;
use crate::{on_postgres, open};

/// Tables that are short, or read as a whole for a reason.
const SHORT: [&str; 5] = ["meta", "api_keys", "outbox", "topics", "__diesel_schema_migrations"];

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
