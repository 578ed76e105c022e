//! `/asyncapi.json` describes what sockets and streams really say.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Client, Server, Socket, mint, mint_claims};

const PROTOCOL: &str = include_str!("../../docs/protocol.md");

/// The document, and which of its messages were met.
struct Document {
    json: Value,
    /// where the document allows further members, for clients pass over those; here none may come
    components: Value,
    met: BTreeSet<String>,
}

impl Document {
    async fn of(server: &Server) -> Self {
        let json = server.anonymous().get("/asyncapi.json").await.expect(200).json;
        let mut components = json["components"].clone();
        close(&mut components);
        Self { json, components, met: BTreeSet::new() }
    }

    /// The names of the messages that the server (`to_`) or a client (`from_`) sends.
    fn names(&self, direction: &str) -> BTreeSet<String> {
        let messages = self.json["components"]["messages"].as_object().unwrap().keys();
        messages.filter_map(|key| key.strip_prefix(direction)).map(str::to_owned).collect()
    }

    /// Holds a message to the schema of its type.
    fn meet(&mut self, direction: &str, message: &Value) {
        let name = format!("{direction}{}", message["type"].as_str().unwrap());
        assert!(!self.json["components"]["messages"][&name].is_null(), "unknown: {message}");
        let payload = format!("#/components/messages/{name}/payload");
        let schema = json!({"$ref": payload, "components": self.components});
        let schema = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        let errors: Vec<_> = schema.iter_errors(message).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} in {message}");
        self.met.insert(name);
    }

    /// Reads on until a message of this type came.
    async fn hear(&mut self, socket: &mut Socket, kind: &str) -> Value {
        loop {
            let message = socket.next().await;
            self.meet("to_", &message);
            if message["type"] == kind {
                return message;
            }
        }
    }

    async fn say(&mut self, socket: &mut Socket, message: Value) {
        self.meet("from_", &message);
        socket.say(message).await;
    }
}

/// Refuses members that an object's schema does not name.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if members.contains_key("properties") {
                members.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_is_what_its_schema_asks_for() {
    let server = Server::start().await;
    let mut document = Document::of(&server).await;
    let alice = server.user("alice");
    commands(&mut document, &alice).await;
    resumes(&mut document, &alice).await;

    let short_lived = server.with_token(&mint_claims("bob", 20, &json!({})));
    document.hear(&mut short_lived.socket().await, "expiring").await;

    let mut anonymous = Socket::open(server.address, None, "").await.unwrap();
    document.say(&mut anonymous, json!({"type": "auth", "token": mint("alice")})).await;
    document.hear(&mut anonymous, "hello").await;
    server.signal("-TERM");
    document.hear(&mut anonymous, "going_away").await;

    let named = |direction: &str| {
        let names = document.names(direction).into_iter();
        names.map(|name| format!("{direction}{name}")).collect::<Vec<_>>()
    };
    let all: BTreeSet<_> = named("to_").into_iter().chain(named("from_")).collect();
    assert_eq!(document.met, all);
}

async fn commands(document: &mut Document, alice: &Client) {
    let mut socket = alice.socket().await;
    document.hear(&mut socket, "hello").await;
    document.say(&mut socket, json!({"type": "heartbeat"})).await;
    document.hear(&mut socket, "heartbeat_ack").await;
    let id = alice.tell("alice", "first").await;
    document.hear(&mut socket, "notification").await;
    for command in ["seen", "read", "unread", "archive", "unarchive"] {
        let message = json!({"type": command, "ids": [id], "ref": command});
        document.say(&mut socket, message).await;
        document.hear(&mut socket, "changed").await;
    }
    document.say(&mut socket, json!({"type": "read_all", "ref": null})).await;
    document.hear(&mut socket, "all_read").await;
    alice.tell("alice", "second").await;
    document.say(&mut socket, json!({"type": "seen_all"})).await;
    document.hear(&mut socket, "all_seen").await;
    document.say(&mut socket, json!({"type": "delete", "ids": [id]})).await;
    let changed = document.hear(&mut socket, "changed").await;
    assert_eq!(changed["deleted"], json!([id]));
    let token = mint("alice");
    document.say(&mut socket, json!({"type": "refresh", "token": token, "ref": "r"})).await;
    while document.hear(&mut socket, "ok").await["ref"] != "r" {}
    socket.say(json!({"type": "reed", "ids": [1], "ref": "e"})).await;
    assert_eq!(document.hear(&mut socket, "error").await["ref"], "e");
}

