use std::error::Error as _;
use std::io;

use herald_outbound::one_line;
use herald_ports::DeliveryError;
use lettre::transport::smtp::Error;

/// How far a message has come, which decides what a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// connecting, TLS, the first words
    Opening,
    /// logging in
    LoggingIn,
    /// `MAIL FROM`: whom it comes from, who asks
    Sender,
    /// `RCPT TO`: whom it is for
    Recipient,
    /// `DATA`: what it says
    Content,
}

/// What is wrong, so that nothing goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// with the server, for now
    Moment,
    /// with this message
    Message,
    /// with the address
    Address,
    /// with how the server is used, or what it is used for
    Setup,
}

/// What an error of that stage means; the password is not in it, even if the server repeats it.
pub(crate) fn of(stage: Stage, error: &Error, password: &str) -> DeliveryError {
    let (fault, detail) = match error.status() {
        Some(code) => {
            let reply = error.source().map(ToString::to_string).unwrap_or_default();
            let fault = if error.is_transient() {
                Fault::Moment
            } else {
                judge(stage, u16::from(code), enhanced(&reply))
            };
            // a server that does not understand a login may repeat it, encoded
            let reply = if stage == Stage::LoggingIn { "authentication refused" } else { &reply };
            (fault, format!("{code} {reply}"))
        }
        None if is_tls(error) => (Fault::Setup, error.to_string()),
        None if stage == Stage::LoggingIn && error.is_client() => {
            (Fault::Setup, "server offers no way to log in that is known here".to_owned())
        }
        None => (Fault::Moment, error.to_string()),
    };
    let detail = one_line(&detail, &[password]);
    match fault {
        Fault::Moment => DeliveryError::Transient { detail, retry_after: None },
        Fault::Message => DeliveryError::Permanent { detail },
        Fault::Address => DeliveryError::EndpointGone { detail },
        Fault::Setup => DeliveryError::Misconfigured { detail },
    }
}

/// What a reply of 5yz is about (RFC 5321 section 4.2.3; RFC 3463 for the status that may stand in it).
fn judge(stage: Stage, code: u16, status: Option<(u16, u16)>) -> Fault {
    match (stage, code, status) {
        (Stage::Opening | Stage::LoggingIn, ..) => Fault::Setup,
        // authentication, or encryption, is wanted first (RFC 4954 section 6)
        (_, 530 | 534 | 535 | 538, _) => Fault::Setup,
        // more than the server takes
        (Stage::Sender, 552, _) => Fault::Message,
        (Stage::Sender, ..) => Fault::Setup,
        // the sender's address
        (_, _, Some((1, 7 | 8))) => Fault::Setup,
        // the recipient's address; a mailbox that is disabled
        (_, _, Some((1, _) | (2, 1))) => Fault::Address,
        // a full mailbox, a rule, or suspicion: the address is good
        (Stage::Recipient, _, Some((2 | 3 | 5 | 6 | 7, _))) => Fault::Message,
        (Stage::Recipient, 550 | 551 | 553, _) => Fault::Address,
        _ => Fault::Message,
    }
}

/// Subject and detail of the status that a reply begins with: of `5.1.1 no such user` 1 and 1.
fn enhanced(reply: &str) -> Option<(u16, u16)> {
    let (subject, detail) = reply.split_whitespace().next()?.strip_prefix("5.")?.split_once('.')?;
    Some((subject.parse().ok()?, detail.parse().ok()?))
}

/// Whether TLS did not come about, be it for the certificate.
fn is_tls(error: &Error) -> bool {
    let mut causes = std::iter::successors(error.source(), |&cause| cause.source());
    error.is_tls()
        || causes.any(|cause| {
            let cause = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            cause.is_some_and(|cause| cause.is::<rustls::Error>())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_found_at_the_beginning() {
        assert_eq!(enhanced("5.1.1 <a@b>: no such user"), Some((1, 1)));
        assert_eq!(enhanced("5.7.123"), Some((7, 123)));
        for reply in ["", "no such user", "4.1.1 x", "5.1 x", "5.x.1", "version 5.1.1"] {
            assert_eq!(enhanced(reply), None, "{reply}");
        }
    }

    #[test]
    fn only_the_recipient_s_address_is_ever_dead() {
        use {Fault::*, Stage::*};
        for (stage, code, reply, fault) in [
            (Opening, 554, "no service here", Setup),
            (LoggingIn, 535, "5.7.8 wrong", Setup),
            (Sender, 530, "5.7.0 log in first", Setup),
            (Sender, 550, "5.1.8 no such domain", Setup),
            (Sender, 553, "not your address", Setup),
            (Sender, 552, "5.3.4 too big", Message),
            (Recipient, 550, "no such user", Address),
            (Recipient, 551, "he has moved", Address),
            (Recipient, 553, "not a name", Address),
            (Recipient, 550, "5.1.1 no such user", Address),
            (Recipient, 554, "5.1.2 no such host", Address),
            (Recipient, 550, "5.2.1 disabled", Address),
            (Recipient, 550, "5.4.1 access denied", Address),
            (Recipient, 552, "5.2.2 full", Message),
            (Recipient, 550, "5.7.1 relaying denied", Message),
            (Recipient, 550, "5.1.7 sender's address", Setup),
            (Recipient, 530, "5.7.0 log in first", Setup),
            (Recipient, 554, "no", Message),
            (Content, 550, "looks like spam", Message),
            (Content, 550, "5.1.1 no such user", Address),
            (Content, 552, "too big", Message),
            (Content, 554, "5.6.0 no", Message),
        ] {
            assert_eq!(judge(stage, code, enhanced(reply)), fault, "{stage:?} {code} {reply}");
        }
    }
}
