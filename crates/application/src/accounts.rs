mod manage;

use std::sync::Arc;
use std::time::Duration;

use herald_domain::{
    Email, Role, SessionId, Timestamp, User, UserId, UserPrincipal, Username, Violations,
};
use herald_ports::{
    Claims, Clock, HashError, IdGenerator, NewSession, NewUser, PasswordHasher, Rotation,
    SessionStore, StoreError, Ticket, TokenIssuer, UserChange, UserStore,
};

use crate::{Access, AuthError, Password, figures, secret};

/// Why an account was not served.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// what was given breaks rules
    #[error("{0}")]
    Invalid(Violations),
    /// somebody has that name
    #[error("username is taken")]
    UsernameTaken,
    /// the operator closed registration
    #[error("registration is closed")]
    RegistrationClosed,
    /// unknown user or wrong password: nobody is told which
    #[error("username or password is wrong")]
    WrongCredentials,
    /// the token was minted by an application: there is no login to end
    #[error("token has no session")]
    NoSession,
    /// there is no such user
    #[error("there is no such user")]
    UnknownUser,
    /// nobody would be left who administers
    #[error("this is the last administrator")]
    LastAdmin,
    /// too many logins at once
    #[error("too many logins at once")]
    Overloaded,
    /// the token is not accepted
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// the store did not do it
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<HashError> for AccountError {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Overloaded => Self::Overloaded,
            HashError::Malformed => StoreError::Corrupt(error.to_string()).into(),
        }
    }
}

/// What a login gives.
pub struct TokenPair {
    /// the access token
    pub access: String,
    /// how long the access token lasts
    pub expires_in: Duration,
    /// the refresh token, good for one use
    pub refresh: String,
}

/// What [`Accounts`] needs.
#[expect(missing_docs, reason = "each is the port of that name")]
pub struct AccountsPorts {
    pub users: Arc<dyn UserStore>,
    pub sessions: Arc<dyn SessionStore>,
    pub hasher: Arc<dyn PasswordHasher>,
    pub issuer: Arc<dyn TokenIssuer>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdGenerator>,
}

/// Registering, logging in and out, and what an administrator does with users. What only an
/// administrator may do, the caller checks.
pub struct Accounts {
    ports: AccountsPorts,
    access: Arc<Access>,
    open_registration: bool,
}

impl Accounts {
    /// How long an access token lasts.
    pub const ACCESS_TTL: Duration = Duration::from_secs(15 * 60);
    /// How long an unused refresh token lasts.
    pub const REFRESH_TTL: Duration = Duration::from_secs(30 * 24 * 60 * 60);
    /// How long an unused WebSocket ticket lasts.
    pub const TICKET_TTL: Duration = Duration::from_secs(30);

    /// With `open_registration`, anybody may register.
    pub fn new(ports: AccountsPorts, access: Arc<Access>, open_registration: bool) -> Self {
        Self { ports, access, open_registration }
    }

    /// Adds a user who registers.
    pub async fn register(
        &self,
        username: &str,
        password: String,
        email: Option<&str>,
    ) -> Result<User, AccountError> {
        if !self.open_registration {
            return Err(AccountError::RegistrationClosed);
        }
        self.create(username, password, email, Role::user()).await
    }

    /// Adds a user with a role, as the operator may.
    pub async fn create(
        &self,
        username: &str,
        password: String,
        email: Option<&str>,
        role: Role,
    ) -> Result<User, AccountError> {
        let mut broken = Violations::default();
        let username = broken.take("username", username.parse::<Username>());
        let password = broken.take("password", Password::parse(password));
        let email = email.and_then(|text| broken.take("email", text.parse::<Email>()));
        let (Some(username), Some(password), Ok(())) =
            (username, password, broken.clone().into_result())
        else {
            return Err(AccountError::Invalid(broken));
        };
        let password = self.ports.hasher.hash(password.into_inner()).await?;
        let new = NewUser { username, password, email, role, now: self.ports.clock.now() };
        self.ports.users.register(new).await?.ok_or(AccountError::UsernameTaken)
    }

    /// Makes sure that a user of that name exists and is an administrator. A user who exists keeps
    /// the password.
    pub async fn ensure_admin(&self, username: &str, password: String) -> Result<(), AccountError> {
        match self.create(username, password, None, Role::admin()).await {
            Ok(_) => Ok(()),
            Err(AccountError::UsernameTaken) => {
                let user = self.find(username).await?;
                let change = UserChange { role: Some(Role::admin()), ..UserChange::default() };
                self.change(&user.id, change).await.map(drop)
            }
            Err(error) => Err(error),
        }
    }

