//! Many sends by a few statements: on PostgreSQL, where each costs a way to the server.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use diesel::dsl::exists;
use diesel::prelude::*;
use herald_domain::{
    Audience, Content, Draft, Head, Notification, NotificationId, Receipt, State, UserKey,
};
use herald_ports::{Accepted, Append, Delivered, Entry, LiveEvent, Outcome};

use super::concern::Concern;
use super::known::{Person, drafts, named, people};
use super::unwilling::Unwilling;
use crate::deliveries::ADD_PLANS;
use crate::failure::Failure;
use crate::idempotency;
use crate::postgres::PgConnection;
use crate::rows::{HEAD, HeadRow, head};
use crate::schema::{inbox_choices, inbox_heads};
use crate::statements::{AddNotifications, AddToInboxes, KeepAnswers, Rows, WithRows, asked_of};

/// Whether an append can be stored together with others: it is for a few users who are named, now, and
/// replaces nothing.
pub(crate) fn is_plain(append: &Append) -> bool {
    append.entries.iter().all(|entry| match entry {
        Entry::Refused(_) => true,
        Entry::Send(draft) => {
            let few = |ids: &[_]| ids.len() <= Audience::MAX_AT_ONCE;
            matches!(&draft.to, Audience::Users(ids) if few(ids))
                && draft.scheduled(append.now).is_none()
                && draft.content.collapse_key.is_none()
        }
    })
}

/// Stores plain appends, in their order. Those that take more than that are left for later, and have no
/// answer: those whose recipients cannot all be told, and those with a key that one before them has, too.
pub(crate) fn append_together(
    conn: &mut PgConnection,
    appends: &[&Append],
) -> Result<Vec<Option<Accepted>>, Failure> {
    let mut answers = answered(conn, appends)?;
    let mut keys = HashSet::new();
    let fresh: Vec<usize> = (0..appends.len())
        .filter(|nth| answers[*nth].is_none())
        .filter(|nth| appends[*nth].idempotency.is_none_or(|one| keys.insert(one.key)))
        .collect();
    let inboxes = Inboxes::hold(conn, fresh.iter().map(|nth| appends[*nth]))?;
    let mut sends = Vec::new();
    for nth in fresh {
        let append = appends[nth];
        if let Some(entries) = inboxes.resolve(append) {
            sends.push(Sends { nth, append, entries });
        }
    }
    if sends.is_empty() {
        return Ok(answers);
    }
    let ids = add_notifications(conn, &sends)?;
    let mut stored =
        Stored { ids: ids.into_iter(), inboxes, items: Items::default(), plans: Vec::new() };
    let mut kept = Vec::new();
    for Sends { nth, append, entries } in sends {
        let before = stored.plans.len();
        let (outcomes, events) = stored.store(append, entries)?;
        let mut planned: Vec<_> = stored.plans[before..].iter().map(|(id, _)| *id).collect();
        planned.dedup();
        if let Some(idempotency) = &append.idempotency {
            kept.push((idempotency, idempotency::written(&outcomes)?, append.now.as_micros()));
        }
        answers[nth] = Some(Accepted::Fresh(outcomes, events, planned));
    }
    stored.items.write(conn)?;
    if !stored.plans.is_empty() {
        WithRows::<()>::new(ADD_PLANS, &Rows::of(&stored.plans)?).execute(conn)?;
    }
    // nobody waits for a key but who holds all else already, and in the order of keys
    kept.sort_unstable_by_key(|(idempotency, ..)| idempotency.key);
    let expected = kept.len();
    if expected > 0 && KeepAnswers::of(&kept).execute(conn)? < expected {
        return Err(idempotency::taken());
    }
    Ok(answers)
}

/// What is known already of those that came before.
fn answered(
    conn: &mut PgConnection,
    appends: &[&Append],
) -> Result<Vec<Option<Accepted>>, Failure> {
    let keys: Vec<_> = appends.iter().filter_map(|append| append.idempotency).collect();
    if keys.is_empty() {
        return Ok(appends.iter().map(|_| None).collect());
    }
    let known = idempotency::known(conn, &keys)?;
    appends
        .iter()
        .map(|append| match &append.idempotency {
            Some(idempotency) => idempotency::answer(&known, idempotency),
            None => Ok(None),
        })
        .collect()
}

/// What is to be stored of one append.
struct Sends<'a> {
    /// its place among all
    nth: usize,
    append: &'a Append,
    /// whom each of its drafts is for
    entries: Vec<Recipients>,
}

/// Whom a draft is for.
#[derive(Default)]
struct Recipients {
    /// into whose inboxes it is put, in the order of their keys
    inboxes: Vec<UserKey>,
    /// of whom something is to be decided
    concerned: Vec<i64>,
}

impl Sends<'_> {
    fn drafts(&self) -> impl Iterator<Item = (&Draft, &Recipients)> {
        drafts(self.append).zip(&self.entries)
    }
}

/// Where the inboxes of all recipients stand; they are held.
struct Inboxes {
    people: HashMap<String, Person>,
    heads: HashMap<i64, Head>,
    unwilling: Unwilling,
}

