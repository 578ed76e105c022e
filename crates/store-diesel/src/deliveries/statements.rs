//! What is said of many rows at once. In a row, the places are those of the tuple that it was made of.

use crate::statements::Part::{self, HoldingDecisions, Insert, LookUp, Rows, Sql};
use crate::statements::{number, text, truth};

/// `(notification, user)`
pub(crate) const ADD_PLANS: &[Part] = &[
    Insert,
    Sql(concat!("plans (notification, usr) SELECT ", number!(0), ", ", number!(1), " FROM ")),
    Rows,
];

/// `(notification, user)`
pub(super) const REMOVE_PLANS: &[Part] = &[
    Sql(concat!(
        "DELETE FROM plans WHERE (notification, usr) IN (SELECT ",
        number!(0),
        ", ",
        number!(1),
        " FROM "
    )),
    Rows,
    Sql(")"),
];

/// `(notification, user, channel)`
pub(super) const REMOVE_HELD: &[Part] = &[
    Sql(concat!(
        "DELETE FROM held WHERE (notification, usr, channel) IN (SELECT ",
        number!(0),
        ", ",
        number!(1),
        ", ",
        text!(2),
        " FROM "
    )),
    Rows,
    Sql(")"),
];

/// `(notification, user, channel, whether it is for a digest, when it is due)`
pub(super) const ADD_HELD: &[Part] = &[
    Insert,
    Sql(concat!(
        "held (notification, usr, channel, digest, due_at) SELECT ",
        number!(0),
        ", ",
        number!(1),
        ", ",
        text!(2),
        ", ",
        truth!(3),
        ", ",
        number!(4),
        " FROM "
    )),
    Rows,
];

/// Finds `(notification, user, lines)` of each `(notification, user)`, and holds them in that order.
pub(super) const FIND_DECISIONS: &[Part] = &[
    Sql("SELECT d.notification, d.usr, d.lines FROM "),
    Rows,
    LookUp,
    Sql(concat!("decisions AS d ON d.notification = ", number!(0), " AND d.usr = ", number!(1))),
    HoldingDecisions,
];

/// `(notification, user, lines)`; what was decided before is replaced.
pub(super) const KEEP_DECISIONS: &[Part] = &[
    Insert,
    Sql(concat!(
        "decisions (notification, usr, lines) SELECT ",
        number!(0),
        ", ",
        number!(1),
        ", ",
        text!(2),
        " FROM "
    )),
    Rows,
    // without a WHERE, the ON would be read as that of a join
    Sql(" WHERE TRUE ON CONFLICT (notification, usr) DO UPDATE SET lines = excluded.lines"),
];

/// Finds `(notification, user, whether it was read)` of each `(notification, user)` that is in the inbox.
pub(super) const FIND_READ: &[Part] = &[
    Sql("SELECT i.notification, i.usr, i.read_at IS NOT NULL FROM "),
    Rows,
    LookUp,
    Sql(concat!("inbox_items AS i ON i.usr = ", number!(1), " AND i.notification = ", number!(0))),
];

/// `(notification, user, channel, endpoint, status, reason, urgent, now, expires_at, due_at)`
pub(super) const ADD_DELIVERIES: &[Part] = &[Insert, Sql(DELIVERIES), Rows];

/// The same; answers their numbers.
pub(super) const ADD_NUMBERED_DELIVERIES: &[Part] =
    &[Insert, Sql(DELIVERIES), Rows, Sql(" RETURNING id")];

const DELIVERIES: &str = concat!(
    "deliveries (notification, usr, channel, endpoint, status, reason, urgent, attempts, claims, \
     lost, created_at, updated_at, expires_at, due_at) SELECT ",
    number!(0),
    ", ",
    number!(1),
    ", ",
    text!(2),
    ", ",
    number!(3),
    ", ",
    text!(4),
    ", ",
    text!(5),
    ", ",
    truth!(6),
    ", 0, 0, 0, ",
    number!(7),
    ", ",
    number!(7),
    ", ",
    number!(8),
    ", ",
    number!(9),
    " FROM "
);

/// `(delivery, notification)`
pub(super) const ADD_DIGEST_ITEMS: &[Part] = &[
    Insert,
    Sql(concat!(
        "digest_items (delivery, notification) SELECT ",
        number!(0),
        ", ",
        number!(1),
        " FROM "
    )),
    Rows,
];

/// `(delivery, at, outcome, detail)`, of each delivery at most one: the next that it has.
pub(super) const ADD_ATTEMPTS: &[Part] = &[
    Insert,
    Sql(concat!(
        "attempts (delivery, nth, at, outcome, detail) SELECT ",
        number!(0),
        ", 1 + coalesce((SELECT max(a.nth) FROM attempts AS a WHERE a.delivery = ",
        number!(0),
        "), 0), ",
        number!(1),
        ", ",
        text!(2),
        ", ",
        text!(3),
        " FROM "
    )),
    Rows,
];

/// `(delivery, status, reason, due_at, whether an attempt counts, now)`; without a status, it is as it
/// was before it was claimed.
pub(super) const SETTLE: &[Part] = &[
    Sql("UPDATE deliveries AS d SET status = coalesce(r.status, \
         CASE WHEN d.attempts > 0 THEN 'retrying' ELSE 'pending' END), reason = r.reason, \
         due_at = r.due_at, updated_at = r.updated_at, \
         attempts = CASE WHEN r.counts THEN d.attempts + 1 ELSE d.attempts END, \
         lost = CASE WHEN r.counts THEN 0 ELSE d.lost END "),
    Sql(concat!(
        "FROM (SELECT ",
        number!(0),
        " AS id, ",
        text!(1),
        " AS status, ",
        text!(2),
        " AS reason, ",
        number!(3),
        " AS due_at, ",
        truth!(4),
        " AS counts, ",
        number!(5),
        " AS updated_at FROM "
    )),
    Rows,
    Sql(") AS r WHERE d.id = r.id"),
];

/// `(user, channel, reason, now)`: the address of that channel, which is an e-mail address or a
/// telephone, is used no more.
pub(super) const SUPPRESS: &[Part] = &[
    Sql(concat!(
        "INSERT INTO suppressions (channel, address, reason, created_at) SELECT ",
        text!(1),
        ", CASE ",
        text!(1),
        " WHEN 'email' THEN lower(u.email) ELSE u.phone END, ",
        text!(2),
        ", ",
        number!(3),
        " FROM "
    )),
    Rows,
    LookUp,
    Sql(concat!(
        "users AS u ON u.key = ",
        number!(0),
        " WHERE CASE ",
        text!(1),
        " WHEN 'email' THEN u.email ELSE u.phone END IS NOT NULL ON CONFLICT DO NOTHING"
    )),
];
