//! What may be sent, by whom, and what a repeated request comes to.

use std::time::Duration;

use crate::support::World;
use herald_application::{Notifier, RequestContext, RequestKey, SendError};
use herald_domain::{Principal, RawAudience, RawDraft, Rule, Violation};
use herald_ports::{LiveEvent, Outcome, UserChange};

const KEY: RequestKey<'static> = RequestKey { route: "send", key: "k", request: b"request" };

/// Without a key, and belonging to nothing.
const ALONE: RequestContext<'static> = RequestContext { key: None, traceparent: None };

fn keyed(key: RequestKey<'_>) -> RequestContext<'_> {
    RequestContext { key: Some(key), ..ALONE }
}

fn to(user: &str, message: &str) -> RawDraft {
    RawDraft { to: RawAudience::user(user), message: message.into(), ..RawDraft::default() }
}

fn rules(error: SendError) -> Vec<(String, Rule)> {
    match error {
        SendError::Refused(refusal) => refusal
            .violations
            .into_iter()
            .map(|Violation { field, rule, .. }| (field, rule))
            .collect(),
        other => panic!("{other:?}"),
    }
}

/// A world, what sends in it, an ordinary user, and an administrator.
async fn world() -> (World, Notifier, Principal, Principal) {
    let world = World::new().await;
    let notifier = world.notifier();
    let user = world.access.authenticate(&world.minted("alice")).await.unwrap();
    world.access.authenticate(&world.minted("root")).await.unwrap();
    let change = UserChange { role: Some("admin".parse().unwrap()), ..UserChange::default() };
    world.accounts.change(&"root".parse().unwrap(), change).await.unwrap();
    let admin = world.access.authenticate(&world.minted("root")).await.unwrap();
    world.told.take();
    (world, notifier, user, admin)
}

#[tokio::test]
async fn everybody_may_send_to_themselves_and_an_administrator_to_all() {
    let (world, notifier, user, admin) = world().await;
    notifier.send(&user, to("alice", "note to self"), ALONE).await.unwrap();
    let refused = notifier.send(&user, to("root", "hello"), ALONE).await.unwrap_err();
    assert_eq!(rules(refused), [("to.user".to_owned(), Rule::Forbidden)]);
    notifier.send(&admin, to("nobody-yet", "hello"), ALONE).await.unwrap();
    assert_eq!(world.told.take().len(), 2, "devices hear of what was sent, and of nothing else");
}

#[tokio::test]
async fn a_login_name_is_not_an_id() {
    let (world, notifier, _, admin) = world().await;
    world.accounts.register("bob", "wonderland".into(), None).await.unwrap();
    let refused = notifier.send(&admin, to("bob", "hello"), ALONE).await.unwrap_err();
    assert_eq!(rules(refused), [("to".to_owned(), Rule::Unknown)]);
}

#[tokio::test]
async fn a_repeated_request_is_answered_as_at_first_even_when_it_has_expired() {
    let (world, notifier, user, _) = world().await;
    let draft =
        RawDraft { expires_at: Some("2026-11-21T09:00:10Z".into()), ..to("alice", "soon gone") };
    let first = notifier.send(&user, draft.clone(), keyed(KEY)).await.unwrap();
    world.clock.advance(Duration::from_secs(60));
    let again = notifier.send(&user, draft.clone(), keyed(KEY)).await.unwrap();
    assert_eq!(first, again);
    let other = RequestKey { key: "other", ..KEY };
    let late = notifier.send(&user, draft, keyed(other)).await.unwrap_err();
    assert_eq!(rules(late), [("expires_at".to_owned(), Rule::OutOfRange)]);
    assert_eq!(world.told.take().len(), 1);
}

#[tokio::test]
async fn a_key_is_good_for_one_request_of_one_sender_on_one_route() {
    let (_, notifier, user, admin) = world().await;
    let send = |who, key| notifier.send(who, to("alice", "hello"), keyed(key));
    let first = send(&user, KEY).await.unwrap();
    let changed = send(&user, RequestKey { request: b"another", ..KEY }).await;
    assert!(matches!(changed, Err(SendError::KeyReused)));
    assert_ne!(send(&user, RequestKey { route: "elsewhere", ..KEY }).await.unwrap().id, first.id);
    assert_ne!(send(&admin, KEY).await.unwrap().id, first.id);
}

#[tokio::test]
async fn a_batch_goes_on_past_what_is_refused() {
    let (world, notifier, user, _) = world().await;
    let drafts = vec![
        Ok(to("alice", "one")),
        Ok(to("root", "forbidden")),
        Ok(to("alice", "")),
        Err(Violation::new("titel", Rule::Unknown, "is not a field").into()),
        Ok(to("alice", "two")),
    ];
    let outcomes = notifier.send_batch(&user, drafts.clone(), keyed(KEY)).await.unwrap();
    let sent: Vec<_> = outcomes.iter().map(|o| matches!(o, Outcome::Sent(_))).collect();
    assert_eq!(sent, [true, false, false, false, true]);
    assert_eq!(notifier.send_batch(&user, drafts, keyed(KEY)).await.unwrap(), outcomes);
    let told = world.told.take();
    let messages: Vec<_> = told
        .iter()
        .map(|event| match event {
            LiveEvent::Appended { notification, .. } => notification.content.message.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(messages, ["one", "two"], "once, and in order");
}

#[tokio::test]
async fn only_the_sender_sees_what_became_of_it() {
    let (_, notifier, user, admin) = world().await;
    let receipt = notifier.send(&admin, to("alice", "hello"), ALONE).await.unwrap();
    assert_eq!(notifier.sent(&admin, receipt.id).await.unwrap().unwrap().receipt, receipt);
    assert!(notifier.sent(&user, receipt.id).await.unwrap().is_none());
}
