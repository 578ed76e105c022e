use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ChannelSet, Choices, Route};
use crate::{Category, Channel, Content, Priority};

/// What holds for whoever has not chosen, as an administrator set it.
///
/// What that leaves open: push, browser push and webhooks are on, for whoever registers one asks for
/// it; e-mail and short messages are off. The inbox is everybody's own: only its user turns it off.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Defaults {
    /// for every category
    #[serde(default)]
    pub default: Choices,
    /// for one
    #[serde(default)]
    pub categories: BTreeMap<Category, Choices>,
}

impl Defaults {
    /// Whether a channel is on for whoever has not chosen, and whether an administrator said so.
    pub(super) fn get(&self, category: Option<&Category>, channel: Channel) -> (bool, bool) {
        let of_category = category.and_then(|category| self.categories.get(category));
        let said = of_category.and_then(|choices| choices.get(channel));
        match said.or_else(|| self.default.get(channel)) {
            Some(on) => (on, true),
            None => (!matches!(channel, Channel::Email | Channel::Sms), false),
        }
    }

    /// The external channels that a notification may go out by to somebody who has not chosen. Of
    /// whoever has no address of any of them, nothing needs to be decided; of whoever has chosen,
    /// it must be.
    pub fn open(&self, content: &Content, route: Route) -> ChannelSet {
        let is_open = |channel: &Channel| match route.channels {
            Some(asked) => asked.contains(*channel),
            None => {
                content.priority == Priority::Critical
                    || self.get(content.category.as_ref(), *channel).0
            }
        };
        ChannelSet::of(Channel::EXTERNAL.into_iter().filter(is_open))
    }
}
