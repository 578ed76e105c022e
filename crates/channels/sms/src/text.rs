use herald_outbound::headline;
use herald_ports::Outgoing;

/// The longest message, in UTF-16 code units, which is how telephones count.
const MAX: usize = 1_600;
/// What says that there was more. The character for it is not in the alphabet of GSM, and would make
/// a message that is else of more than twice as many parts.
const MORE: &str = "...";

/// The message in one text.
pub(crate) fn of(message: &Outgoing) -> String {
    let mut text = String::new();
    if let Some(subject) = &message.subject {
        text.push_str(&headline(subject));
        text.push('\n');
    }
    text.push_str(&message.text);
    shorten(&mut text);
    text
}

fn shorten(text: &mut String) {
    let (mut length, mut end) = (0, 0);
    for (at, character) in text.char_indices() {
        length += character.len_utf16();
        if length + MORE.len() <= MAX {
            end = at + character.len_utf8();
        }
    }
    if length > MAX {
        text.truncate(end);
        text.push_str(MORE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shortened(text: &str) -> String {
        let mut text = text.to_owned();
        shorten(&mut text);
        text
    }

    #[test]
    fn what_fits_stays() {
        for text in ["", "main is green", &"x".repeat(MAX), &"é".repeat(MAX), &"🎉".repeat(MAX / 2)]
        {
            assert_eq!(shortened(text), text);
        }
    }

    #[test]
    fn what_does_not_fit_is_cut_between_characters() {
        assert_eq!(shortened(&"x".repeat(MAX + 1)), format!("{}...", "x".repeat(MAX - 3)));
        assert_eq!(shortened(&"é".repeat(MAX + 1)), format!("{}...", "é".repeat(MAX - 3)));
        // of two units each
        assert_eq!(shortened(&"🎉".repeat(MAX)), format!("{}...", "🎉".repeat((MAX - 3) / 2)));
    }
}
