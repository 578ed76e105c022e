//! What each failure means.

use std::time::Duration;

use herald_contract::{LOGIN, MailServer};
use herald_email::{EmailChannel, Settings};
use herald_ports::{DeliveryChannel, DeliveryError};
use serde_json::json;
use tokio::time::timeout;

use crate::{SOON, anonymous, channel, message, plain, started, to};

fn transient(detail: &str) -> DeliveryError {
    DeliveryError::Transient { detail: detail.to_owned(), retry_after: None }
}

fn permanent(detail: &str) -> DeliveryError {
    DeliveryError::Permanent { detail: detail.to_owned() }
}

fn gone(detail: &str) -> DeliveryError {
    DeliveryError::EndpointGone { detail: detail.to_owned() }
}

fn misconfigured(detail: &str) -> DeliveryError {
    DeliveryError::Misconfigured { detail: detail.to_owned() }
}

#[tokio::test]
async fn replies_mean_what_was_refused() {
    let server = started!(MailServer::start());
    let channel = plain(&server);
    for (command, reply, error) in [
        ("MAIL", "451 later", transient("451 later")),
        ("MAIL", "421 bye", transient("421 bye")),
        ("MAIL", "550 5.7.1 not from you", misconfigured("550 5.7.1 not from you")),
        ("MAIL", "535 5.7.8 log in", misconfigured("535 5.7.8 log in")),
        ("MAIL", "552 too big", permanent("552 too big")),
        ("RCPT", "450 4.2.0 greylisted", transient("450 4.2.0 greylisted")),
        ("RCPT", "550 no such user", gone("550 no such user")),
        ("RCPT", "550 5.1.1 no such user", gone("550 5.1.1 no such user")),
        ("RCPT", "551 he has moved", gone("551 he has moved")),
        ("RCPT", "553 not a name", gone("553 not a name")),
        ("RCPT", "552 5.2.2 full", permanent("552 5.2.2 full")),
        ("RCPT", "554 5.7.1 relaying denied", permanent("554 5.7.1 relaying denied")),
        ("RCPT", "550 5.7.1 you are on a list", permanent("550 5.7.1 you are on a list")),
        ("DATA", "451 later", transient("451 later")),
        ("DATA", "421 bye", transient("421 bye")),
        ("DATA", "550 looks like spam", permanent("550 looks like spam")),
        ("DATA", "552 too big", permanent("552 too big")),
        ("DATA", "554 5.6.0 no", permanent("554 5.6.0 no")),
        ("DATA", "550 5.1.1 no such user", gone("550 5.1.1 no such user")),
        ("DATA", "550-5.6.0 no,\r\n550 5.6.0 never", permanent("550 5.6.0 no, never")),
    ] {
        server.at(command, reply);
        assert_eq!(channel.deliver(&message()).await, Err(error), "{command} {reply}");
    }
    assert_eq!(server.mail().len(), 0);
    channel.deliver(&message()).await.unwrap();
    assert_eq!(server.mail().len(), 1);
}

#[tokio::test]
async fn a_wrong_password_is_the_operator_s_affair() {
    let server = started!(MailServer::with(json!({"login": ["herald", "another"]})));
    let error = channel(&server, "").deliver(&message()).await.unwrap_err();
    assert_eq!(error, misconfigured("535 authentication refused"));
}

#[tokio::test]
async fn a_login_that_is_missing_is_the_operator_s_affair() {
    let server = started!(MailServer::with(json!({"login": LOGIN})));
    let error = plain(&server).deliver(&message()).await.unwrap_err();
    assert!(matches!(&error, DeliveryError::Misconfigured { .. }), "{error:?}");
    assert!(error.to_string().starts_with("530 "), "{error}");
}

#[tokio::test]
async fn each_way_to_log_in_is_known() {
    for (without, mechanism) in [("LOGIN", "PLAIN"), ("PLAIN", "LOGIN")] {
        let server = started!(MailServer::with(json!({"login": LOGIN, "without": [without]})));
        channel(&server, "").deliver(&message()).await.unwrap();
        assert_eq!(server.wait_for("login", 1)[0]["mechanism"], mechanism);
    }
    let without = json!({"login": LOGIN, "without": ["LOGIN", "PLAIN"]});
    let server = started!(MailServer::with(without));
    let error = channel(&server, "").deliver(&message()).await.unwrap_err();
    assert_eq!(error, misconfigured("server offers no way to log in that is known here"));
}

