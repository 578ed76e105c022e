//! [`DeliveryChannel`]: what a provider has taken arrived once and as it was; whatever else becomes of
//! a message, the caller learns what that means, and the channel is good for the next.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use herald_domain::{Address, DeliveryId, PushSubscription, SigningSecret, Webhook};
use herald_ports::{DeliveryChannel, DeliveryError, Outgoing, Taken};
use tokio::time::timeout;

use crate::broker::eventually;
use crate::fixtures::{at_once, outgoing};

/// How long a provider on this machine may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The longest text of an error, in characters.
const LINE: usize = 300;

/// A channel with a provider on this machine that does as it is told. Nothing stays of it.
#[async_trait]
pub trait ChannelUnderTest: Send + Sync + 'static {
    /// The channel.
    fn channel(&self) -> Arc<dyn DeliveryChannel>;

    /// An address of it that is good.
    fn address(&self) -> Address;

    /// Whether there is an account of ours that the provider could refuse. Servers of users know none.
    fn has_account(&self) -> bool {
        true
    }

    /// What no error may repeat: passwords, tokens, keys.
    fn secrets(&self) -> Vec<String>;

    /// Tells the provider what to do with each message from now on. A refusal says why in several lines and with the
    /// secrets, if the protocol has a place for words.
    async fn provider(&self, does: Provider);

    /// What the provider has taken so far, oldest first.
    async fn arrived(&self) -> Vec<Arrived>;

    /// How many messages the provider has read while it [hangs](Provider::Hangs), and has not answered.
    async fn in_hand(&self) -> usize;
}

/// What a provider does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// takes it
    Takes,
    /// refuses it for now
    RefusesForNow,
    /// refuses it for good, for what it says
    RefusesForGood,
    /// says that the address is dead
    KnowsNobody,
    /// refuses whoever asks, whatever it is
    RefusesUs,
    /// reads it, and says nothing
    Hangs,
    /// reads it, and breaks the connection
    HangsUp,
}

/// A message as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// its headline
    pub subject: String,
    /// its text
    pub text: String,
}

/// What was taken arrived once, and as it was.
pub async fn what_was_taken_arrived_once(fixture: &Arc<dyn ChannelUnderTest>) {
    let message = message(fixture, 1, "Build finished", "main is green");
    assert_eq!(message.to.channel(), fixture.channel().channel());
    let Taken { reference } = deliver(fixture, &message).await.unwrap();
    assert_eq!(fixture.arrived().await, [arrived("Build finished", "main is green")]);
    if let Some(reference) = reference {
        assert_is_line(&reference, "a reference");
    }
}

/// Each way to fail has its meaning, and none is the end of the channel.
pub async fn failures_have_their_meanings(fixture: &Arc<dyn ChannelUnderTest>) {
    let message = message(fixture, 1, "Build finished", "main is green");
    let kind = |error: &DeliveryError| match error {
        DeliveryError::Transient { .. } => "transient",
        DeliveryError::Permanent { .. } => "permanent",
        DeliveryError::EndpointGone { .. } => "gone",
        DeliveryError::Misconfigured { .. } => "misconfigured",
    };
    for (does, meaning) in [
        (Provider::RefusesForNow, "transient"),
        (Provider::RefusesForGood, "permanent"),
        (Provider::KnowsNobody, "gone"),
        (Provider::RefusesUs, "misconfigured"),
        (Provider::HangsUp, "transient"),
    ] {
        if does == Provider::RefusesUs && !fixture.has_account() {
            continue;
        }
        fixture.provider(does).await;
        let error = deliver(fixture, &message).await.unwrap_err();
        assert_eq!(kind(&error), meaning, "{does:?}: {error}");
    }
    assert_eq!(fixture.arrived().await, []);
    fixture.provider(Provider::Takes).await;
    deliver(fixture, &message).await.unwrap();
    assert_eq!(fixture.arrived().await.len(), 1);
}

/// What is said of a failure is one line, and no secret is in it.
pub async fn failures_are_told_in_a_line(fixture: &Arc<dyn ChannelUnderTest>) {
    let message = message(fixture, 1, "Build finished", "main is green");
    for does in [
        Provider::RefusesForNow,
        Provider::RefusesForGood,
        Provider::KnowsNobody,
        Provider::RefusesUs,
        Provider::HangsUp,
    ] {
        fixture.provider(does).await;
        let error = deliver(fixture, &message).await.unwrap_err();
        assert_is_line(&error.to_string(), &format!("{does:?}"));
        for secret in fixture.secrets() {
            let told = format!("{error} {error:?}");
            assert!(!told.contains(&secret), "{does:?} tells a secret: {told}");
        }
    }
}

/// An address of another channel is refused, and nobody is asked.
pub async fn an_address_of_another_channel_is_refused(fixture: &Arc<dyn ChannelUnderTest>) {
    let own = fixture.channel().channel();
    for to in addresses().into_iter().filter(|to| to.channel() != own) {
        let message = Outgoing { to, ..message(fixture, 1, "x", "y") };
        let error = deliver(fixture, &message).await.unwrap_err();
        assert!(matches!(error, DeliveryError::Permanent { .. }), "{error:?}");
    }
    assert_eq!(fixture.arrived().await, []);
}

