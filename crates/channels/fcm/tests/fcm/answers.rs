//! What the answers to messages mean.

use std::time::Duration;

use herald_contract::web::WebReply;
use herald_ports::{DeliveryChannel, DeliveryError, Taken};

use crate::google::{Google, refusal};
use crate::message;

async fn meaning(reply: WebReply) -> Result<Taken, DeliveryError> {
    let google = Google::start().await;
    google.sends(reply);
    google.channel().deliver(&message()).await
}

fn kind(error: &DeliveryError) -> &'static str {
    match error {
        DeliveryError::Transient { .. } => "transient",
        DeliveryError::Permanent { .. } => "permanent",
        DeliveryError::EndpointGone { .. } => "gone",
        DeliveryError::Misconfigured { .. } => "misconfigured",
    }
}

#[tokio::test]
async fn the_code_counts_more_than_the_status() {
    for (status, name, code, meant) in [
        (404, "NOT_FOUND", Some("UNREGISTERED"), "gone"),
        (400, "INVALID_ARGUMENT", Some("INVALID_ARGUMENT"), "permanent"),
        (400, "INVALID_ARGUMENT", None, "permanent"),
        (403, "PERMISSION_DENIED", Some("SENDER_ID_MISMATCH"), "permanent"),
        (403, "PERMISSION_DENIED", None, "misconfigured"),
        (401, "UNAUTHENTICATED", Some("THIRD_PARTY_AUTH_ERROR"), "misconfigured"),
        (401, "UNAUTHENTICATED", None, "misconfigured"),
        // no such project
        (404, "NOT_FOUND", None, "misconfigured"),
        (429, "RESOURCE_EXHAUSTED", Some("QUOTA_EXCEEDED"), "transient"),
        (429, "RESOURCE_EXHAUSTED", None, "transient"),
        (503, "UNAVAILABLE", Some("UNAVAILABLE"), "transient"),
        (500, "INTERNAL", Some("INTERNAL"), "transient"),
        (500, "UNKNOWN", Some("UNSPECIFIED_ERROR"), "transient"),
        (400, "FAILED_PRECONDITION", Some("SOMETHING_NEW"), "permanent"),
    ] {
        let error = meaning(refusal(status, name, code, "said so")).await.unwrap_err();
        assert_eq!(kind(&error), meant, "{status} {name} {code:?}");
        let told = error.to_string();
        let expected = format!("{status} {}: said so", code.unwrap_or(name));
        assert!(told.ends_with(&expected), "{told}");
    }
}

#[tokio::test]
async fn a_token_of_another_sender_is_named_as_such() {
    let reply = refusal(403, "PERMISSION_DENIED", Some("SENDER_ID_MISMATCH"), "SenderId mismatch");
    let detail = "token is of another sender: 403 SENDER_ID_MISMATCH: SenderId mismatch".to_owned();
    assert_eq!(meaning(reply).await, Err(DeliveryError::Permanent { detail }));
}

#[tokio::test]
async fn pages_are_read_by_their_status() {
    for (status, meant) in
        [(307, "misconfigured"), (404, "misconfigured"), (413, "permanent"), (502, "transient")]
    {
        let page = "<!DOCTYPE html><title>Error (Server Error)!!1</title>";
        let reply = WebReply::status(status).header("content-type", "text/html").body(page);
        let error = meaning(reply).await.unwrap_err();
        assert_eq!(kind(&error), meant, "{status}");
        assert!(!error.to_string().contains("html"), "{error}");
    }
}

#[tokio::test]
async fn a_provider_is_left_alone_for_a_while() {
    for (status, code, asked, expected) in [
        (503, "UNAVAILABLE", None, 10),
        (503, "UNAVAILABLE", Some("1"), 10),
        (503, "UNAVAILABLE", Some("120"), 120),
        (500, "INTERNAL", None, 10),
        (429, "QUOTA_EXCEEDED", None, 60),
        (429, "QUOTA_EXCEEDED", Some("30"), 30),
        (429, "QUOTA_EXCEEDED", Some("2"), 10),
    ] {
        let mut reply = refusal(status, code, Some(code), "later");
        if let Some(asked) = asked {
            reply = reply.header("retry-after", asked);
        }
        let error = meaning(reply).await.unwrap_err();
        let DeliveryError::Transient { retry_after, .. } = error else { panic!("{error:?}") };
        assert_eq!(retry_after, Some(Duration::from_secs(expected)), "{code} {asked:?}");
    }
}

#[tokio::test]
async fn what_was_taken_has_a_name() {
    let google = Google::start().await;
    let taken = google.channel().deliver(&message()).await.unwrap();
    let name = "projects/herald-test/messages/0:1500415314455276";
    assert_eq!(taken.reference.as_deref(), Some(name));
    assert_eq!(meaning(WebReply::status(200)).await, Ok(Taken { reference: None }));
}
