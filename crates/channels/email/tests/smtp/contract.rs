//! The channel keeps the contract of its port.

use std::sync::Arc;

use async_trait::async_trait;
use herald_contract::channel::{Arrived, ChannelUnderTest, Provider};
use herald_contract::{LOGIN, MailServer};
use herald_domain::Address;
use herald_email::EmailChannel;
use herald_ports::DeliveryChannel;
use serde_json::{Value, json};

use crate::channel;

struct Mail {
    channel: Arc<EmailChannel>,
    server: MailServer,
}

async fn mail() -> Option<Arc<dyn ChannelUnderTest>> {
    let server = MailServer::with(json!({"tls": "starttls", "login": LOGIN}))?;
    Some(Arc::new(Mail { channel: Arc::new(channel(&server, "?tls=required")), server }))
}

#[async_trait]
impl ChannelUnderTest for Mail {
    fn channel(&self) -> Arc<dyn DeliveryChannel> {
        self.channel.clone()
    }

    fn address(&self) -> Address {
        Address::Email("alice@example.com".parse().unwrap())
    }

    fn secrets(&self) -> Vec<String> {
        vec![LOGIN.1.to_owned()]
    }

    async fn provider(&self, does: Provider) {
        let password = LOGIN.1;
        let reply = |code, status| {
            format!("{code}-{status} for these reasons:\r\n{code}-{password}\r\n{code} and others")
        };
        match does {
            Provider::Takes => self.server.takes(),
            Provider::RefusesForNow => self.server.at("DATA", &reply(451, "4.3.0")),
            Provider::RefusesForGood => self.server.at("DATA", &reply(554, "5.6.0")),
            Provider::KnowsNobody => self.server.at("RCPT", &reply(550, "5.1.1")),
            Provider::RefusesUs => self.server.at("MAIL", &reply(530, "5.7.0")),
            Provider::Hangs => self.server.at("DATA", "hang"),
            Provider::HangsUp => self.server.at("DATA", "drop"),
        }
    }

    async fn arrived(&self) -> Vec<Arrived> {
        let text = |text: &Value| text.as_str().unwrap().to_owned();
        let mail = self.server.mail();
        let arrived = mail.iter().map(|mail| Arrived {
            subject: text(&crate::header(mail, "Subject")),
            // the last line of a letter has an end
            text: text(&mail["text"]).trim_end().to_owned(),
        });
        arrived.collect()
    }

    async fn in_hand(&self) -> usize {
        self.server.of("in hand").len()
    }
}

herald_contract::channel_suite!(mail().await);
