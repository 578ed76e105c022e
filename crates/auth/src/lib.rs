//! Access tokens and passwords: the adapters of [`TokenIssuer`](herald_ports::TokenIssuer),
//! [`TokenVerifier`](herald_ports::TokenVerifier) and
//! [`PasswordHasher`](herald_ports::PasswordHasher).

mod jwt;
mod password;
mod pool;
pub mod secret;

pub use jwt::{Jwt, JwtConfig, JwtConfigError, KeyError};
pub use password::{BcryptHasher, PasswordConfigError};

/// Compiles the example of the page that explains tokens.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/tokens.md")]
struct TokensPage;
