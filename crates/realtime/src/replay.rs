//! Turns what was read from the store into the messages that a device would have seen.

use herald_domain::{Changes, Flags, Head, InboxItem, Rev};

use crate::protocol::server::changed_tail;
use crate::{Format, Frame};

/// What one message tells.
enum Group {
    /// one new item, untouched since
    New(InboxItem),
    /// items that were touched
    Touched(Vec<InboxItem>),
}

/// The messages for `changes`, in order of their revisions.
pub(crate) fn frames(format: Format, changes: Changes) -> Vec<Frame> {
    if format.is_dialect() { new_items(format, &changes) } else { all(changes) }
}

/// Those of which a dialect can tell: the items that nobody has touched, and which therefore are new.
fn new_items(format: Format, changes: &Changes) -> Vec<Frame> {
    let untouched = changes.items.iter().filter(|item| item.flags == Flags::default());
    untouched.map(|item| new_item(format, item, changes.head)).collect()
}

fn new_item(format: Format, item: &InboxItem, head: Head) -> Frame {
    let text = format.new_item(&item.notification);
    Frame::of_item(format, Head { rev: item.rev, ..head }, text)
}

/// New items come as `notification`, as they would have live, so that a client which only shows what
/// is new needs to know one message; what was touched meanwhile comes as `changed`. A connection may
/// break behind any message, so each carries the revision up to which everything was told. Removals,
/// whose revisions are not known, go with the first message: an id that is gone never returns.
fn all(changes: Changes) -> Vec<Frame> {
    let Changes { rev, head, items, mut deleted, .. } = changes;
    let mut groups = group(items, !deleted.is_empty());
    if groups.last().is_none_or(|group| matches!(group, Group::New(item) if item.rev < rev)) {
        groups.push(Group::Touched(Vec::new()));
    }
    let last = groups.len() - 1;
    let mut frames = Vec::with_capacity(groups.len());
    for (nth, group) in groups.into_iter().enumerate() {
        frames.push(match group {
            Group::New(item) => new_item(Format::Herald, &item, head),
            Group::Touched(items) => {
                let reached = items.last().filter(|_| nth < last).map_or(rev, |item| item.rev);
                let tail = changed_tail(&items, &std::mem::take(&mut deleted));
                Frame::at("changed", Head { rev: reached, ..head }, tail)
            }
        });
    }
    frames
}

fn group(items: Vec<InboxItem>, removals: bool) -> Vec<Group> {
    let revs: Vec<Rev> = items.iter().map(|item| item.rev).collect();
    let mut groups = Vec::new();
    for (nth, item) in items.into_iter().enumerate() {
        // what shares its revision was touched, and must not be torn apart
        let alone = (nth == 0 || revs[nth - 1] != item.rev) && revs.get(nth + 1) != Some(&item.rev);
        let takes_removals = groups.is_empty() && removals;
        if alone && item.flags == Flags::default() && !takes_removals {
            groups.push(Group::New(item));
        } else if let Some(Group::Touched(touched)) = groups.last_mut() {
            touched.push(item);
        } else {
            groups.push(Group::Touched(vec![item]));
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use herald_domain::{Content, Epoch, Notification, NotificationId, Timestamp};

    use super::*;

    fn item(id: i64, rev: i64, read: bool) -> InboxItem {
        InboxItem {
            notification: Arc::new(Notification {
                id: NotificationId::new(id),
                content: Content::of("hello".parse().unwrap()),
                sender: "bot".into(),
                created_at: Timestamp::from_micros(0),
            }),
            rev: Rev::new(rev),
            flags: Flags { read_at: read.then_some(Timestamp::from_micros(1)), ..Flags::default() },
        }
    }

    fn changes(rev: i64, items: Vec<InboxItem>, deleted: Vec<i64>) -> Changes {
        Changes {
            epoch: Epoch::new("e"),
            rev: Rev::new(rev),
            head: Head::default(),
            items,
            deleted: deleted.into_iter().map(NotificationId::new).collect(),
            more: false,
        }
    }

    fn told(rev: i64, items: Vec<InboxItem>, deleted: Vec<i64>) -> Vec<(&'static str, i64)> {
        let frames = frames(Format::Herald, changes(rev, items, deleted));
        frames.into_iter().map(|f| (f.event, f.rev.unwrap().get())).collect()
    }

    #[test]
    fn new_items_come_one_by_one() {
        let items = vec![item(1, 5, false), item(2, 6, false)];
        assert_eq!(told(6, items, vec![]), [("notification", 5), ("notification", 6)]);
    }

    #[test]
    fn touched_items_come_together_and_in_order() {
        let items = vec![item(1, 5, false), item(2, 6, true), item(3, 7, true), item(4, 8, false)];
        assert_eq!(
            told(8, items, vec![]),
            [("notification", 5), ("changed", 7), ("notification", 8)]
        );
    }

    #[test]
    fn the_last_message_reaches_the_end() {
        assert_eq!(told(9, vec![item(1, 5, false)], vec![]), [("notification", 5), ("changed", 9)]);
        assert_eq!(told(9, vec![item(1, 5, true)], vec![]), [("changed", 9)]);
        assert_eq!(told(9, vec![], vec![4]), [("changed", 9)]);
    }

    #[test]
    fn removals_go_first() {
        let items = vec![item(1, 5, false), item(2, 6, false)];
        assert_eq!(told(7, items, vec![4]), [("changed", 5), ("notification", 6), ("changed", 7)]);
    }

    #[test]
    fn one_revision_is_one_message() {
        let items = vec![item(1, 5, false), item(2, 5, false)];
        assert_eq!(told(5, items, vec![]), [("changed", 5)]);
    }

    #[test]
    fn a_dialect_tells_of_what_is_new() {
        let items = vec![item(1, 5, false), item(2, 6, true), item(3, 8, false)];
        let frames = frames(Format::NotificationSystem, changes(9, items, vec![4]));
        let texts: Vec<_> = frames.iter().map(Frame::text).collect();
        let expected = [1, 3].map(|id| format!(r#"{{"id":{id},"message":"hello","read":false}}"#));
        assert_eq!(texts, expected);
    }
}
