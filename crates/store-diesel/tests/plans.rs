//! Every statement finds what it needs by an index.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

mod common;
#[path = "common/everything.rs"]
mod everything;
#[path = "common/sending.rs"]
mod sending;

use std::collections::BTreeSet;
use std::sync::Mutex;

use common::{config, path};
use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use diesel::prelude::*;
use diesel::sql_types::Text;
use everything::do_everything;
use herald_ports::SystemRandom;
use herald_store_diesel::DieselStore;

/// The text of every statement that any connection ran.
static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

#[expect(clippy::needless_pass_by_value, reason = "diesel hands it over")]
fn note(event: InstrumentationEvent<'_>) {
    if let InstrumentationEvent::StartQuery { query, .. } = event {
        let text = query.to_string();
        if let Some((text, _)) = text.split_once(" -- binds") {
            SEEN.lock().unwrap().insert(text.to_owned());
        }
    }
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[tokio::test]
async fn no_statement_looks_at_every_row() {
    set_default_instrumentation(|| Some(Box::new(note) as Box<dyn Instrumentation>)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = DieselStore::open(&config(&folder), &SystemRandom).unwrap();
    do_everything(&store).await;
    store.close().await;

    let seen = std::mem::take(&mut *SEEN.lock().unwrap());
    let mut conn = SqliteConnection::establish(&path(&folder)).unwrap();
    let verbs = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "];
    let ours = |text: &&String| {
        verbs.iter().any(|verb| text.starts_with(verb)) && !text.contains("__diesel_")
    };
    let statements: Vec<_> = seen.iter().filter(ours).collect();
    assert!(statements.len() > 40, "{statements:#?}");
    for statement in &statements {
        for step in plan(&mut conn, statement) {
            // a list that came as a parameter is read as a whole, of course, and so is the index of
            // what is on its way at the moment, that of dead letters, which are counted, and what there
            // is of each channel
            let short = [
                "VIRTUAL TABLE",
                "CONSTANT ROW",
                "USING INDEX outbox_turns",
                "USING COVERING INDEX deliveries_failed",
                "SCAN templates",
                "SCAN sandbox_modes",
            ];
            let is_short = short.iter().any(|short| step.contains(short));
            let whole = (step.starts_with("SCAN") && !is_short) || step.contains("AUTOMATIC");
            assert!(!whole, "{step}\n{statement}");
        }
    }
    for (condition, index) in [
        ("`rev` != `inbox_items`.`seq`", "inbox_items_touched"),
        ("`collapse` = ", "inbox_items_collapsing"),
        ("min(`inbox_items`.`expires_at`)", "inbox_items_expiring"),
        ("ORDER BY `inbox_items`.`expires_at`", "inbox_items_expiring"),
        ("ORDER BY `inbox_tombstones`.`removed_at`", "inbox_tombstones_by_age"),
        ("holders = 0", "notifications_unheld"),
        ("ORDER BY `sessions`.`ends_at`", "sessions_by_end"),
        ("ORDER BY `tickets`.`expires_at`", "tickets_by_end"),
        ("ORDER BY `mutes`.`until`", "mutes_by_end"),
        ("ORDER BY `sandbox_messages`.`at`", "sandbox_messages_by_age"),
        ("ORDER BY `topics`.`deleted_at`", "topics_deleted"),
        ("ORDER BY `outbox`.`due_at`", "outbox_scheduled"),
        ("ORDER BY `outbox`.`principal`", "outbox_turns"),
        ("TRUE AND u.company = ? AND u.key", "users_of_company"),
        ("TRUE AND u.role = ? AND u.key", "users_of_role"),
        ("u.company = ? AND u.role = ? AND u.key", "users_of_company_and_role"),
        ("ORDER BY `estates`.`left_at`", "estates_by_age"),
        ("ORDER BY `deletions`.`deleted_at`", "deletions_by_age"),
        ("(`users`.`company` = ?)) ORDER BY", "users_of_company"),
        ("(`users`.`role` = ?)) ORDER BY", "users_of_role"),
        ("`disabled_at` IS NOT NULL", "users_disabled"),
        ("lower(id)", "users_by_folded_id"),
        ("lower(email)", "users_by_folded_email"),
        ("WHERE TRUE AND u.key > ? AND u.key <= ? AND u.reach <> 0", "users_reachable"),
        ("`held`.`digest` = ?) AND (`held`.`due_at`", "held_due"),
        ("COUNT(*) FROM `held`", "held_by_user"),
        ("`urgent` = ?)) AND (`deliveries`.`due_at` <= ?", "deliveries_due"),
        ("min(`deliveries`.`due_at`)", "deliveries_due"),
        ("WHERE status = 'failed' GROUP BY `deliveries`.`channel`", "deliveries_failed"),
        ("holders = 0", "deliveries_unfinished"),
        ("ORDER BY `deliveries`.`updated_at`", "deliveries_ended"),
        ("`decisions`.`usr` = ?) LIMIT", "decisions_by_user"),
        ("`deliveries`.`usr` = ?) AND ((`deliveries`.`notification`", "deliveries_of_user"),
    ] {
        let asks = statements.iter().find(|text| text.contains(condition));
        let asks = asks.unwrap_or_else(|| panic!("nobody asks {condition}"));
        let plan = plan(&mut conn, asks);
        assert!(plan.iter().any(|step| step.contains(index)), "{plan:?}");
    }
}

fn plan(conn: &mut SqliteConnection, statement: &str) -> Vec<String> {
    let explain = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}"));
    let steps: Vec<Step> = explain.load(conn).unwrap();
    steps.into_iter().map(|step| step.detail).collect()
}
