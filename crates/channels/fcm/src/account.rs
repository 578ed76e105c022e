use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use reqwest::Url;
use ring::signature::RsaKeyPair;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;

/// The file that Google gives for a service account, which says who sends: the JSON key.
pub struct ServiceAccount {
    pub(crate) project: String,
    pub(crate) email: String,
    pub(crate) key: RsaKeyPair,
    /// which of the account's keys it is
    pub(crate) key_id: Option<String>,
    /// where tokens are given
    pub(crate) token_url: Url,
}

/// What is wrong with a service account. Nothing of it is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongServiceAccount {
    /// not such a file at all
    #[error("must be a JSON object with type, project_id, client_email, private_key and token_uri")]
    Form,
    /// a file for another kind of credential
    #[error("type must be service_account")]
    Type,
    /// the key is none
    #[error("private_key must be an RSA key of 2048 to 4096 bits in PEM (PKCS #8)")]
    Key,
    /// tokens cannot be asked for there
    #[error("token_uri must be an https URL")]
    TokenUri,
}

#[derive(Deserialize)]
struct File {
    r#type: String,
    project_id: String,
    client_email: String,
    private_key: String,
    private_key_id: Option<String>,
    token_uri: String,
}

impl FromStr for ServiceAccount {
    type Err = WrongServiceAccount;

    fn from_str(text: &str) -> Result<Self, WrongServiceAccount> {
        let file: File = serde_json::from_str(text).map_err(|_| WrongServiceAccount::Form)?;
        if file.r#type != "service_account" {
            return Err(WrongServiceAccount::Type);
        }
        if file.project_id.is_empty() || file.client_email.is_empty() {
            return Err(WrongServiceAccount::Form);
        }
        let key = PrivatePkcs8KeyDer::from_pem_slice(file.private_key.as_bytes())
            .map_err(|_| WrongServiceAccount::Key)?;
        let key =
            RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).map_err(|_| WrongServiceAccount::Key)?;
        let token_url = Url::parse(&file.token_uri).ok().filter(is_secret);
        Ok(Self {
            project: file.project_id,
            email: file.client_email,
            key,
            key_id: file.private_key_id,
            token_url: token_url.ok_or(WrongServiceAccount::TokenUri)?,
        })
    }
}

/// Whether nobody else reads what is said there.
fn is_secret(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let is_here = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    url.scheme() == "https" || (url.scheme() == "http" && is_here)
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.email, self.project)
    }
}