#[tokio::test]
async fn a_server_that_is_away_may_come_back() {
    let server = started!(MailServer::start());
    let channel = plain(&server);
    channel.deliver(&message()).await.unwrap();
    drop(server);
    let error = channel.deliver(&message()).await.unwrap_err();
    assert!(matches!(&error, DeliveryError::Transient { .. }), "{error:?}");
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_silent_is_not_waited_for() {
    let server = started!(MailServer::start());
    let settings = anonymous(&server, &format!("smtp://localhost:{}", server.port));
    let channel = EmailChannel::new(Settings { timeout: SOON, ..settings }).unwrap();
    for command in ["MAIL", "RCPT", "DATA"] {
        channel.deliver(&message()).await.unwrap();
        let taken = server.mail().len();
        server.at(command, "hang");
        let answer = timeout(10 * SOON, channel.deliver(&message())).await.unwrap();
        assert_eq!(answer, Err(transient("no answer in time")), "{command}");
        server.takes();
        channel.deliver(&message()).await.unwrap();
        assert_eq!(server.mail().len(), taken + 1, "{command}");
    }
    // somebody takes connections and never says a word
    let mute = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", mute.local_addr().unwrap());
    let settings = Settings { timeout: SOON, ..anonymous(&server, &url) };
    let channel = EmailChannel::new(settings).unwrap();
    let answer = timeout(10 * SOON, channel.deliver(&message())).await.unwrap();
    assert_eq!(answer, Err(transient("no answer in time")));
}

#[tokio::test]
async fn an_answer_that_is_late_is_not_taken_for_another() {
    let server = started!(MailServer::start());
    let settings = anonymous(&server, &format!("smtp://localhost:{}", server.port));
    let channel = EmailChannel::new(Settings { timeout: SOON, ..settings }).unwrap();
    for (nth, command) in ["MAIL", "RCPT"].into_iter().enumerate() {
        server.at(command, "dawdle");
        assert_eq!(channel.deliver(&message()).await, Err(transient("no answer in time")));
        server.takes();
        server.wait_for("late", nth + 1);
        channel.deliver(&message()).await.unwrap();
        assert_eq!(server.mail().len(), nth + 1, "{command}");
    }
}

#[tokio::test]
async fn a_connection_may_break_at_any_word() {
    let server = started!(MailServer::start());
    let channel = plain(&server);
    for command in ["MAIL", "RCPT", "DATA"] {
        server.at(command, "drop");
        let error = channel.deliver(&message()).await.unwrap_err();
        assert!(matches!(&error, DeliveryError::Transient { .. }), "{command}: {error:?}");
        server.takes();
        channel.deliver(&message()).await.unwrap();
    }
    assert_eq!(server.mail().len(), 3);
}

/// A future that is dropped takes its connection along, wherever it stands.
#[tokio::test]
async fn what_was_dropped_is_not_read_as_the_next_message() {
    let server = started!(MailServer::start());
    let channel = plain(&server);
    for (nth, command) in ["MAIL", "RCPT", "DATA"].into_iter().enumerate() {
        channel.deliver(&message()).await.unwrap();
        server.at(command, "hang");
        let message = message();
        let dropped = tokio::select! {
            _ = channel.deliver(&message) => false,
            () = hangs(&server, nth + 1) => true,
        };
        assert!(dropped, "{command}");
        server.takes();
        channel.deliver(&message).await.unwrap();
    }
    let mail = server.mail();
    assert_eq!(mail.len(), 6);
    assert!(mail.iter().all(|mail| mail["text"] == "main is green\n"), "{mail:?}");
}

async fn hangs(server: &MailServer, times: usize) {
    while server.of("in hand").len() < times {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = started!(MailServer::start());
    let channel = plain(&server);
    for _ in 0..3 {
        channel.deliver(&message()).await.unwrap();
        server.at("RCPT", "550 no such user");
        channel.deliver(&message()).await.unwrap_err();
        server.takes();
    }
    let mail = server.mail();
    assert!(mail.iter().all(|one| one["connection"] == mail[0]["connection"]), "{mail:?}");
}

#[tokio::test]
async fn an_address_that_cannot_be_written_is_dead() {
    let server = started!(MailServer::with(json!({"utf8": false})));
    let channel = plain(&server);
    for address in ["a..b@example.com", "alice@-", "alice@example..com", "a\\b@example.com"] {
        let message = herald_ports::Outgoing { to: to(address), ..message() };
        assert_eq!(
            channel.deliver(&message).await,
            Err(gone("not an address of mail")),
            "{address}"
        );
    }
    let message = herald_ports::Outgoing { to: to("jörg@example.com"), ..message() };
    let error = permanent("server takes no address that is not ASCII");
    assert_eq!(channel.deliver(&message).await, Err(error));
}
