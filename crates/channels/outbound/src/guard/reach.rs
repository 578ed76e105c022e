use std::net::IpAddr;

use herald_ports::DeliveryError;
use ipnet::IpNet;
use url::{Host, Url};

use super::public::is_public;

/// How far requests to addresses that users gave may go: by default, to the public Internet by
/// `https`.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// `http` is allowed, too
    pub http: bool,
    /// networks that are allowed though they are not public
    pub networks: Vec<IpNet>,
}

/// A request would have left the public Internet.
#[derive(Debug, thiserror::Error)]
#[error("address is not public")]
pub(crate) struct NotPublic;

impl From<NotPublic> for DeliveryError {
    fn from(refused: NotPublic) -> Self {
        Self::Permanent { detail: refused.to_string() }
    }
}

impl Reach {
    /// Whether a connection to it may be made.
    pub(super) fn includes(&self, address: IpAddr) -> bool {
        // an IPv4 address in the clothes of IPv6 is connected to as what it is
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address)) || is_public(address)
    }

    /// Reads an address as it will be connected to, and refuses what can be refused before a name is
    /// looked up.
    pub(super) fn check(&self, url: &str) -> Result<Url, DeliveryError> {
        let refused = |detail: &str| DeliveryError::Permanent { detail: detail.to_owned() };
        let url = Url::parse(url).map_err(|_| refused("address is no url"))?;
        match url.scheme() {
            "https" => {}
            "http" if self.http => {}
            _ => return Err(refused("address is not https")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("address has a name or a password in it"));
        }
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            // looked up, and checked, when it is connected to
            Some(Host::Domain(_)) => None,
            None => return Err(refused("address has no host")),
        };
        if address.is_some_and(|address| !self.includes(address)) {
            return Err(NotPublic.into());
        }
        Ok(url)
    }
}
