use std::collections::HashMap;

use diesel::prelude::*;
use herald_domain::{Flags, InboxItem, NotificationId, Patch, Rev, Timestamp, UserKey};
use herald_ports::{LiveEvent, Written};

use super::{hold_head, named, nothing, write_head};
use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::rows::micros;
use crate::schema::inbox_items::{self as items, archived_at, read_at, rev, seen_at, seq, usr};
use crate::statements::{InListDsl, List};

pub(super) fn patch(
    conn: &mut Conn,
    user: UserKey,
    ids: &[NotificationId],
    patch: Patch,
    now: Timestamp,
) -> Result<Written, Failure> {
    let Some(mut head) = hold_head(conn, user)? else {
        return Ok(nothing());
    };
    let next = head.rev.next();
    let mut named_items = Vec::new();
    let mut changed_items = Vec::new();
    let mut steps = Vec::new();
    // what becomes the same is written together: nearly always, all of it
    let mut by_flags: HashMap<_, Vec<i64>> = HashMap::new();
    for row in named(conn, user, ids)? {
        let at = row.seq;
        let mut item = InboxItem::try_from(row)?;
        let before = item.flags;
        let after = patch.apply(before, now);
        if after != before {
            (item.rev, item.flags) = (next, after);
            steps.push((before, after));
            by_flags.entry(columns(after)).or_default().push(at);
            changed_items.push(item.clone());
        }
        named_items.push(item);
    }
    let event = if steps.is_empty() {
        None
    } else {
        head = head.changed(&steps);
        write_head(conn, user, head)?;
        for (flags, seqs) in by_flags {
            update(conn, user, &seqs, next, flags)?;
        }
        Some(LiveEvent::Changed { user, head, items: changed_items, deleted: Vec::new() })
    };
    Ok(Written { head, event, items: named_items })
}

/// When it was seen, read and archived.
type Columns = (Option<i64>, Option<i64>, Option<i64>);

fn columns(flags: Flags) -> Columns {
    (micros(flags.seen_at), micros(flags.read_at), micros(flags.archived_at))
}

fn update(
    conn: &mut Conn,
    user: UserKey,
    seqs: &[i64],
    at: Rev,
    (seen, read, archived): Columns,
) -> Result<(), Failure> {
    let seqs = List::of_numbers(seqs.iter().copied());
    let row = (rev.eq(at.get()), seen_at.eq(seen), read_at.eq(read), archived_at.eq(archived));
    on_conn!(conn, c => diesel::update(items::table)
        .filter(usr.eq(user.get()))
        .filter(seq.in_list(&seqs))
        .set(row)
        .execute(c))?;
    Ok(())
}
