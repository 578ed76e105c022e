use std::borrow::Cow;

/// What says that there was more.
const MORE: char = '…';

/// The text, or as much of its beginning as takes so many bytes of JSON, without the quotes, with an ellipsis.
pub fn shortened(text: &str, room: usize) -> Cow<'_, str> {
    let (mut length, mut end) = (0, 0);
    for (at, character) in text.char_indices() {
        length += escaped_len(character);
        if length + MORE.len_utf8() <= room {
            end = at + character.len_utf8();
        }
    }
    if length <= room {
        return Cow::Borrowed(text);
    }
    let mut short = text[..end].to_owned();
    if room >= MORE.len_utf8() {
        short.push(MORE);
    }
    Cow::Owned(short)
}

/// How many bytes of JSON the text takes, without the quotes.
pub fn json_len(text: &str) -> usize {
    text.chars().map(escaped_len).sum()
}

/// How many bytes a character takes in a string of JSON (RFC 8259 section 7), as `serde_json` writes it.
fn escaped_len(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        _ => character.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_to_what_fits() {
        for (text, room, expected) in [
            ("main is green", 13, "main is green"),
            ("main is green", 12, "main is g…"),
            ("🎉🎉🎉", 12, "🎉🎉🎉"),
            ("🎉🎉🎉", 11, "🎉🎉…"),
            ("🎉🎉🎉", 10, "🎉…"),
            ("\n\n\"\"", 8, "\n\n\"\""),
            ("ab\n\n\"\"", 9, "ab\n\n…"),
            ("abcd", 3, "…"),
            ("abc", 2, ""),
            ("abc", 0, ""),
            ("", 0, ""),
        ] {
            assert_eq!(shortened(text, room), expected, "{text:?} {room}");
        }
    }

    #[test]
    fn lengths_are_those_of_json() {
        let text: String = (0..0x3000).filter_map(char::from_u32).chain(['🎉']).collect();
        assert_eq!(serde_json::to_string(&text).unwrap().len(), json_len(&text) + 2);
    }
}
