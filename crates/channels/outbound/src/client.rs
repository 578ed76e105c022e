use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, ClientBuilder, redirect};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// How long a connection may take; how long an answer may take, the caller says.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a connection without requests is kept.
const IDLE: Duration = Duration::from_secs(30);

/// What an operator sets for all clients.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// certificates in PEM of authorities that are trusted beside those of the machine
    pub extra_roots: Vec<u8>,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum NoClient {
    /// the extra certificates are none
    #[error("extra root certificates: {0}")]
    Roots(String),
    /// the library has none
    #[error("http client: {0}")]
    Library(#[from] reqwest::Error),
}

/// A client for the addresses that an operator chose.
///
/// It follows no redirect, asks no proxy, whatever the environment says, and repeats nothing. Whom
/// to trust the machine knows; a certificate of its that cannot be read is left out.
pub fn client(settings: &Settings) -> Result<Client, NoClient> {
    Ok(builder(settings)?.build()?)
}

pub(crate) fn builder(settings: &Settings) -> Result<ClientBuilder, NoClient> {
    Ok(Client::builder()
        .tls_backend_preconfigured(tls(settings)?)
        .user_agent(concat!("herald/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .no_proxy()
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE))
}

fn tls(settings: &Settings) -> Result<ClientConfig, NoClient> {
    let wrong = |error: &dyn std::fmt::Display| NoClient::Roots(error.to_string());
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let extra: Vec<_> = CertificateDer::pem_slice_iter(&settings.extra_roots).collect();
    if extra.is_empty() && !settings.extra_roots.is_empty() {
        return Err(wrong(&"there is no certificate"));
    }
    for certificate in extra {
        let certificate = certificate.map_err(|error| wrong(&error))?;
        roots.add(certificate).map_err(|error| wrong(&error))?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(&error))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
