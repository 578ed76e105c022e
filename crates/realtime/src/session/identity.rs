//! Whose session it is, and for how long.

use herald_application::AuthError;
use herald_domain::UserPrincipal;

use super::{Action, Phase, Resume, Session};
use crate::driver::Job;
use crate::protocol::{ClientMessage, CloseCode, server};

impl Session {
    pub(super) fn first(&mut self, message: ClientMessage, out: &mut Vec<Action>) {
        match message {
            ClientMessage::Auth { token } => {
                self.phase = Phase::Authenticating;
                out.push(Action::Start(Job::Authenticate { token }));
            }
            _ => self.close(CloseCode::Unauthorized, out),
        }
    }

    pub(super) fn start(
        &mut self,
        user: &UserPrincipal,
        resume: Option<Resume>,
        out: &mut Vec<Action>,
    ) {
        self.user = Some(user.key);
        self.adopt(user);
        self.phase = Phase::Starting(resume);
        out.push(Action::Subscribe(user.key));
        out.push(Action::Start(Job::Head { user: Box::new(user.clone()) }));
    }

    /// Takes over what a token says about how long it lasts.
    fn adopt(&mut self, user: &UserPrincipal) {
        self.login = user.session.clone();
        self.expires_at = user.expires_at;
        self.warned = false;
    }

    pub(super) fn authenticated(
        &mut self,
        result: Result<UserPrincipal, AuthError>,
        out: &mut Vec<Action>,
    ) {
        match result {
            Ok(user) => self.start(&user, None, out),
            Err(AuthError::Store(_)) => self.close(CloseCode::TryAgainLater, out),
            Err(AuthError::Disabled) => self.close(CloseCode::Forbidden, out),
            Err(AuthError::Expired | AuthError::Invalid) => {
                self.close(CloseCode::Unauthorized, out);
            }
        }
    }

    pub(super) fn refreshed(
        &mut self,
        reference: Option<&str>,
        result: Result<UserPrincipal, AuthError>,
        out: &mut Vec<Action>,
    ) {
        match result {
            Ok(user) if Some(user.key) != self.user => self.close(CloseCode::Forbidden, out),
            Ok(user) => {
                self.adopt(&user);
                out.push(Action::Send(server::ok(reference)));
            }
            Err(error) => {
                let code = match error {
                    AuthError::Store(_) => "unavailable",
                    AuthError::Expired => "token_expired",
                    AuthError::Invalid | AuthError::Disabled => "token_invalid",
                };
                out.push(Action::Send(server::error(reference, code, "token is not accepted")));
            }
        }
    }
}
