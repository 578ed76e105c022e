use diesel::prelude::*;
use herald_domain::{Defaults, Draft, NotificationId, Route};

use crate::conn::{Conn, on_conn};
use crate::deliveries::ADD_PLANS;
use crate::failure::Failure;
use crate::statements::{Rows, WithRows};

/// Of whom something has to be decided, of those for whom something is: see
/// [`DeliveryStore`](herald_ports::DeliveryStore).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Concern {
    /// whoever has an address of one of these channels
    pub(crate) open: i64,
    /// whoever has an address of one of these channels, and asked for it
    pub(crate) wanted: i64,
    /// everybody
    pub(crate) all: bool,
}

impl Concern {
    /// Of whom, by a route that is open to these channels, to users who are named or to a group.
    pub(crate) fn of(route: Route, open: i64, are_named: bool) -> Self {
        let wanted = route.wanted().bits();
        Self { open, wanted, all: are_named && route.leads_out() }
    }

    /// The same of what is sent to users who are named.
    pub(super) fn of_draft(draft: &Draft, defaults: &Defaults) -> Self {
        Self::of(draft.route, defaults.open(&draft.content, draft.route).bits(), true)
    }

    /// Whether it is somebody with addresses of these channels, who asked for those.
    pub(super) fn is(self, reach: i64, eager: i64) -> bool {
        self.all || reach & self.open != 0 || reach & eager & self.wanted != 0
    }
}

/// Leaves it to be decided how these users are told of these notifications.
pub(super) fn leave_plans(conn: &mut Conn, plans: &[(NotificationId, i64)]) -> Result<(), Failure> {
    if plans.is_empty() {
        return Ok(());
    }
    let rows = Rows::of(plans)?;
    on_conn!(conn, c => WithRows::<()>::new(ADD_PLANS, &rows).execute(c))?;
    Ok(())
}
