//! [`SandboxStore`](herald_ports::SandboxStore).

use herald_domain::{Channel, DeliveryId, Leftover};
use herald_ports::{SandboxMessage, SandboxMode, SandboxVerdict};

use crate::Stores;
use crate::fixtures::{NOW, at_once, later};

/// Messages are told part by part, the latest first, of one channel or of all.
pub async fn sandbox_messages_are_listed_latest_first(stores: &Stores) {
    for nth in 1..=5 {
        let channel = if nth % 2 == 0 { Channel::Sms } else { Channel::Email };
        give(stores, channel, nth).await;
    }
    let all = deliveries(stores, None).await;
    assert_eq!(all, [5, 4, 3, 2, 1]);
    assert_eq!(deliveries(stores, Some(Channel::Email)).await, [5, 3, 1]);
    assert_eq!(deliveries(stores, Some(Channel::Push)).await, [0; 0]);
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let part = stores.sandbox.sandbox_messages(None, before, 2).await.unwrap();
        assert!(part.items.len() <= 2);
        found.extend(part.items.iter().map(|one| one.delivery.get()));
        before = part.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(found, all);
    let part = stores.sandbox.sandbox_messages(None, None, 1).await.unwrap();
    let [message] = &part.items[..] else { panic!("one: {part:?}") };
    assert_eq!(*message, SandboxMessage { id: message.id, taken: true, ..of(Channel::Email, 5) });
}

/// A channel does with each message what its mode says, and notes it; others take everything.
pub async fn channels_behave_as_told(stores: &Stores) {
    use SandboxVerdict::{Failed, Refused, Taken, TakenLate};
    assert_eq!(stores.sandbox.sandbox_modes().await.unwrap(), []);
    for (mode, verdicts) in [
        (SandboxMode::Fail, [Failed, Failed, Failed]),
        (SandboxMode::Permanent, [Refused, Refused, Refused]),
        (SandboxMode::Delay, [TakenLate, TakenLate, TakenLate]),
        (SandboxMode::Flap, [Failed, Taken, Failed]),
        // from the beginning
        (SandboxMode::Flap, [Failed, Taken, Failed]),
        (SandboxMode::Ok, [Taken, Taken, Taken]),
    ] {
        set_mode(stores, Channel::Email, mode).await;
        assert_eq!(stores.sandbox.sandbox_modes().await.unwrap(), [(Channel::Email, mode)]);
        for verdict in verdicts {
            assert_eq!(give(stores, Channel::Sms, 1).await, Taken);
            assert_eq!(give(stores, Channel::Email, 1).await, verdict, "{mode:?}");
            let latest =
                stores.sandbox.sandbox_messages(Some(Channel::Email), None, 1).await.unwrap();
            assert_eq!(latest.items[0].taken, matches!(verdict, Taken | TakenLate));
        }
    }
    set_mode(stores, Channel::Sms, SandboxMode::Fail).await;
    let expected = [(Channel::Email, SandboxMode::Ok), (Channel::Sms, SandboxMode::Fail)];
    assert_eq!(stores.sandbox.sandbox_modes().await.unwrap(), expected);
}

/// Each message is counted once, however many come at once.
pub async fn messages_at_once_are_counted(stores: &Stores) {
    set_mode(stores, Channel::Push, SandboxMode::Flap).await;
    let answers = at_once(20, |nth| {
        let stores = stores.clone();
        async move { give(&stores, Channel::Push, nth as i64).await }
    });
    let taken = answers.await.into_iter().filter(|one| *one == SandboxVerdict::Taken).count();
    assert_eq!(taken, 10);
    assert_eq!(deliveries(stores, Some(Channel::Push)).await.len(), 20);
}

/// Nothing is left of the messages, and everything of how channels behave.
pub async fn the_sandbox_is_cleared(stores: &Stores) {
    set_mode(stores, Channel::Email, SandboxMode::Fail).await;
    give(stores, Channel::Email, 1).await;
    give(stores, Channel::Sms, 2).await;
    stores.sandbox.clear_sandbox().await.unwrap();
    assert_eq!(deliveries(stores, None).await, [0; 0]);
    assert_eq!(give(stores, Channel::Email, 3).await, SandboxVerdict::Failed);
    assert_eq!(deliveries(stores, None).await, [3]);
}

/// Messages go at their age, the oldest first, in small steps.
pub async fn sandbox_messages_are_forgotten(stores: &Stores) {
    for at in 0..6 {
        let message = SandboxMessage { at: later(at), ..of(Channel::Email, at.cast_signed()) };
        stores.sandbox.give(message).await.unwrap();
    }
    assert!(stores.forget(Leftover::Sandbox, later(3), 1).await >= 4);
    assert_eq!(deliveries(stores, None).await, [5, 4]);
    stores.forget(Leftover::Sandbox, later(9), 100).await;
    assert_eq!(deliveries(stores, None).await, [0; 0]);
}

fn of(channel: Channel, delivery: i64) -> SandboxMessage {
    SandboxMessage {
        id: 0,
        channel,
        delivery: DeliveryId::new(delivery),
        attempt: 3,
        taken: false,
        body: r#"{"text":"hello"}"#.to_owned(),
        at: NOW,
    }
}

async fn give(stores: &Stores, channel: Channel, delivery: i64) -> SandboxVerdict {
    stores.sandbox.give(of(channel, delivery)).await.unwrap()
}

async fn set_mode(stores: &Stores, channel: Channel, mode: SandboxMode) {
    stores.sandbox.set_sandbox_mode(channel, mode).await.unwrap();
}

/// The deliveries whose messages there are.
async fn deliveries(stores: &Stores, channel: Option<Channel>) -> Vec<i64> {
    let messages = stores.sandbox.sandbox_messages(channel, None, 100).await.unwrap().items;
    messages.iter().map(|message| message.delivery.get()).collect()
}
