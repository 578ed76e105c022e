//! The channel keeps the contract of its port.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use herald_contract::channel::{Arrived, ChannelUnderTest, Provider};
use herald_contract::web::{WebReply, WebServer};
use herald_domain::Address;
use herald_outbound::{Settings, client};
use herald_ports::DeliveryChannel;
use herald_sms::{Account, SmsChannel};
use serde_json::json;

const TOKEN: &str = "t0ken-of-the-account";

struct Sms {
    channel: Arc<SmsChannel>,
    does: Arc<Mutex<Provider>>,
    /// the bodies that were taken
    taken: Arc<Mutex<Vec<Vec<u8>>>>,
    in_hand: Arc<Mutex<usize>>,
    _server: WebServer,
}

async fn sms() -> Arc<dyn ChannelUnderTest> {
    let does = Arc::new(Mutex::new(Provider::Takes));
    let taken = Arc::new(Mutex::new(Vec::new()));
    let in_hand = Arc::new(Mutex::new(0));
    let server = WebServer::start({
        let (does, taken, in_hand) = (does.clone(), taken.clone(), in_hand.clone());
        move |asked| {
            let refusal = |status: u16, code: u32| {
                let message = format!("for these reasons:\r\n{TOKEN}\r\nand others");
                let body = json!({"code": code, "message": message, "status": status});
                WebReply::status(status).body(body.to_string())
            };
            match *does.lock().unwrap() {
                Provider::Takes => {
                    taken.lock().unwrap().push(asked.body.clone());
                    WebReply::status(201).body(r#"{"sid": "SM1", "status": "queued"}"#)
                }
                Provider::RefusesForNow => refusal(503, 20503),
                Provider::RefusesForGood => refusal(400, 21617),
                Provider::KnowsNobody => refusal(400, 21211),
                Provider::RefusesUs => refusal(401, 20003),
                Provider::Hangs => {
                    *in_hand.lock().unwrap() += 1;
                    WebReply::Hang
                }
                Provider::HangsUp => WebReply::Drop,
            }
        }
    })
    .await;
    let account = Account::new("AC1", TOKEN, "Herald").unwrap().at(&server.url("")).unwrap();
    let client = client(&Settings::default()).unwrap();
    let channel = Arc::new(SmsChannel::new(account, client));
    Arc::new(Sms { channel, does, taken, in_hand, _server: server })
}

#[async_trait]
impl ChannelUnderTest for Sms {
    fn channel(&self) -> Arc<dyn DeliveryChannel> {
        self.channel.clone()
    }

    fn address(&self) -> Address {
        Address::Sms("+4915123456789".parse().unwrap())
    }

    fn secrets(&self) -> Vec<String> {
        vec![TOKEN.to_owned()]
    }

    async fn provider(&self, does: Provider) {
        *self.does.lock().unwrap() = does;
    }

    async fn arrived(&self) -> Vec<Arrived> {
        let arrived = |body: &Vec<u8>| {
            let mut fields = url::form_urlencoded::parse(body);
            let (_, text) = fields.find(|(name, _)| name == "Body").unwrap();
            let (subject, text) = text.split_once('\n').unwrap();
            Arrived { subject: subject.to_owned(), text: text.to_owned() }
        };
        self.taken.lock().unwrap().iter().map(arrived).collect()
    }

    async fn in_hand(&self) -> usize {
        *self.in_hand.lock().unwrap()
    }
}

herald_contract::channel_suite!(sms().await);
