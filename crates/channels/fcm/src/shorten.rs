/// What says that there was more.
const MORE: char = '…';

/// The longest beginning of a text that takes at most so many bytes in JSON, with a sign if there was more.
pub(crate) fn to_bytes(text: &str, room: usize) -> String {
    let (mut length, mut end) = (0, 0);
    for (at, character) in text.char_indices() {
        length += in_json(character);
        if length + MORE.len_utf8() <= room {
            end = at + character.len_utf8();
        }
    }
    if length <= room {
        return text.to_owned();
    }
    let mut short = text[..end].trim_end().to_owned();
    if room >= MORE.len_utf8() {
        short.push(MORE);
    }
    short
}

/// How many bytes a character takes in a string of JSON (RFC 8259 section 7).
fn in_json(character: char) -> usize {
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
            ("main is green", 8, "main…"),
            ("🎉🎉🎉", 12, "🎉🎉🎉"),
            ("🎉🎉🎉", 11, "🎉🎉…"),
            ("🎉🎉🎉", 10, "🎉…"),
            ("\n\n\"\"", 8, "\n\n\"\""),
            ("ab\n\n\"\"", 9, "ab\n\n\"…"),
            ("abc", 2, ""),
            ("abc", 0, ""),
            ("", 0, ""),
        ] {
            assert_eq!(to_bytes(text, room), expected, "{text:?} {room}");
        }
    }

    #[test]
    fn lengths_are_those_of_json() {
        let text: String = (0..0x3000).filter_map(char::from_u32).collect();
        let length = text.chars().map(in_json).sum::<usize>();
        assert_eq!(serde_json::to_string(&text).unwrap().len(), length + 2);
    }
}
