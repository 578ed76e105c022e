use herald_domain::{Kind, Patch};
use proptest::collection::vec;
use proptest::prelude::*;

/// How many users a sequence is about.
pub(super) const USERS: usize = 3;

/// One write. Users are numbered, and so are notifications, from the newest.
#[derive(Debug, Clone)]
pub(super) enum Op {
    /// one notification
    Send {
        to: Vec<usize>,
        kind: Kind,
        collapse: Option<u8>,
    },
    Patch {
        user: usize,
        items: Vec<usize>,
        patch: Patch,
    },
    Delete {
        user: usize,
        items: Vec<usize>,
    },
    ReadAll {
        user: usize,
    },
    SeenAll {
        user: usize,
    },
}

/// A sequence of writes.
pub(super) fn ops() -> impl Strategy<Value = Vec<Op>> {
    vec(op(), 1..30)
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        5 => send(),
        3 => (user(), items(), patch()).prop_map(|(user, items, patch)| Op::Patch { user, items, patch }),
        2 => (user(), items()).prop_map(|(user, items)| Op::Delete { user, items }),
        1 => user().prop_map(|user| Op::ReadAll { user }),
        1 => user().prop_map(|user| Op::SeenAll { user }),
    ]
}

fn send() -> impl Strategy<Value = Op> {
    let to = proptest::sample::subsequence((0..USERS).collect::<Vec<_>>(), 1..=USERS);
    let kind = proptest::sample::select(Kind::ALL);
    let collapse = proptest::option::of(0..2_u8);
    (to, kind, collapse).prop_map(|(to, kind, collapse)| Op::Send { to, kind, collapse })
}

fn user() -> impl Strategy<Value = usize> {
    0..USERS
}

/// Which notifications, from the newest: mostly such as are still there.
fn items() -> impl Strategy<Value = Vec<usize>> {
    vec(0..6_usize, 0..4)
}

fn patch() -> impl Strategy<Value = Patch> {
    any::<(Option<bool>, Option<bool>, Option<bool>)>()
        .prop_filter_map("contradicts itself", |(seen, read, archived)| {
            Patch::new(seen, read, archived).ok()
        })
}
