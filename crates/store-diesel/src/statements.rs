//! What Diesel's own builders would make SQLite prepare anew every time, in a form that is prepared
//! once for each connection; and what is written for many inboxes by one statement. What backends want
//! to hear in other words stands in `words`.

mod add_early;
mod add_items;
mod add_notifications;
mod add_plans_of;
mod add_to_inboxes;
mod add_tombstones;
mod add_wishes;
mod append_to_heads;
mod create_users;
mod find_inboxes;
mod find_namesakes;
mod find_reached;
mod find_suppressed;
mod in_list;
mod keep_answers;
mod keep_reach;
mod list;
mod members;
mod range;
mod rows;
mod unwanted;
mod with_rows;
mod words;

pub(crate) use add_early::AddEarly;
pub(crate) use add_items::AddItems;
pub(crate) use add_notifications::AddNotifications;
pub(crate) use add_plans_of::AddPlansOf;
pub(crate) use add_to_inboxes::AddToInboxes;
pub(crate) use add_tombstones::AddTombstones;
pub(crate) use add_wishes::{AddInboxChoices, AddMutes};
pub(crate) use append_to_heads::AppendToHeads;
pub(crate) use create_users::{CreateHeads, CreateUsers};
pub(crate) use find_inboxes::FindInboxes;
pub(crate) use find_namesakes::FindNamesakes;
pub(crate) use find_reached::FindReached;
pub(crate) use find_suppressed::FindSuppressed;
pub(crate) use in_list::InListDsl;
pub(crate) use keep_answers::KeepAnswers;
pub(crate) use keep_reach::KeepReach;
pub(crate) use list::List;
pub(crate) use members::{
    AddItemsOf, AppendToHeadsOf, CountMembers, Group, HeadsAmong, HeadsOf, HoldHeadsOf, Listening,
    Members, NthMember,
};
pub(crate) use range::RangeDsl;
pub(crate) use rows::{Rows, number, text, truth};
pub(crate) use unwanted::{OTHERS, asked_of};
pub(crate) use with_rows::{Part, WithRows};
pub(crate) use words::Words;
