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
        /// after so many steps it expires
        lasts: Option<u64>,
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
    /// what has expired goes
    Expire,
    /// the newest items stay, and those of the last steps
    Trim {
        items: u32,
        steps: Option<u64>,
    },
    /// what was removed until so many steps ago is forgotten
    Prune {
        steps: u64,
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
        1 => Just(Op::Expire),
        1 => trim(),
        1 => (0..10_u64).prop_map(|steps| Op::Prune { steps }),
    ]
}

fn send() -> impl Strategy<Value = Op> {
    let to = proptest::sample::subsequence((0..USERS).collect::<Vec<_>>(), 1..=USERS);
    let kind = proptest::sample::select(Kind::ALL);
    let collapse = proptest::option::of(0..2_u8);
    let lasts = proptest::option::weighted(0.3, 1..10_u64);
    (to, kind, collapse, lasts).prop_map(|(to, kind, collapse, lasts)| Op::Send {
        to,
        kind,
        collapse,
        lasts,
    })
}

fn trim() -> impl Strategy<Value = Op> {
    let steps = proptest::option::of(0..15_u64);
    (0..6_u32, steps).prop_map(|(items, steps)| Op::Trim { items, steps })
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
