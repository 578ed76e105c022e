//! Text that others wrote, on its way to a terminal.

/// The text on one line, and harmless: a terminal would obey control characters, and direction marks
/// make a line look like another.
pub(super) fn plain(text: &str) -> String {
    let harmless = |character| match character {
        '\n' => '⏎',
        '\t' => ' ',
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            char::REPLACEMENT_CHARACTER
        }
        character if character.is_control() => char::REPLACEMENT_CHARACTER,
        character => character,
    };
    text.chars().map(harmless).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_that_a_terminal_obeys() {
        assert_eq!(plain("\u{1b}]0;owned\u{7}\u{1b}[2J"), "\u{fffd}]0;owned\u{fffd}\u{fffd}[2J");
        assert_eq!(plain("\u{9b}31m"), "\u{fffd}31m");
        assert_eq!(plain("a\r\u{202e}b"), "a\u{fffd}\u{fffd}b");
        assert_eq!(plain("one\ntwo\tthree ünïcödé 日本"), "one⏎two three ünïcödé 日本");
    }
}
