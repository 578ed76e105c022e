use std::borrow::Cow;
use std::io::Write;

use minijinja::value::Kwargs;
use minijinja::{Error, HtmlEscape, Value};

use super::LONGEST;
use super::list::too_long;
use crate::output::Bounded;

/// How many characters at the end are given up to end with a whole word: one in so many.
const WORD: usize = 4;

/// Whether there is no value.
pub(super) fn is_empty(value: &Value) -> bool {
    value.is_undefined() || value.is_none()
}

/// A value as it is written.
pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value.as_str() {
        Some(text) => Cow::Borrowed(text),
        None if is_empty(value) => Cow::Borrowed(""),
        None => Cow::Owned(value.to_string()),
    }
}

/// Whether it is an address that a browser opens without running anything.
pub(super) fn is_web_url(value: &Value) -> bool {
    value.as_str().is_some_and(|url| url.starts_with("https://") || url.starts_with("http://"))
}

/// The first letter in upper case, the others in lower.
pub(super) fn capitalize(value: &Value) -> String {
    let text = text(value);
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters.as_str().to_lowercase().chars()).collect()
}

pub(super) fn lower(value: &Value) -> String {
    text(value).to_lowercase()
}

pub(super) fn upper(value: &Value) -> String {
    text(value).to_uppercase()
}

pub(super) fn trim(value: &Value) -> String {
    text(value).trim().to_owned()
}

/// Words with single spaces between them: nothing that begins another line, or another header of a mail.
pub(crate) fn one_line(text: &str) -> String {
    let is_space = |letter: char| letter.is_whitespace() || letter.is_control();
    let words: Vec<_> = text.split(is_space).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Up to the first line break that something stands before.
pub(super) fn first_line(value: &Value) -> String {
    text(value).trim_start().lines().next().unwrap_or("").trim_end().to_owned()
}

pub(super) fn replace(value: &Value, from: &str, to: &str) -> Result<String, Error> {
    let text = text(value);
    let times = text.matches(from).count();
    if text.len().saturating_add(times.saturating_mul(to.len())) > LONGEST {
        return Err(too_long());
    }
    Ok(text.replace(from, to))
}

pub(super) fn urlencode(value: &Value) -> Result<String, Error> {
    // of a list or map the library makes a query, of anything else a part of an address
    let value = if is_empty(value) { Value::from("") } else { value.clone() };
    let text = minijinja::filters::urlencode(&value)?;
    if text.len() > LONGEST { Err(too_long()) } else { Ok(text) }
}

/// At most so many characters.
#[expect(clippy::needless_pass_by_value, reason = "the engine hands arguments over")]
pub(super) fn truncate(
    value: &Value,
    length: Option<usize>,
    end: Option<&str>,
    named: Kwargs,
) -> Result<String, Error> {
    let length = length.or(named.get("length")?).unwrap_or(255);
    let end = end.or(named.get("end")?).unwrap_or("…");
    named.assert_all_used()?;
    Ok(cut(&text(value), length, end))
}

/// Cuts a text that has more than so many characters: between words, unless that would lose a good part of it.
pub(crate) fn cut(text: &str, length: usize, end: &str) -> String {
    if text.chars().nth(length).is_none() {
        return text.to_owned();
    }
    let Some(room) = length.checked_sub(end.chars().count()) else {
        return text.chars().take(length).collect();
    };
    // where the first letter begins that has no room
    let at = text.char_indices().nth(room).map_or(text.len(), |(at, _)| at);
    let kept = &text[..at];
    let is_between = text[at..].starts_with(char::is_whitespace);
    let space = kept.rfind(char::is_whitespace).filter(|_| !is_between);
    let kept = match space {
        Some(space) if kept[space..].chars().count() * WORD <= room => &kept[..space],
        _ => kept,
    };
    format!("{}{end}", kept.trim_end())
}

/// The text as HTML, with its line breaks.
pub(super) fn lines_html(value: &Value) -> Result<Value, Error> {
    let text = text(value);
    let mut html = Bounded::new(LONGEST);
    for (index, line) in text.lines().enumerate() {
        let separator = if index == 0 { "" } else { "<br>\n" };
        write!(html, "{separator}{}", HtmlEscape(line)).map_err(|_| too_long())?;
    }
    Ok(Value::from_safe_string(html.into_text()))
}
