use crate::{Category, InboxItem, Kind, Priority, Topic};

crate::choice::choice! {
    /// Which items a list shows.
    Status {
        /// all that is not archived
        #[default]
        Inbox = "inbox",
        /// not archived and not read
        Unread = "unread",
        /// not archived and not seen
        Unseen = "unseen",
        /// not archived and read
        Read = "read",
        /// archived
        Archived = "archived",
        /// everything, archived or not
        All = "all",
    }
}

/// Which items of an inbox are asked for; what is `None` does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemFilter {
    /// by what the user did with it
    pub status: Status,
    /// by category
    pub category: Option<Category>,
    /// by topic
    pub topic: Option<Topic>,
    /// by priority
    pub priority: Option<Priority>,
    /// by kind
    pub kind: Option<Kind>,
}

impl ItemFilter {
    /// Whether the filter lets the item through.
    pub fn matches(&self, item: &InboxItem) -> bool {
        let (flags, content) = (item.flags, &item.notification.content);
        let archived = flags.archived_at.is_some();
        let status = match self.status {
            Status::Inbox => !archived,
            Status::Unread => flags.counts_unread(),
            Status::Unseen => flags.counts_unseen(),
            Status::Read => !archived && flags.read_at.is_some(),
            Status::Archived => archived,
            Status::All => true,
        };
        status
            && self.category.as_ref().is_none_or(|c| content.category.as_ref() == Some(c))
            && self.topic.as_ref().is_none_or(|t| content.topic.as_ref() == Some(t))
            && self.priority.is_none_or(|p| content.priority == p)
            && self.kind.is_none_or(|k| content.kind == k)
    }
}
