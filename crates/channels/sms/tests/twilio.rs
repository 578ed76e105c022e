//! What is asked of Twilio, and what its answers mean. They are as its documentation prints them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use herald_contract::fixtures::outgoing;
use herald_contract::web::{WebReply, WebRequest, WebServer};
use herald_domain::Address;
use herald_outbound::{Settings, client};
use herald_ports::{DeliveryChannel, DeliveryError, Outgoing, Taken};
use herald_sms::{Account, SmsChannel};

const SERVICE: &str = "MG0123456789abcdef0123456789abcdef";
const CREATED: &str = r#"{
  "account_sid": "ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
  "api_version": "2010-04-01",
  "body": "Hi there",
  "date_created": "Thu, 24 Aug 2023 05:01:45 +0000",
  "date_sent": null,
  "date_updated": "Thu, 24 Aug 2023 05:01:45 +0000",
  "direction": "outbound-api",
  "error_code": null,
  "error_message": null,
  "from": "+15557122661",
  "num_media": "0",
  "num_segments": "1",
  "price": null,
  "price_unit": null,
  "sid": "SM0123456789abcdef0123456789abcdef",
  "status": "queued",
  "to": "+15558675310"
}"#;

fn channel(server: &WebServer, from: &str) -> SmsChannel {
    let account = Account::new("AC1", "t0ken", from).unwrap().at(&server.url("")).unwrap();
    SmsChannel::new(account, client(&Settings::default()).unwrap())
}

fn message() -> Outgoing {
    outgoing(Address::Sms("+15558675310".parse().unwrap()))
}

fn fields(asked: &WebRequest) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(&asked.body).into_owned().collect()
}

/// What the answer means.
async fn meaning(reply: WebReply) -> Result<Taken, DeliveryError> {
    let server = WebServer::start(move |_| reply.clone()).await;
    channel(&server, "+15557122661").deliver(&message()).await
}

/// An error as Twilio writes it.
fn refusal(status: u16, code: u32, message: &str) -> WebReply {
    let more = format!("https://www.twilio.com/docs/errors/{code}");
    let body = serde_json::json!({
        "code": code, "message": message, "more_info": more, "status": status,
    });
    WebReply::status(status).header("content-type", "application/json").body(body.to_string())
}

#[tokio::test]
async fn a_message_is_a_form() {
    let server = WebServer::start(|_| WebReply::status(201).body(CREATED)).await;
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let message = Outgoing {
        subject: Some("Build\nfinished".to_owned()),
        text: "a+b & c=d\n50% 🎉".to_owned(),
        traceparent: Some(trace.to_owned()),
        ..message()
    };
    let taken = channel(&server, "+15557122661").deliver(&message).await.unwrap();
    assert_eq!(taken.reference.as_deref(), Some("SM0123456789abcdef0123456789abcdef"));
    let asked = &server.asked()[0];
    assert_eq!((&*asked.method, &*asked.path), ("POST", "/2010-04-01/Accounts/AC1/Messages.json"));
    let login = format!("Basic {}", BASE64_STANDARD.encode("AC1:t0ken"));
    assert_eq!(asked.header("authorization"), Some(&*login));
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(asked.header("traceparent"), Some(trace));
    let expected = [
        ("Body", "Build finished\na+b & c=d\n50% 🎉"),
        ("From", "+15557122661"),
        ("To", "+15558675310"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(fields(asked), BTreeMap::from(expected));
}

#[tokio::test]
async fn a_service_may_choose_the_sender() {
    let server = WebServer::start(|_| WebReply::status(201).body(CREATED)).await;
    channel(&server, SERVICE).deliver(&message()).await.unwrap();
    let fields = fields(&server.asked()[0]);
    assert_eq!(fields["MessagingServiceSid"], SERVICE);
    assert!(!fields.contains_key("From"));
}

#[tokio::test]
async fn a_long_text_is_shortened() {
    let server = WebServer::start(|_| WebReply::status(201).body(CREATED)).await;
    let message = Outgoing { text: "é".repeat(4_000), ..message() };
    channel(&server, SERVICE).deliver(&message).await.unwrap();
    let body = &fields(&server.asked()[0])["Body"];
    assert_eq!(body.chars().count(), 1_600);
    assert!(body.ends_with("é..."));
}

#[tokio::test]
async fn what_was_taken_may_have_no_name() {
    for reply in [WebReply::status(200), WebReply::status(201).body("<html>")] {
        assert_eq!(meaning(reply).await, Ok(Taken { reference: None }));
    }
}

#[tokio::test]
async fn answers_have_their_meanings() {
    let transient =
        |detail: &str| DeliveryError::Transient { detail: detail.to_owned(), retry_after: None };
    let permanent = |detail: &str| DeliveryError::Permanent { detail: detail.to_owned() };
    let gone = |detail: &str| DeliveryError::EndpointGone { detail: detail.to_owned() };
    let misconfigured = |detail: &str| DeliveryError::Misconfigured { detail: detail.to_owned() };
    for (status, code, text, error) in [
        (400, 21211, "Invalid 'To' Phone Number", gone as fn(&str) -> DeliveryError),
        (400, 21214, "'To' phone number cannot be reached", gone),
        (400, 21217, "Phone number does not appear to be valid", gone),
        (400, 21610, "Attempt to send to unsubscribed recipient", gone),
        (400, 21614, "'To' number is not a valid mobile number", gone),
        (400, 21408, "Permission to send an SMS has not been enabled for the region", permanent),
        (400, 21612, "Message cannot be sent with the current combination", permanent),
        (400, 21617, "The concatenated message body exceeds the 1600 character limit", permanent),
        (400, 30003, "Unreachable destination handset", permanent),
        (400, 21212, "Invalid From Number", misconfigured),
        (401, 20003, "Authenticate", misconfigured),
        (403, 20003, "Permission Denied", misconfigured),
        (404, 20404, "The requested resource was not found", misconfigured),
        (429, 20429, "Too Many Requests", transient),
        (400, 20429, "Too Many Requests", transient),
        (
            429,
            21611,
            "This 'From' number has exceeded the maximum number of queued messages",
            transient,
        ),
        (500, 20500, "Internal Server Error", transient),
        (503, 20503, "Service Unavailable", transient),
    ] {
        let told = error(&format!("{status} {code}: {text}"));
        assert_eq!(meaning(refusal(status, code, text)).await, Err(told));
    }
}

#[tokio::test]
async fn answers_of_others_are_read_by_their_status() {
    for (status, is_meant) in [
        (307, "misconfigured"),
        (400, "permanent"),
        (401, "misconfigured"),
        (403, "misconfigured"),
        (404, "misconfigured"),
        (413, "permanent"),
        (422, "permanent"),
        (429, "transient"),
        (500, "transient"),
        (502, "transient"),
    ] {
        let reply = WebReply::status(status).header("content-type", "text/html").body("<html>");
        let meant = match meaning(reply).await.unwrap_err() {
            DeliveryError::Transient { .. } => "transient",
            DeliveryError::Permanent { .. } => "permanent",
            DeliveryError::EndpointGone { .. } => "gone",
            DeliveryError::Misconfigured { .. } => "misconfigured",
        };
        assert_eq!(meant, is_meant, "{status}");
    }
}

#[tokio::test]
async fn a_provider_says_when_to_come_again() {
    let reply = refusal(429, 20429, "Too Many Requests").header("retry-after", "30");
    let error = meaning(reply).await.unwrap_err();
    let DeliveryError::Transient { retry_after, .. } = error else { panic!("{error:?}") };
    assert_eq!(retry_after, Some(Duration::from_secs(30)));
}
