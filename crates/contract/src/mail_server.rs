use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::Python;

/// How long the server may take for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// As whom one logs in at the servers that want that.
pub const LOGIN: (&str, &str) = ("herald", "hunter2%s3cret");

/// A mail server on this machine, by aiosmtpd.
pub struct MailServer {
    /// where it listens
    pub port: u16,
    /// the certificate that it shows, in PEM
    pub certificate: String,
    process: Child,
    orders: Mutex<ChildStdin>,
    events: Events,
    _folder: TempDir,
}

/// What the server said so far.
type Events = Arc<(Mutex<Vec<Value>>, Condvar)>;

impl MailServer {
    /// A server that takes everything from everybody, without TLS; none, if it cannot be had.
    pub fn start() -> Option<Self> {
        Self::with(json!({}))
    }

    /// A server with other options than these; see `mail_server.py`.
    pub fn with(options: Value) -> Option<Self> {
        let python = Python::with("aiosmtpd-1.4.6", &["aiosmtpd==1.4.6"])?;
        let folder = tempfile::tempdir().unwrap();
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let mut all = json!({
            "tls": "none",
            "login": null,
            "certificate": write("certificate.pem", &cert.pem()),
            "key": write("key.pem", &signing_key.serialize_pem()),
        });
        let Value::Object(options) = options else { panic!("options are an object") };
        all.as_object_mut().unwrap().extend(options);
        let mut process = python
            .command()
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/src/mail_server.py"))
            .arg(all.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // it tells there of each connection that breaks
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let events = Events::default();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        std::thread::spawn({
            let events = events.clone();
            move || {
                for line in lines.map_while(Result::ok) {
                    events.0.lock().unwrap().push(serde_json::from_str(&line).unwrap());
                    events.1.notify_all();
                }
            }
        });
        let mut server = Self {
            port: 0,
            certificate: cert.pem(),
            orders: Mutex::new(process.stdin.take().unwrap()),
            process,
            events,
            _folder: folder,
        };
        let listening = server.wait_for("listening", 1);
        server.port = listening[0]["port"].as_u64().unwrap().try_into().unwrap();
        Some(server)
    }

    /// Tells it what to do at a command from now on: a reply, `hang`, `dawdle` or `drop`.
    pub fn at(&self, command: &str, does: &str) {
        self.order(&json!({"at": command, "do": does}));
    }

    /// Tells it to take everything from now on.
    pub fn takes(&self) {
        self.order(&json!({}));
    }

    fn order(&self, order: &Value) {
        let done = self.of("told").len();
        writeln!(self.orders.lock().unwrap(), "{order}").unwrap();
        self.wait_for("told", done + 1);
    }

    /// The events of that kind so far.
    pub fn of(&self, kind: &str) -> Vec<Value> {
        of(&self.events.0.lock().unwrap(), kind)
    }

    /// The mail that it took so far. It says so before it says so to its client.
    pub fn mail(&self) -> Vec<Value> {
        self.takes();
        self.of("mail")
    }

    /// Waits until there are so many events of that kind.
    pub fn wait_for(&self, kind: &str, count: usize) -> Vec<Value> {
        let (events, said) = &*self.events;
        let few = |events: &mut Vec<Value>| of(events, kind).len() < count;
        let (events, waited) =
            said.wait_timeout_while(events.lock().unwrap(), PATIENCE, few).unwrap();
        assert!(!waited.timed_out(), "the mail server did not say {kind:?}: {events:?}");
        of(&events, kind)
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn of(events: &[Value], kind: &str) -> Vec<Value> {
    events.iter().filter(|event| event["event"] == kind).cloned().collect()
}
