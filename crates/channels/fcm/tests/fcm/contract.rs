//! The channel keeps the contract of its port.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use herald_contract::channel::{Arrived, ChannelUnderTest, Provider};
use herald_contract::web::WebReply;
use herald_domain::Address;
use herald_fcm::FcmChannel;
use herald_ports::DeliveryChannel;
use serde_json::Value;

use crate::DEVICE;
use crate::google::{Google, KEY, refusal};

struct Fcm {
    channel: Arc<FcmChannel>,
    google: Google,
    /// how many messages had come when it began to do something else, and whether it took them
    turns: Mutex<Vec<(usize, Provider)>>,
}

async fn fcm() -> Arc<dyn ChannelUnderTest> {
    let google = Google::start().await;
    let channel = Arc::new(google.channel());
    Arc::new(Fcm { channel, google, turns: Mutex::new(vec![(0, Provider::Takes)]) })
}

impl Fcm {
    /// The messages that came while it did that.
    fn came_while(&self, does: Provider) -> Vec<Value> {
        let messages = self.google.messages();
        let turns = self.turns.lock().unwrap();
        let ends = turns.iter().skip(1).map(|(start, _)| *start).chain([messages.len()]);
        let turns = turns.iter().zip(ends).filter(|((_, did), _)| *did == does);
        turns.flat_map(|((start, _), end)| &messages[*start..end]).map(|one| one.json()).collect()
    }
}

#[async_trait]
impl ChannelUnderTest for Fcm {
    fn channel(&self) -> Arc<dyn DeliveryChannel> {
        self.channel.clone()
    }

    fn address(&self) -> Address {
        Address::Push(DEVICE.parse().unwrap())
    }

    fn secrets(&self) -> Vec<String> {
        vec!["ya29.t0ken-1".to_owned(), DEVICE.to_owned(), KEY.0.clone()]
    }

    async fn provider(&self, does: Provider) {
        self.turns.lock().unwrap().push((self.google.messages().len(), does));
        let said = format!("for these reasons:\r\nya29.t0ken-1 {DEVICE}\r\nand others");
        let refusal = |status, name, code| refusal(status, name, Some(code), &said);
        self.google.sends(match does {
            Provider::Takes => None,
            Provider::RefusesForNow => Some(refusal(503, "UNAVAILABLE", "UNAVAILABLE")),
            Provider::RefusesForGood => Some(refusal(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT")),
            Provider::KnowsNobody => Some(refusal(404, "NOT_FOUND", "UNREGISTERED")),
            Provider::RefusesUs => Some(refusal(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR")),
            Provider::Hangs => Some(WebReply::Hang),
            Provider::HangsUp => Some(WebReply::Drop),
        });
    }

    async fn arrived(&self) -> Vec<Arrived> {
        let text = |text: &Value| text.as_str().unwrap().to_owned();
        let arrived = |asked: Value| {
            let shown = &asked["message"]["notification"];
            Arrived { subject: text(&shown["title"]), text: text(&shown["body"]) }
        };
        self.came_while(Provider::Takes).into_iter().map(arrived).collect()
    }

    async fn in_hand(&self) -> usize {
        self.came_while(Provider::Hangs).len()
    }
}

herald_contract::channel_suite!(fcm().await);
