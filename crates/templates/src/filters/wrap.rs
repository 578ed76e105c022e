use minijinja::{Error, Value};

use super::text::text;

/// The text in lines of at most so many characters. A longer word, such as an address, has a line of its own. No
/// line ends with a space.
pub(super) fn wrap(value: &Value, width: Option<usize>) -> Result<String, Error> {
    let width = width.unwrap_or(72);
    let text = text(value);
    let mut wrapped = String::with_capacity(text.len());
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            wrapped.push('\n');
        }
        // what is indented stays so where it begins
        let indent = line.len() - line.trim_start().len();
        let indent = if line.trim().is_empty() { "" } else { &line[..indent] };
        wrapped.push_str(indent);
        let mut used = indent.chars().count();
        for (nth, word) in line.split_whitespace().enumerate() {
            let length = word.chars().count();
            if nth > 0 && used + 1 + length > width {
                wrapped.push('\n');
                used = 0;
            } else if nth > 0 {
                wrapped.push(' ');
                used += 1;
            }
            wrapped.push_str(word);
            used += length;
        }
    }
    Ok(wrapped)
}
