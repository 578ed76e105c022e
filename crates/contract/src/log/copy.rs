use herald_domain::{Changes, Epoch, Flags, Head, InboxCopy, InboxItem, UserKey};
use herald_ports::LiveEvent;

/// Where the events say that one user's inbox stood, in their order.
pub(super) fn heads_told(user: UserKey, events: &[LiveEvent]) -> Vec<Head> {
    events.iter().filter_map(|event| head_told(user, event)).collect()
}

/// Applies an event to a copy, as a device of that user does; what concerns others is passed over.
pub(super) fn tell(copy: &mut InboxCopy, user: UserKey, epoch: &Epoch, event: &LiveEvent) {
    let Some(head) = head_told(user, event) else {
        return;
    };
    let (items, deleted) = match event {
        LiveEvent::Appended { notification, .. } => {
            let item = InboxItem {
                notification: notification.clone(),
                rev: head.rev,
                flags: Flags::default(),
            };
            (vec![item], vec![])
        }
        LiveEvent::Changed { items, deleted, .. } => (items.clone(), deleted.clone()),
        LiveEvent::AllRead { at, .. } => return copy.apply_all_read(head, *at),
        LiveEvent::AllSeen { at, .. } => return copy.apply_all_seen(head, *at),
        LiveEvent::Expanding { .. }
        | LiveEvent::Reached { .. }
        | LiveEvent::Revoked { .. }
        | LiveEvent::Gossip { .. } => return,
    };
    copy.apply(Changes { epoch: epoch.clone(), rev: head.rev, head, items, deleted, more: false });
}

fn head_told(user: UserKey, event: &LiveEvent) -> Option<Head> {
    match event {
        LiveEvent::Appended { recipients, .. } => {
            let mine = recipients.iter().find(|delivered| delivered.user == user);
            mine.map(|delivered| delivered.head)
        }
        LiveEvent::Changed { user: whose, head, .. }
        | LiveEvent::AllRead { user: whose, head, .. }
        | LiveEvent::AllSeen { user: whose, head, .. } => (*whose == user).then_some(*head),
        LiveEvent::Expanding { .. }
        | LiveEvent::Reached { .. }
        | LiveEvent::Revoked { .. }
        | LiveEvent::Gossip { .. } => None,
    }
}
