use diesel::prelude::*;
use herald_domain::{Head, UserId, UserKey};
use herald_ports::{Append, Delivered, Refusal};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::rows::{HeadRow, head};
use crate::schema::users;
use crate::statements::{FindInboxes, List};
use crate::users::create;

/// The recipients' inboxes in ascending order of their keys, or why they cannot all be told. Creates those who do
/// not exist, if the sender may, but only if nobody is refused.
pub(super) fn resolve(
    conn: &mut Conn,
    append: &Append,
    ids: &[UserId],
) -> Result<Result<Vec<Delivered>, Refusal>, Failure> {
    let known = known(conn, ids)?;
    let (mut inboxes, mut unknown) = (Vec::with_capacity(ids.len()), Vec::new());
    for (id, inbox) in ids.iter().zip(known) {
        match inbox {
            Some(inbox) => inboxes.push(inbox),
            None => unknown.push(id),
        }
    }
    let mut violations = Vec::new();
    for id in &unknown {
        if let Some(refusal) = refuse(conn, append, id)? {
            violations.extend(refusal.violations);
        }
    }
    if !violations.is_empty() {
        return Ok(Err(Refusal { violations }));
    }
    for id in unknown {
        let user = create(conn, id, append.now)?;
        inboxes.push(Delivered { user, head: Head::default() });
    }
    // heads are locked in this order, so that overlapping audiences cannot wait for each other
    inboxes.sort_unstable_by_key(|inbox| inbox.user);
    Ok(Ok(inboxes))
}

/// Each one's inbox, in the order of the ids.
fn known(conn: &mut Conn, ids: &[UserId]) -> Result<Vec<Option<Delivered>>, Failure> {
    let list = &List::of_ids(ids);
    let found: Vec<(i64, i64, HeadRow)> = on_conn!(conn, c => FindInboxes { ids: list }.load(c))?;
    let mut inboxes = vec![None; ids.len()];
    for (place, user, row) in found {
        if let Some(slot) = usize::try_from(place).ok().and_then(|place| inboxes.get_mut(place)) {
            *slot = Some(Delivered { user: UserKey::new(user), head: head(row) });
        }
    }
    Ok(inboxes)
}

/// Why an unknown user is not created.
fn refuse(conn: &mut Conn, append: &Append, id: &UserId) -> Result<Option<Refusal>, Failure> {
    if id.is_reserved() {
        return Ok(Some(Refusal::unknown_recipient(id.as_str())));
    }
    let namesake: Option<String> = on_conn!(conn, c => users::table
        .filter(users::login.eq(id.as_str().to_ascii_lowercase()))
        .select(users::id)
        .get_result(c)
        .optional())?;
    Ok(match namesake {
        Some(other) => Some(Refusal::username_not_id(id.as_str(), &other)),
        None if append.create_recipients => None,
        None => Some(Refusal::unknown_recipient(id.as_str())),
    })
}
