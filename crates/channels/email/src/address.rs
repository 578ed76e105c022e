use lettre::Address;
use url::Host;

/// The address as it is written in mail, its domain in ASCII (RFC 5890): any server takes that. None, if mail
/// has no such address.
pub(crate) fn address(text: &str) -> Option<Address> {
    let (name, domain) = text.rsplit_once('@')?;
    if domain.is_ascii() {
        return Address::new(name, domain).ok();
    }
    Address::new(name, Host::parse(domain).ok()?.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_written_in_ascii() {
        let written = |text| address(text).map(|address| address.to_string());
        for (text, expected) in [
            ("alice@example.com", Some("alice@example.com")),
            ("jörg@bücher.example", Some("jörg@xn--bcher-kva.example")),
            ("a+b.c@sub.example.com", Some("a+b.c@sub.example.com")),
            ("alice", None),
            ("a..b@example.com", None),
            ("alice@exa mple.com", None),
            ("alice@-.example", None),
        ] {
            assert_eq!(written(text).as_deref(), expected, "{text}");
        }
    }
}