    /// Opens a login.
    pub async fn login(&self, username: &str, password: String) -> Result<TokenPair, AccountError> {
        let result = self.open_login(username, password).await;
        figures::login(&result);
        result
    }

    async fn open_login(
        &self,
        username: &str,
        password: String,
    ) -> Result<TokenPair, AccountError> {
        let login = match username.parse() {
            Ok(username) => self.ports.users.login(username).await?,
            Err(_) => None,
        };
        let hash = login.as_ref().map(|login| login.password.clone());
        let right = self.ports.hasher.verify(password, hash).await?;
        let user = login.filter(|_| right).ok_or(AccountError::WrongCredentials)?.user;
        if user.disabled_at.is_some() {
            return Err(AuthError::Disabled.into());
        }
        let session = SessionId::new(self.ports.ids.id());
        let refresh = self.refresh_token();
        let now = self.ports.clock.now();
        let new = NewSession {
            id: session.clone(),
            user: user.key,
            refresh: secret::hash(&refresh),
            refresh_expires_at: now.plus(Self::REFRESH_TTL),
            now,
        };
        self.ports.sessions.open(new).await?;
        Ok(self.pair(user.id, session, refresh, now))
    }

    /// Exchanges a refresh token for a new pair. One that was used before ends the whole login, for
    /// two parties hold it.
    pub async fn refresh(&self, token: &str) -> Result<TokenPair, AccountError> {
        let refresh = self.refresh_token();
        let now = self.ports.clock.now();
        let rotation = self
            .ports
            .sessions
            .rotate(secret::hash(token), secret::hash(&refresh), now.plus(Self::REFRESH_TTL), now)
            .await?;
        match rotation {
            Rotation::Rotated { session, user } => {
                let expires_at = now.plus(Self::ACCESS_TTL);
                let user = self.access.by_key(user, Some(session.clone()), expires_at).await?;
                Ok(self.pair(user.id, session, refresh, now))
            }
            Rotation::Reused { session, user } => {
                tracing::warn!(%session, %user, "refresh token reused, login revoked");
                self.access.sync().await?;
                Err(AuthError::Invalid.into())
            }
            Rotation::Invalid => Err(AuthError::Invalid.into()),
        }
    }

    /// Ends the login that the caller's token belongs to, everywhere and at once.
    pub async fn logout(&self, user: &UserPrincipal) -> Result<(), AccountError> {
        let session = user.session.clone().ok_or(AccountError::NoSession)?;
        self.ports.sessions.revoke(session, self.ports.clock.now()).await?;
        Ok(self.access.sync().await?)
    }

    /// The caller as the store knows them.
    pub async fn me(&self, user: &UserPrincipal) -> Result<User, AccountError> {
        self.ports.users.by_key(user.key).await?.ok_or(AccountError::UnknownUser)
    }

    /// A pass for one WebSocket handshake, which lives no longer than the caller's token.
    pub async fn issue_ticket(&self, user: &UserPrincipal) -> Result<String, AccountError> {
        let text = secret::generate("ht_", &*self.ports.ids);
        let now = self.ports.clock.now();
        let ticket = Ticket {
            user: user.key,
            session: user.session.clone(),
            access_expires_at: user.expires_at,
            expires_at: now.plus(Self::TICKET_TTL),
        };
        self.ports.sessions.issue_ticket(secret::hash(&text), ticket, now).await?;
        Ok(text)
    }

    /// Who holds a ticket; it is used up.
    pub async fn redeem_ticket(&self, ticket: &str) -> Result<UserPrincipal, AccountError> {
        let now = self.ports.clock.now();
        let ticket = self.ports.sessions.redeem_ticket(secret::hash(ticket), now).await?;
        let ticket = ticket.ok_or(AuthError::Invalid)?;
        Ok(self.access.by_key(ticket.user, ticket.session, ticket.access_expires_at).await?)
    }

    fn refresh_token(&self) -> String {
        secret::generate("hr_", &*self.ports.ids)
    }

    fn pair(&self, user: UserId, session: SessionId, refresh: String, now: Timestamp) -> TokenPair {
        let access = self.ports.issuer.issue(&Claims {
            subject: user,
            session: Some(session),
            issued_at: now,
            expires_at: now.plus(Self::ACCESS_TTL),
        });
        TokenPair { access, expires_in: Self::ACCESS_TTL, refresh }
    }
}