impl Inboxes {
    fn hold<'a>(
        conn: &mut PgConnection,
        appends: impl Iterator<Item = &'a Append> + Clone,
    ) -> Result<Self, Failure> {
        let people = people(conn, appends.clone())?;
        let users: Vec<i64> = people.values().map(|one| one.key).collect();
        let has_chosen =
            exists(inbox_choices::table.filter(inbox_choices::usr.eq(inbox_heads::usr)));
        let rows: Vec<(i64, HeadRow, bool)> = inbox_heads::table
            .filter(inbox_heads::usr.eq_any(&users))
            .order(inbox_heads::usr)
            .select((inbox_heads::usr, HEAD, has_chosen))
            .for_update()
            .load(conn)?;
        let choosy = rows.iter().filter(|(.., chosen)| *chosen).map(|(user, ..)| *user).collect();
        let heads = rows.into_iter().map(|(user, row, _)| (user, head(row))).collect();
        let unwilling = Unwilling::among(conn, users, choosy, appends.flat_map(drafts))?;
        Ok(Self { people, heads, unwilling })
    }

    /// Whom each draft is for; `None` if somebody is unknown.
    fn resolve(&self, append: &Append) -> Option<Vec<Recipients>> {
        let of_draft = |draft: &Draft| {
            let people = named(draft).iter().map(|id| self.people.get(id.as_str()).copied());
            let people = people.collect::<Option<Vec<Person>>>()?;
            if !people.iter().all(|one| self.heads.contains_key(&one.key)) {
                // somebody was deleted in this moment
                return None;
            }
            let concern = Concern::of_draft(draft, &append.defaults);
            let concerned = people.iter().filter(|one| concern.is(one.reach, one.eager));
            let concerned = concerned.map(|one| one.key).collect();
            let category = asked_of(&draft.content);
            let is_willing = |user: &i64| {
                !category.is_some_and(|category| self.unwilling.has(*user, category, append.now))
            };
            let mut inboxes = Vec::new();
            if draft.route.has_inbox() {
                inboxes.extend(people.iter().map(|one| one.key).filter(is_willing));
                inboxes.sort_unstable();
            }
            let inboxes = inboxes.into_iter().map(UserKey::new).collect();
            Some(Recipients { inboxes, concerned })
        };
        drafts(append).map(of_draft).collect()
    }
}

fn add_notifications(conn: &mut PgConnection, sends: &[Sends<'_>]) -> Result<Vec<i64>, Failure> {
    let mut rows = AddNotifications::default();
    for send in sends {
        for (draft, recipients) in send.drafts() {
            let inboxes = recipients.inboxes.len();
            rows.add(send.append, draft, i64::try_from(inboxes).unwrap_or(i64::MAX));
        }
    }
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut ids: Vec<i64> = rows.load(conn)?;
    // drawn in the order of the rows
    ids.sort_unstable();
    Ok(ids)
}

/// What has been stored so far.
struct Stored<'a, I> {
    /// the numbers of the notifications, in order
    ids: I,
    inboxes: Inboxes,
    items: Items<'a>,
    /// of whom something is to be decided
    plans: Vec<(NotificationId, i64)>,
}

impl<'a, I: Iterator<Item = i64>> Stored<'a, I> {
    fn store(
        &mut self,
        append: &'a Append,
        entries: Vec<Recipients>,
    ) -> Result<(Vec<Outcome>, Vec<LiveEvent>), Failure> {
        let (mut outcomes, mut events) = (Vec::with_capacity(append.entries.len()), Vec::new());
        let mut entries = entries.into_iter();
        for entry in &append.entries {
            outcomes.push(match entry {
                Entry::Refused(refusal) => Outcome::Refused(refusal.clone()),
                Entry::Send(draft) => {
                    let recipients = entries.next().unwrap_or_default();
                    let (receipt, event) = self.store_one(append, &draft.content, recipients)?;
                    events.extend(event);
                    Outcome::Sent(receipt)
                }
            });
        }
        Ok((outcomes, events))
    }

    fn store_one(
        &mut self,
        append: &Append,
        content: &'a Content,
        recipients: Recipients,
    ) -> Result<(Receipt, Option<LiveEvent>), Failure> {
        let id = self.ids.next().map(NotificationId::new);
        let id =
            id.ok_or_else(|| Failure::Corrupt("notifications: a row is missing".to_owned()))?;
        let receipt = Receipt {
            id,
            state: State::Delivered,
            recipients: i64::try_from(recipients.inboxes.len()).unwrap_or(i64::MAX),
            created_at: append.now,
        };
        self.plans.extend(recipients.concerned.into_iter().map(|user| (id, user)));
        if recipients.inboxes.is_empty() {
            return Ok((receipt, None));
        }
        let mut inboxes = Vec::with_capacity(recipients.inboxes.len());
        for user in recipients.inboxes {
            let head = self.inboxes.heads.entry(user.get()).or_default();
            *head = head.appended();
            self.items.add(user, *head, id, content);
            inboxes.push(Delivered { user, head: *head });
        }
        let notification = Arc::new(Notification {
            id,
            content: content.clone(),
            sender: append.sender.clone(),
            created_at: append.now,
        });
        Ok((receipt, Some(LiveEvent::Appended { notification, recipients: inboxes })))
    }
}

/// What comes into inboxes.
#[derive(Default)]
struct Items<'a> {
    rows: AddToInboxes<'a>,
    /// how many for each user
    counts: BTreeMap<i64, i64>,
}

impl<'a> Items<'a> {
    fn add(&mut self, user: UserKey, head: Head, id: NotificationId, content: &'a Content) {
        *self.counts.entry(user.get()).or_default() += 1;
        self.rows.add(user.get(), head.rev.get(), id.get(), content);
    }

    fn write(mut self, conn: &mut PgConnection) -> Result<(), Failure> {
        if self.counts.is_empty() {
            return Ok(());
        }
        self.rows.move_on(self.counts);
        self.rows.execute(conn)?;
        Ok(())
    }
}
