use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use herald_ports::DeliveryError;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, RequestBuilder};

use super::{NotPublic, Reach};
use crate::client::{NoClient, Settings, builder};

/// A client for the addresses that users gave.
///
/// A host's name is looked up once for each connection; the addresses that are within reach are what
/// is connected to, and no others, so that a name which means something else the next moment changes
/// nothing. Who asks for a host that has none of them is told [`DeliveryError::Permanent`] by
/// [`unanswered`](crate::unanswered).
#[derive(Debug, Clone)]
pub struct Guarded {
    client: Client,
    reach: Arc<Reach>,
}

impl Guarded {
    /// Names mean what the machine says.
    pub fn new(settings: &Settings, reach: Reach) -> Result<Self, NoClient> {
        Self::with_names(settings, reach, SystemNames)
    }

    /// Names mean what somebody else says.
    pub fn with_names(
        settings: &Settings,
        reach: Reach,
        names: impl Resolve + 'static,
    ) -> Result<Self, NoClient> {
        let reach = Arc::new(reach);
        let names = Checked { names: Arc::new(names), reach: reach.clone() };
        let client = builder(settings)?.dns_resolver(names).build()?;
        Ok(Self { client, reach })
    }

    /// A request to that address, unless it is seen at once that it may not be made.
    pub fn post(&self, url: &str) -> Result<RequestBuilder, DeliveryError> {
        Ok(self.client.post(self.reach.check(url)?))
    }
}

/// What the machine knows of names: its files, and the DNS.
struct SystemNames;

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Gives only those addresses of a name that may be connected to.
struct Checked<N> {
    names: Arc<N>,
    reach: Arc<Reach>,
}

impl<N: Resolve> Resolve for Checked<N> {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.names.resolve(name);
        let reach = self.reach.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = found.await?.collect();
            if found.is_empty() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "host has no address").into());
            }
            let within: Vec<_> = found.into_iter().filter(|at| reach.includes(at.ip())).collect();
            if within.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(within.into_iter()) as Addrs)
        })
    }
}
