use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::super::Balancer;
use super::{Ledger, USERS};
use crate::support::{Answer, Client, Rng, mint};

const PATH: &str = "/api/v1/notifications";

/// Somebody who sends, and asks any server again with the same key when one does not answer.
pub(super) struct Sender {
    pub(super) name: usize,
    pub(super) service: Client,
    pub(super) balancer: Balancer,
    pub(super) ledger: Arc<Mutex<Ledger>>,
    pub(super) rng: Rng,
}

impl Sender {
    pub(super) async fn run(mut self, is_over: Arc<AtomicBool>) {
        let users = USERS.map(|user| self.service.with_token(&mint(user)));
        for nth in 0.. {
            if is_over.load(Ordering::Relaxed) {
                return;
            }
            match self.rng.below(50) {
                0 => self.send_to_all(&format!("{}/{nth}", self.name)).await,
                1..=9 => self.read(&users).await,
                _ => self.send(&format!("{}/{nth}", self.name)).await,
            }
            // whoever starts anew needs the machine, too
            self.rng.pause(40).await;
        }
    }

    async fn send(&mut self, message: &str) {
        let user = *self.rng.pick(&USERS);
        let id = self.post(&json!({"user": user}), message, 201).await;
        self.ledger.lock().unwrap().direct.push((user, id, message.to_owned()));
    }

    async fn send_to_all(&mut self, message: &str) {
        let id = self.post(&json!({"everyone": true}), message, 202).await;
        self.ledger.lock().unwrap().broadcasts.push((id, message.to_owned()));
    }

    /// Sends until it is acknowledged, and sometimes once more; answers the notification's number.
    async fn post(&mut self, to: &Value, message: &str, status: u16) -> i64 {
        let body = json!({"to": to, "message": message});
        let service = self.service.clone();
        let request = |address| {
            let request = service.at(address).request("POST", PATH).json(&body);
            request.header("Idempotency-Key", format!("\"{message}\""))
        };
        let first = self.ask(&service, request).await.expect(status);
        if self.rng.one_in(20) {
            let again = self.ask(&service, request).await.expect(status);
            assert_eq!(again.bytes, first.bytes, "{message} is one");
        }
        first.json["id"].as_i64().unwrap()
    }

    /// Reads as one of the users something that was sent.
    async fn read(&mut self, users: &[Client]) {
        let (user, id) = {
            let ledger = self.ledger.lock().unwrap();
            if ledger.direct.is_empty() {
                return;
            }
            let (user, id, _) = self.rng.pick(&ledger.direct);
            (*user, *id)
        };
        let client = &users[USERS.iter().position(|known| *known == user).unwrap()];
        let path = format!("{PATH}/{id}/read");
        self.ask(client, |address| client.at(address).request("PUT", &path)).await.expect(200);
        self.ledger.lock().unwrap().read.insert((user, id));
    }

    /// Asks until a server does it.
    async fn ask(
        &mut self,
        client: &Client,
        request: impl Fn(std::net::SocketAddr) -> RequestBuilder,
    ) -> Answer {
        loop {
            let address = *self.rng.pick(&self.balancer.lock().unwrap());
            let answer = client.try_send(request(address)).await;
            match answer {
                Some(answer) if answer.status == 503 => {
                    assert!(answer.headers.contains_key("retry-after"));
                    self.ledger.lock().unwrap().refused += 1;
                }
                // the first attempt is still under way
                Some(answer) if answer.status == 409 => {}
                Some(answer) => return answer,
                None => self.ledger.lock().unwrap().broken += 1,
            }
            self.rng.pause(50).await;
        }
    }
}
