use std::sync::{Arc, LazyLock, Mutex};

use herald_contract::web::{WebReply, WebRequest, WebServer};
use herald_fcm::{FcmChannel, ServiceAccount};
use herald_outbound::{Settings, client};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use serde_json::{Value, json};

/// The key of the account, in PEM: its private half, and its public one.
pub(crate) static KEY: LazyLock<(String, String)> = LazyLock::new(|| {
    let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
    let private = key.to_pkcs8_pem(LineEnding::LF).unwrap().to_string();
    (private, key.to_public_key().to_public_key_pem(LineEnding::LF).unwrap())
});

/// Stands in for Google: gives tokens, and takes messages, or does what it was told.
pub(crate) struct Google {
    server: WebServer,
    told: Arc<Mutex<Told>>,
}

#[derive(Default)]
struct Told {
    /// instead of a token
    token: Option<WebReply>,
    /// instead of taking a message
    send: Option<WebReply>,
    /// tokens that are not good any more
    revoked: Vec<String>,
}

impl Google {
    pub(crate) async fn start() -> Self {
        let told = Arc::new(Mutex::new(Told::default()));
        let given = Mutex::new(0);
        let server = WebServer::start({
            let told = told.clone();
            move |asked| {
                let told = told.lock().unwrap();
                if asked.path == "/token" {
                    return told.token.clone().unwrap_or_else(|| {
                        let mut given = given.lock().unwrap();
                        *given += 1;
                        token(&format!("ya29.t0ken-{given}"), 3_599)
                    });
                }
                if told.revoked.contains(&bearer(asked)) {
                    return unauthenticated();
                }
                told.send.clone().unwrap_or_else(taken)
            }
        })
        .await;
        Self { server, told }
    }

    /// The file of the account, with other values.
    pub(crate) fn file(&self, other: Value) -> String {
        let mut file = json!({
            "type": "service_account",
            "project_id": "herald-test",
            "private_key_id": "key-1",
            "private_key": KEY.0,
            "client_email": "herald@herald-test.iam.gserviceaccount.com",
            "client_id": "1",
            "token_uri": self.server.url("/token"),
        });
        let Value::Object(other) = other else { panic!("other values are an object") };
        file.as_object_mut().unwrap().extend(other);
        file.to_string()
    }

    pub(crate) fn channel(&self) -> FcmChannel {
        let account: ServiceAccount = self.file(json!({})).parse().unwrap();
        let client = client(&Settings::default()).unwrap();
        FcmChannel::new(account, &self.server.url(""), client).unwrap()
    }

    /// Answers so to each message from now on; takes it, if there is nothing.
    pub(crate) fn sends(&self, reply: impl Into<Option<WebReply>>) {
        self.told.lock().unwrap().send = reply.into();
    }

    /// Answers so when a token is asked for.
    pub(crate) fn tokens(&self, reply: impl Into<Option<WebReply>>) {
        self.told.lock().unwrap().token = reply.into();
    }

    /// Takes no message with that token any more.
    pub(crate) fn revokes(&self, token: &str) {
        self.told.lock().unwrap().revoked.push(token.to_owned());
    }

    /// The requests for tokens so far.
    pub(crate) fn grants(&self) -> Vec<WebRequest> {
        self.asked("/token")
    }

    /// The requests with messages so far.
    pub(crate) fn messages(&self) -> Vec<WebRequest> {
        self.asked("/v1/projects/herald-test/messages:send")
    }

    fn asked(&self, path: &str) -> Vec<WebRequest> {
        self.server.asked().into_iter().filter(|asked| asked.path == path).collect()
    }
}

/// What a message was sent with.
pub(crate) fn bearer(asked: &WebRequest) -> String {
    asked.header("authorization").unwrap().strip_prefix("Bearer ").unwrap().to_owned()
}

pub(crate) fn token(text: &str, expires_in: u32) -> WebReply {
    let body = json!({"access_token": text, "expires_in": expires_in, "token_type": "Bearer"});
    WebReply::status(200).body(body.to_string())
}

fn taken() -> WebReply {
    WebReply::status(200).body(r#"{"name": "projects/herald-test/messages/0:1500415314455276"}"#)
}

/// A refusal as Google writes it; without a code, if there is none.
pub(crate) fn refusal(status: u16, name: &str, code: Option<&str>, message: &str) -> WebReply {
    let kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
    let other =
        json!({"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": []});
    let details = match code {
        Some(code) => json!([other, {"@type": kind, "errorCode": code}]),
        None => json!([other]),
    };
    let body = json!({"error": {
        "code": status, "message": message, "status": name, "details": details,
    }});
    WebReply::status(status).body(body.to_string())
}

fn unauthenticated() -> WebReply {
    let message = "Request had invalid authentication credentials.";
    refusal(401, "UNAUTHENTICATED", None, message)
}
