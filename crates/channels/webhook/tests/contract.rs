//! The channel keeps the contract of its port.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use herald_contract::channel::{Arrived, ChannelUnderTest, Provider};
use herald_contract::web::{WebReply, WebRequest, WebServer};
use herald_domain::{Address, Webhook};
use herald_outbound::{Guarded, Reach, Settings};
use herald_ports::DeliveryChannel;
use herald_webhook::{WebhookChannel, new_secret};

/// What only the user knows of the server.
const PATH: &str = "/hooks/s3cret";

struct Hook {
    channel: Arc<WebhookChannel>,
    server: WebServer,
    state: Arc<Mutex<State>>,
}

struct State {
    does: Provider,
    taken: Vec<WebRequest>,
    in_hand: usize,
}

async fn hook() -> Arc<dyn ChannelUnderTest> {
    let state = State { does: Provider::Takes, taken: Vec::new(), in_hand: 0 };
    let state = Arc::new(Mutex::new(state));
    let server = WebServer::start({
        let state = state.clone();
        move |asked| answer(&mut state.lock().unwrap(), asked)
    })
    .await;
    let reach = Reach { http: true, networks: vec!["127.0.0.1/32".parse().unwrap()] };
    let web = Guarded::new(&Settings::default(), reach).unwrap();
    Arc::new(Hook { channel: Arc::new(WebhookChannel::new(web)), server, state })
}

fn answer(state: &mut State, asked: &WebRequest) -> WebReply {
    let refuses = |status| WebReply::status(status).body(format!("no\r\n{PATH}\r\nat all"));
    match state.does {
        Provider::Takes => {
            state.taken.push(asked.clone());
            WebReply::status(204)
        }
        Provider::RefusesForNow => refuses(503),
        Provider::RefusesForGood => refuses(308),
        Provider::KnowsNobody => refuses(410),
        Provider::RefusesUs => refuses(401),
        Provider::Hangs => {
            state.in_hand += 1;
            WebReply::Hang
        }
        Provider::HangsUp => WebReply::Drop,
    }
}

#[async_trait]
impl ChannelUnderTest for Hook {
    fn channel(&self) -> Arc<dyn DeliveryChannel> {
        self.channel.clone()
    }

    fn address(&self) -> Address {
        let url = self.server.url(PATH).parse().unwrap();
        Address::Webhook(Webhook { url, secrets: vec![new_secret([7; 32])] })
    }

    fn has_account(&self) -> bool {
        false
    }

    fn secrets(&self) -> Vec<String> {
        vec![PATH.to_owned(), new_secret([7; 32]).expose().to_owned()]
    }

    async fn provider(&self, does: Provider) {
        self.state.lock().unwrap().does = does;
    }

    async fn arrived(&self) -> Vec<Arrived> {
        let state = self.state.lock().unwrap();
        let read = |asked: &WebRequest| {
            let data = &asked.json()["data"];
            let text = |name: &str| data[name].as_str().unwrap().to_owned();
            Arrived { subject: text("subject"), text: text("text") }
        };
        state.taken.iter().map(read).collect()
    }

    async fn in_hand(&self) -> usize {
        self.state.lock().unwrap().in_hand
    }
}

herald_contract::channel_suite!(hook().await);
