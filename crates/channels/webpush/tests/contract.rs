//! The channel keeps the contract of its port.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use herald_contract::channel::{Arrived, ChannelUnderTest, Provider};
use herald_contract::fixtures::CountingIds;
use herald_contract::web::{WebReply, WebRequest, WebServer};
use herald_domain::{Address, PushSubscription};
use herald_outbound::{Guarded, Reach, Settings};
use herald_ports::DeliveryChannel;
use herald_webpush::{VapidKey, WebPushChannel};
use serde_json::Value;
use web_push_native::p256::SecretKey;
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint;
use web_push_native::{Auth, decrypt};

/// What is known of a browser by its push service alone.
const PATH: &str = "/push/s3cret";
const AUTH: [u8; 16] = [7; 16];

struct Browser {
    channel: Arc<WebPushChannel>,
    key: SecretKey,
    service: WebServer,
    state: Arc<Mutex<State>>,
}

struct State {
    does: Provider,
    taken: Vec<Vec<u8>>,
    in_hand: usize,
}

async fn browser() -> Arc<dyn ChannelUnderTest> {
    let state = State { does: Provider::Takes, taken: Vec::new(), in_hand: 0 };
    let state = Arc::new(Mutex::new(state));
    let service = WebServer::start({
        let state = state.clone();
        move |asked| answer(&mut state.lock().unwrap(), asked)
    })
    .await;
    let reach = Reach { http: true, networks: vec!["127.0.0.1/32".parse().unwrap()] };
    let web = Guarded::new(&Settings::default(), reach).unwrap();
    let vapid = VapidKey::generate(&CountingIds::default());
    let channel = WebPushChannel::new(web, &vapid, "mailto:admin@example.com").unwrap();
    let key = SecretKey::from_slice(&[9; 32]).unwrap();
    Arc::new(Browser { channel: Arc::new(channel), key, service, state })
}

fn answer(state: &mut State, asked: &WebRequest) -> WebReply {
    let token = asked.header("authorization").unwrap();
    let refuses = |status| WebReply::status(status).body(format!("no\r\n{PATH}\r\n{token}"));
    match state.does {
        Provider::Takes => {
            state.taken.push(asked.body.clone());
            WebReply::status(201).header("location", "https://push.example.net/m/1")
        }
        Provider::RefusesForNow => refuses(503),
        Provider::RefusesForGood => refuses(413),
        Provider::KnowsNobody => refuses(410),
        Provider::RefusesUs => refuses(403),
        Provider::Hangs => {
            state.in_hand += 1;
            WebReply::Hang
        }
        Provider::HangsUp => WebReply::Drop,
    }
}

#[async_trait]
impl ChannelUnderTest for Browser {
    fn channel(&self) -> Arc<dyn DeliveryChannel> {
        self.channel.clone()
    }

    fn address(&self) -> Address {
        let public = self.key.public_key().to_encoded_point(false);
        Address::WebPush(PushSubscription {
            endpoint: self.service.url(PATH).parse().unwrap(),
            p256dh: URL_SAFE_NO_PAD.encode(public).into(),
            auth: URL_SAFE_NO_PAD.encode(AUTH).into(),
        })
    }

    fn secrets(&self) -> Vec<String> {
        let shown = self.service.asked();
        let tokens = shown.iter().map(|asked| {
            let shown = asked.header("authorization").unwrap();
            shown.strip_prefix("vapid t=").unwrap().split(',').next().unwrap().to_owned()
        });
        tokens.chain([PATH.to_owned(), URL_SAFE_NO_PAD.encode(AUTH)]).collect()
    }

    async fn provider(&self, does: Provider) {
        self.state.lock().unwrap().does = does;
    }

    async fn arrived(&self) -> Vec<Arrived> {
        let state = self.state.lock().unwrap();
        let read = |body: &Vec<u8>| {
            let message = decrypt(body.clone(), &self.key, &Auth::from(AUTH)).unwrap();
            let message: Value = serde_json::from_slice(&message).unwrap();
            let text = |name: &str| message[name].as_str().unwrap().to_owned();
            Arrived { subject: text("title"), text: text("body") }
        };
        state.taken.iter().map(read).collect()
    }

    async fn in_hand(&self) -> usize {
        self.state.lock().unwrap().in_hand
    }
}

herald_contract::channel_suite!(browser().await);