async fn resumes(document: &mut Document, alice: &Client) {
    let mut socket = alice.socket().await;
    let epoch = document.hear(&mut socket, "hello").await["epoch"].clone();
    for (epoch, rev, reason) in
        [(&json!("elsewhere"), 1, "epoch"), (&epoch, 1_000_000, "unknown_position")]
    {
        let mut socket = alice.socket().await;
        document.say(&mut socket, json!({"type": "resume", "epoch": epoch, "rev": rev})).await;
        assert_eq!(document.hear(&mut socket, "resync").await["reason"], reason);
    }
    let mut stream = alice.stream(Some(&format!("{}:0", epoch.as_str().unwrap()))).await;
    alice.tell("alice", "third").await;
    loop {
        let message = stream.next().await.unwrap();
        document.meet("to_", &message);
        let channel = &document.json["channels"]["stream"]["messages"];
        let name = format!("to_{}", message["type"].as_str().unwrap());
        assert!(!channel[&name].is_null(), "{message}");
        if message["notification"]["message"] == "third" {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_are_messages() {
    let mut document = Document::of(&Server::start().await).await;
    for direction in ["to_", "from_"] {
        for name in document.names(direction) {
            let message = &document.json["components"]["messages"][format!("{direction}{name}")];
            assert_eq!(message["name"], *name);
            let examples = message["examples"].as_array().unwrap().clone();
            assert!(!examples.is_empty(), "{name}");
            for example in examples {
                assert_eq!(example["payload"]["type"], *name);
                document.meet(direction, &example["payload"]);
            }
        }
    }
}

/// The words in backticks that begin a row of the table under a heading of docs/protocol.md.
fn table(heading: &str) -> BTreeSet<String> {
    let section = PROTOCOL.split(&format!("## {heading}\n")).nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let spans = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    spans.map(|span| span.split(' ').next().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_protocol_and_the_document_name_the_same() {
    let server = Server::start().await;
    let document = Document::of(&server).await;
    assert_eq!(document.names("to_"), table("What the server says"));
    assert_eq!(document.names("from_"), table("What a client says"));

    let codes = document.json["channels"]["socket"]["x-close-codes"].as_array().unwrap();
    let codes: Vec<_> = codes.iter().map(|code| format!("| {} | ", code["code"])).collect();
    let (_, section) = PROTOCOL.split_once("## Close codes\n").unwrap();
    let rows: Vec<_> =
        section.lines().filter(|line| line.starts_with("| 1") || line.starts_with("| 4")).collect();
    assert_eq!(rows.len(), codes.len());
    for (row, code) in rows.iter().zip(&codes) {
        assert!(row.starts_with(code), "{row} is not {code}");
    }

    let openapi = server.anonymous().get("/openapi.json").await.expect(200).json;
    assert_eq!(document.json["info"]["version"], openapi["info"]["version"]);
    for channel in document.json["channels"].as_object().unwrap().values() {
        let address = channel["address"].as_str().unwrap();
        assert!(openapi["paths"][address]["get"].is_object(), "{address}");
    }
    let members = |item: &Value| {
        item["properties"].as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>()
    };
    let item = &document.json["components"]["schemas"]["Item"];
    assert_eq!(members(item), members(&openapi["components"]["schemas"]["InboxItem"]));
}
