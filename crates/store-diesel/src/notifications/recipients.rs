use diesel::prelude::*;
use herald_domain::{Category, Draft, Head, Timestamp, UserId, UserKey};
use herald_ports::{Append, Delivered, Refusal};

use crate::conn::{Conn, on_conn};
use crate::failure::Failure;
use crate::rows::{HeadRow, head};
use crate::schema::users;
use crate::statements::{FindInboxes, List};
use crate::users::create;

/// A recipient who exists.
#[derive(Clone)]
struct Known {
    inbox: Delivered,
    /// whether the recipient mutes what is sent
    muted: bool,
}

/// The inboxes of the recipients who do not mute it, in ascending order of their keys, or why they
/// cannot all be told. Creates those who do not exist, if the sender may, but only if nobody is
/// refused.
pub(super) fn resolve(
    conn: &mut Conn,
    append: &Append,
    draft: &Draft,
) -> Result<Result<Vec<Delivered>, Refusal>, Failure> {
    let ids = &draft.recipients;
    let known = known(conn, draft, append.now)?;
    let (mut inboxes, mut unknown) = (Vec::with_capacity(ids.len()), Vec::new());
    for (id, known) in ids.iter().zip(known) {
        match known {
            Some(Known { muted: true, .. }) => {}
            Some(Known { inbox, .. }) => inboxes.push(inbox),
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

/// Those of the recipients who exist, in the order in which they are named.
fn known(conn: &mut Conn, draft: &Draft, now: Timestamp) -> Result<Vec<Option<Known>>, Failure> {
    let find = FindInboxes {
        ids: &List::of_ids(&draft.recipients),
        category: draft.content.mutable_category().map(Category::as_str),
        now: now.as_micros(),
    };
    let found: Vec<(i64, i64, bool, HeadRow)> = on_conn!(conn, c => find.load(c))?;
    let mut known = vec![None; draft.recipients.len()];
    for (place, user, muted, row) in found {
        if let Some(slot) = usize::try_from(place).ok().and_then(|place| known.get_mut(place)) {
            let inbox = Delivered { user: UserKey::new(user), head: head(row) };
            *slot = Some(Known { inbox, muted });
        }
    }
    Ok(known)
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
