use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName, X_FORWARDED_FOR};
use ipnet::IpNet;

/// What of an address is counted: all of IPv4, and of IPv6 the first 64 bits, for whoever has one
/// address of such a network has all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Network(IpAddr);

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Network {
    pub(super) fn of(address: IpAddr) -> Self {
        Self(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
        })
    }
}

/// The proxies that are believed when they say whom they ask for.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// What was given is neither an address nor a network.
#[derive(Debug, thiserror::Error)]
#[error("must be addresses or networks such as 10.0.0.0/8, not {0}")]
pub struct NotAProxy(String);

impl TrustedProxies {
    /// These: addresses, or networks as in `10.0.0.0/8`.
    pub fn parse(texts: &[String]) -> Result<Self, NotAProxy> {
        let parse = |text: &String| {
            let network = text.parse().or_else(|_| text.parse().map(|one: IpAddr| one.into()));
            network.map_err(|_| NotAProxy(text.clone()))
        };
        texts.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// Who asks. Of a chain of proxies each adds whom it heard from, and anybody can send such a
    /// header; so it is read from its end, as far as those who wrote it are trusted.
    pub(super) fn client(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> IpAddr {
        // only a request that is made up in this process has no peer
        let peer = peer.map_or(Ipv6Addr::UNSPECIFIED.into(), |peer| peer.ip().to_canonical());
        if !self.trusts(peer) {
            return peer;
        }
        let told = |name| headers.contains_key(&name).then(|| self.follow(peer, headers, &name));
        match (told(X_FORWARDED_FOR), told(FORWARDED)) {
            // a proxy writes one of them, and lets the other through as the client made it up
            (Some(one), Some(other)) if one != other => peer,
            (one, other) => one.or(other).unwrap_or(peer),
        }
    }

    fn follow(&self, peer: IpAddr, headers: &HeaderMap, name: &HeaderName) -> IpAddr {
        let lines: Vec<_> = headers.get_all(name).map(|line| line.to_str().ok()).collect();
        let hops = lines.iter().rev().flat_map(|line| line.unwrap_or_default().rsplit(','));
        let mut known = peer;
        for hop in hops {
            let hop = if *name == FORWARDED { forwarded_for(hop) } else { Some(hop) };
            let Some(address) = hop.and_then(parse) else { break };
            known = address;
            if !self.trusts(address) {
                break;
            }
        }
        known
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Whom one element of `Forwarded` (RFC 7239) is for.
fn forwarded_for(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim().trim_matches('"'))
    })
}

/// An address, perhaps with a port; IPv6 may stand in brackets.
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().or_else(|_| bare.parse().map(|node: SocketAddr| node.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    /// Who asks, as seen behind proxies in 10.0.0.0/8 and at 2001:db8::1.
    fn client(peer: &str, headers: &[(&str, &str)]) -> String {
        let trusted = ["10.0.0.0/8".to_owned(), "2001:db8::1".to_owned()];
        let mut request = TestRequest::get();
        for header in headers {
            request = request.append_header(*header);
        }
        let peer = SocketAddr::new(peer.parse().unwrap(), 4711);
        let request = request.to_http_request();
        let trusted = TrustedProxies::parse(&trusted).unwrap();
        trusted.client(Some(peer), request.headers()).to_string()
    }

    #[test]
    fn only_a_trusted_peer_is_believed() {
        let header = [("X-Forwarded-For", "203.0.113.7")];
        assert_eq!(client("192.0.2.1", &header), "192.0.2.1");
        assert_eq!(client("10.1.2.3", &header), "203.0.113.7");
        assert_eq!(client("::ffff:10.1.2.3", &header), "203.0.113.7");
        assert_eq!(client("2001:db8::1", &header), "203.0.113.7");
        assert_eq!(client("10.1.2.3", &[]), "10.1.2.3");
    }

    #[test]
    fn the_last_who_is_not_trusted_is_the_client() {
        for (chain, expected) in [
            ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
            ("198.51.100.1, 203.0.113.7, 10.9.9.9", "203.0.113.7"),
            ("203.0.113.7:8080", "203.0.113.7"),
            ("[2001:db8::7]:8080", "2001:db8::7"),
            ("2001:db8::7", "2001:db8::7"),
            // nobody but proxies: the first of them
            ("10.0.0.8, 10.9.9.9", "10.0.0.8"),
            // what is no address ends the chain
            ("198.51.100.1, unknown, 10.9.9.9", "10.9.9.9"),
            ("", "10.1.2.3"),
        ] {
            assert_eq!(client("10.1.2.3", &[("X-Forwarded-For", chain)]), expected, "{chain}");
        }
        let lines = [("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-For", "203.0.113.7")];
        assert_eq!(client("10.1.2.3", &lines), "203.0.113.7");
    }

    #[test]
    fn the_standard_header_says_the_same() {
        for (chain, expected) in [
            ("for=203.0.113.7;proto=https;by=10.1.2.3", "203.0.113.7"),
            ("for=198.51.100.1, For=\"203.0.113.7:4711\"", "203.0.113.7"),
            ("for=\"[2001:db8::7]:4711\"", "2001:db8::7"),
            ("for=\", for=203.0.113.7", "203.0.113.7"),
            ("for=203.0.113.7, for=_hidden", "10.1.2.3"),
            ("proto=https", "10.1.2.3"),
        ] {
            assert_eq!(client("10.1.2.3", &[("Forwarded", chain)]), expected, "{chain}");
        }
    }

    #[test]
    fn of_two_headers_that_differ_neither_is_believed() {
        let both = |other| [("X-Forwarded-For", "203.0.113.7"), ("Forwarded", other)];
        assert_eq!(client("10.1.2.3", &both("for=198.51.100.1")), "10.1.2.3");
        assert_eq!(client("10.1.2.3", &both("for=203.0.113.7")), "203.0.113.7");
    }

    #[test]
    fn a_network_of_ipv6_is_counted_as_one() {
        let network = |text: &str| Network::of(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "proxy.example.com", "10.0.0.0/33", "10.0.0"] {
            assert!(TrustedProxies::parse(&[text.to_owned()]).is_err(), "{text}");
        }
    }
}