/// Whoever stops waiting leaves nothing behind that the next message could meet.
pub async fn who_stops_waiting_leaves_nothing_behind(fixture: &Arc<dyn ChannelUnderTest>) {
    // what is kept of a message that went well is there, too
    deliver(fixture, &message(fixture, 1, "first", "one")).await.unwrap();
    fixture.provider(Provider::Hangs).await;
    let waiting = tokio::spawn({
        let (channel, message) = (fixture.channel(), message(fixture, 2, "lost", "two"));
        async move { channel.deliver(&message).await }
    });
    eventually("the provider has it in hand", async || fixture.in_hand().await == 1).await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    fixture.provider(Provider::Takes).await;
    deliver(fixture, &message(fixture, 3, "third", "three")).await.unwrap();
    deliver(fixture, &message(fixture, 4, "fourth", "four")).await.unwrap();
    let expected = [arrived("first", "one"), arrived("third", "three"), arrived("fourth", "four")];
    assert_eq!(fixture.arrived().await, expected);
}

/// No message waits for another.
pub async fn calls_overlap(fixture: &Arc<dyn ChannelUnderTest>) {
    const CALLS: usize = 8;
    fixture.provider(Provider::Hangs).await;
    let calls: Vec<_> = (0..CALLS)
        .map(|nth| {
            let (channel, message) = (fixture.channel(), message(fixture, nth, "x", "y"));
            tokio::spawn(async move { channel.deliver(&message).await })
        })
        .collect();
    eventually("all are in hand at once", async || fixture.in_hand().await == CALLS).await;
    for call in calls {
        assert!(!call.is_finished());
        call.abort();
    }
    fixture.provider(Provider::Takes).await;
    let sent = at_once(CALLS, |nth| {
        let fixture = fixture.clone();
        async move {
            let message = message(&fixture, nth, &format!("message {nth}"), "z");
            deliver(&fixture, &message).await.unwrap();
            message.subject.unwrap()
        }
    });
    let sent: BTreeSet<_> = sent.await.into_iter().collect();
    let came = fixture.arrived().await;
    assert_eq!(came.len(), CALLS);
    assert_eq!(came.into_iter().map(|came| came.subject).collect::<BTreeSet<_>>(), sent);
}

/// Whatever is in a text stays in it.
pub async fn texts_stay_texts(fixture: &Arc<dyn ChannelUnderTest>) {
    for (nth, nasty) in nasty_texts().iter().enumerate() {
        let (subject, text) = (format!("a {nasty} b"), format!("a {nasty} b\nnext"));
        deliver(fixture, &message(fixture, nth, &subject, &text)).await.unwrap();
        let came = fixture.arrived().await;
        assert_eq!(came.len(), nth + 1, "{nasty:?} makes more than one");
        let came = came.last().unwrap();
        assert!(!came.subject.contains(['\r', '\n']), "{:?}", came.subject);
        assert_eq!(words(&came.subject), words(&subject));
        assert_eq!(readable(&came.text), readable(&text));
    }
}

/// Texts that mean something where they do not belong: in headers, commands, forms, JSON, pages.
fn nasty_texts() -> Vec<String> {
    let short = [
        "\r\nBcc: eve@example.com",
        "\nX-Evil: 1\n\nbody",
        "\rReply-To: eve@example.com",
        "\r\n.\r\nMAIL FROM:<eve@example.com>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\n",
        "\n.\n",
        "\r\n..two dots\r\n...three",
        "=?utf-8?q?Bcc:_eve=40example.com?=",
        "%0d%0aBcc:%20eve",
        "&To=%2B491&Body=x;a=b+c d",
        "\"},{\"to\":\"eve\",\"x\":\"",
        "\\u000d\\n\\\\",
        "<script>alert(1)</script>&amp;&lt;",
        "{{ template }} ${x} %s",
        "-----\r\nContent-Type: text/html\r\n\r\n<p>",
        "Größe 日本語 🎉👩‍👩‍👧 \u{202e}thgir",
        "\u{2028}line\u{2029}paragraph",
        "tab\there",
        "\u{1}\u{1b}[31mred\u{7f}",
    ];
    let mut texts: Vec<_> = short.into_iter().map(str::to_owned).collect();
    texts.push("long ".repeat(120));
    texts.push("x".repeat(600));
    texts.push("é".repeat(300));
    texts
}

/// The text without what is invisible: some channels have no place for that.
fn readable(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let is_text = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars().filter(is_text).collect::<String>().trim_end().to_owned()
}

fn words(line: &str) -> Vec<&str> {
    line.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect()
}

fn assert_is_line(text: &str, of: &str) {
    let is_line = !text.is_empty() && !text.chars().any(char::is_control);
    assert!(is_line && text.chars().count() <= LINE, "{of} is no line: {text:?}");
}

fn arrived(subject: &str, text: &str) -> Arrived {
    Arrived { subject: subject.to_owned(), text: text.to_owned() }
}

/// A message to the address of the fixture.
fn message(fixture: &Arc<dyn ChannelUnderTest>, nth: usize, subject: &str, text: &str) -> Outgoing {
    Outgoing {
        delivery: DeliveryId::new(nth.try_into().unwrap()),
        subject: Some(subject.to_owned()),
        text: text.to_owned(),
        ..outgoing(fixture.address())
    }
}

/// One address of each channel.
fn addresses() -> Vec<Address> {
    let url = "https://example.com/hook";
    vec![
        Address::Email("alice@example.com".parse().unwrap()),
        Address::Sms("+4915123456789".parse().unwrap()),
        Address::Push("token".parse().unwrap()),
        Address::WebPush(PushSubscription {
            endpoint: url.parse().unwrap(),
            p256dh: "BA".into(),
            auth: "AA".into(),
        }),
        Address::Webhook(Webhook {
            url: url.parse().unwrap(),
            secrets: vec![SigningSecret::new("whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0")],
        }),
    ]
}

async fn deliver(
    fixture: &Arc<dyn ChannelUnderTest>,
    message: &Outgoing,
) -> Result<Taken, DeliveryError> {
    timeout(PATIENCE, fixture.channel().deliver(message)).await.unwrap()
}
