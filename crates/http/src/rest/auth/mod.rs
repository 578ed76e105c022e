mod login;
mod logout;
mod me;
mod refresh;
mod register;
mod tokens;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use login::Credentials;
pub(crate) use register::Registration;

/// Accounts, logins, tokens.
pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(me::me)
        .service(register::register)
        .service(login::login)
        .service(refresh::refresh)
        .service(logout::logout);
}
