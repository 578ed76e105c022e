use reqwest::Url;

/// The address of something below that of a provider, which an operator gave. None, if that is no `http` or
/// `https` URL, or has a name, a password or a query.
pub fn below(base: &str, path: &[&str]) -> Option<Url> {
    let mut url = Url::parse(base).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !plain {
        return None;
    }
    url.path_segments_mut().ok()?.pop_if_empty().extend(path);
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stands_below_the_base() {
        for (base, expected) in [
            ("https://api.example.com", "https://api.example.com/v1/a%2Fb/c:d"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/v1/a%2Fb/c:d"),
            ("https://example.com/sms/", "https://example.com/sms/v1/a%2Fb/c:d"),
            ("https://example.com/sms", "https://example.com/sms/v1/a%2Fb/c:d"),
        ] {
            let url = below(base, &["v1", "a/b", "c:d"]).unwrap();
            assert_eq!(url.as_str(), expected);
        }
    }

    #[test]
    fn what_is_no_base_is_refused() {
        for base in [
            "",
            "api.example.com",
            "ftp://a",
            "https://a:b@c",
            "https://a@c",
            "https://a?b",
            "mailto:a",
        ] {
            assert_eq!(below(base, &["x"]), None, "{base}");
        }
    }
}
