use std::sync::{Arc, Mutex};

use diesel::Connection;
use diesel::connection::InstrumentationEvent;
use herald_ports::{Append, Idempotency};

use super::fixtures::{append, config};
use crate::conn::on_conn;
use crate::dialect::{self, Purpose, Target};
use crate::notifications;

/// What a connection did.
#[derive(Default)]
struct Seen {
    /// the text of every statement that ran
    run: Vec<String>,
    /// the text of every statement that was prepared to be used again
    kept: Vec<String>,
}

#[test]
fn a_send_prepares_nothing_anew() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::of(&config(&folder)).unwrap();
    let mut conn = target.connect(Purpose::Write).unwrap();
    dialect::migrate(&mut conn).unwrap();

    let seen = Arc::<Mutex<Seen>>::default();
    let noted = seen.clone();
    let note = move |event: InstrumentationEvent<'_>| {
        let mut seen = noted.lock().unwrap();
        match event {
            InstrumentationEvent::StartQuery { query, .. } => {
                let text = query.to_string();
                let (text, _) = text.split_once(" -- binds").unwrap();
                seen.run.push(text.to_owned());
            }
            InstrumentationEvent::CacheQuery { sql, .. } => seen.kept.push(sql.to_owned()),
            _ => {}
        }
    };
    on_conn!(&mut conn, c => c.set_instrumentation(note));

    let mut send = |key| {
        let append = Append {
            idempotency: Some(Idempotency { key: [key; 16], fingerprint: [1; 16] }),
            ..append(&["alice"], "hello")
        };
        notifications::append(&mut conn, &append).unwrap();
    };
    send(1); // creates alice
    send(2);
    let kept = std::mem::take(&mut *seen.lock().unwrap()).kept;
    send(3);
    let again = &seen.lock().unwrap().run;
    assert_eq!(again.len(), 6, "{again:#?}");
    for statement in again {
        assert!(kept.contains(statement), "prepared each time: {statement}");
    }
}
