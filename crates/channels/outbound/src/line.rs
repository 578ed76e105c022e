/// The most characters of a line.
const MAX: usize = 200;

/// A text that others wrote, for logs and errors: one line of at most 200 characters, without control
/// characters and marks of direction, and with each of the secrets that it repeats blotted out.
pub fn one_line(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "…");
    }
    let separates = |character: char| {
        character.is_whitespace() || character.is_control() || is_direction_mark(character)
    };
    let mut line = String::new();
    for word in text.split(separates).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if let Some((end, _)) = line.char_indices().nth(MAX) {
        let last = line[..end].char_indices().next_back().map_or(0, |(last, _)| last);
        line.truncate(last);
        line.push('…');
    }
    line
}

/// A headline without line breaks, whatever was put in: each becomes a space, and so does every other
/// control character.
pub fn headline(text: &str) -> String {
    let breaks =
        |character: char| character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
    text.replace(breaks, " ")
}

/// The part of an address that may be a secret, as it often is of those that users gave: the path, and
/// what follows. Nothing, if there is no more to it than a slash.
pub fn path_of(url: &str) -> &str {
    let host = url.find("://").map_or(0, |scheme| scheme + 3);
    let path = url[host..].find(['/', '?']).map_or("", |path| &url[host + path..]);
    if path == "/" { "" } else { path }
}

/// Whether it makes a line look like another.
fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_one_harmless_line() {
        assert_eq!(one_line("  two\r\nlines\0\u{1b}[2J\u{202e}x\u{2028}", &[]), "two lines [2J x");
        assert_eq!(one_line("", &[]), "");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let whole = "é".repeat(200);
        assert_eq!(one_line(&whole, &[]), whole);
        let cut = one_line(&"é".repeat(201), &[]);
        assert_eq!(cut, format!("{}…", "é".repeat(199)));
    }

    #[test]
    fn secrets_are_blotted_out() {
        assert_eq!(one_line("no token s3cret here", &["", "s3cret"]), "no token … here");
    }

    #[test]
    fn a_headline_has_one_line() {
        assert_eq!(headline("a\r\nb\0c\u{2028}d\te"), "a  b c d e");
        assert_eq!(headline("Größe 🎉  x "), "Größe 🎉  x ");
    }

    #[test]
    fn what_follows_the_host_may_be_a_secret() {
        assert_eq!(path_of("https://example.com/hooks/a?b#c"), "/hooks/a?b#c");
        assert_eq!(path_of("https://example.com?b"), "?b");
        assert_eq!(path_of("https://example.com:8443/"), "");
        assert_eq!(path_of("https://example.com"), "");
    }
}
