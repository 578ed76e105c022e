use herald_application::Rehearsed;
use herald_ports::DecidedLine;
use serde::Serialize;
use utoipa::ToSchema;

use crate::rest::decision::DecisionBody;

/// How the recipients of a notification would be told.
#[derive(Serialize, ToSchema)]
#[schema(as = DryRun)]
pub(super) struct DryRunBody<'a> {
    /// a line for each of the first 100 users and each channel
    decisions: Vec<DecisionBody<'a>>,
    /// whether it is for others, too
    #[schema(example = false)]
    more: bool,
}

impl<'a> From<&'a Rehearsed> for DryRunBody<'a> {
    fn from(rehearsed: &'a Rehearsed) -> Self {
        let users = rehearsed.users.iter();
        let lines = users.flat_map(|(user, decisions)| {
            decisions.iter().map(move |one| DecisionBody::new(user, DecidedLine::of(one)))
        });
        Self { decisions: lines.collect(), more: rehearsed.more }
    }
}
