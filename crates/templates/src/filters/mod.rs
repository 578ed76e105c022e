//! What templates can do with a value. Nothing here reads anything but its arguments.

mod date;
mod list;
mod text;
mod wrap;

use minijinja::{Environment, Value, tests};

use crate::part::Part;

pub(crate) use text::{cut, one_line};

/// How long a text may be that a filter makes, in bytes: as long as all that a template comes to.
const LONGEST: usize = 256 * 1024;

/// The filters that every part has.
const FILTERS: &[&str] = &[
    "capitalize",
    "d",
    "date",
    "default",
    "first",
    "first_line",
    "float",
    "int",
    "items",
    "join",
    "json",
    "last",
    "length",
    "lower",
    "one_line",
    "replace",
    "round",
    "trim",
    "truncate",
    "upper",
    "urlencode",
    "wrap",
];

/// The filter that only `html` has.
const LINES_HTML: &str = "lines_html";

/// What values can be asked for by `is`.
pub(crate) const TESTS: &[&str] = &[
    "defined",
    "divisibleby",
    "endingwith",
    "even",
    "in",
    "mapping",
    "none",
    "number",
    "odd",
    "sequence",
    "startingwith",
    "string",
    "undefined",
    "web_url",
];

/// Whether a part has a filter.
pub(crate) fn exists(name: &str, part: Part) -> bool {
    FILTERS.contains(&name) || (part == Part::Html && name == LINES_HTML)
}

/// Adds all that a part has.
pub(crate) fn add(environment: &mut Environment<'static>, part: Part) {
    environment.add_filter("capitalize", text::capitalize);
    environment.add_filter("d", list::default);
    environment.add_filter("date", date::date);
    environment.add_filter("default", list::default);
    environment.add_filter("first", list::first);
    environment.add_filter("first_line", text::first_line);
    environment.add_filter("float", minijinja::filters::float);
    environment.add_filter("int", minijinja::filters::int);
    environment.add_filter("items", list::items);
    environment.add_filter("join", list::join);
    environment.add_filter("json", list::json);
    environment.add_filter("last", list::last);
    environment.add_filter("length", list::length);
    environment.add_filter("lower", text::lower);
    environment.add_filter("one_line", |value: &Value| one_line(&text::text(value)));
    environment.add_filter("replace", text::replace);
    environment.add_filter("round", minijinja::filters::round);
    environment.add_filter("trim", text::trim);
    environment.add_filter("truncate", text::truncate);
    environment.add_filter("upper", text::upper);
    environment.add_filter("urlencode", text::urlencode);
    environment.add_filter("wrap", wrap::wrap);
    if part == Part::Html {
        environment.add_filter(LINES_HTML, text::lines_html);
    }

    environment.add_test("defined", tests::is_defined);
    environment.add_test("divisibleby", tests::is_divisibleby);
    environment.add_test("endingwith", tests::is_endingwith);
    environment.add_test("even", tests::is_even);
    environment.add_test("in", tests::is_in);
    environment.add_test("mapping", tests::is_mapping);
    environment.add_test("none", tests::is_none);
    environment.add_test("number", tests::is_number);
    environment.add_test("odd", tests::is_odd);
    environment.add_test("sequence", tests::is_sequence);
    environment.add_test("startingwith", tests::is_startingwith);
    environment.add_test("string", tests::is_string);
    environment.add_test("undefined", tests::is_undefined);
    environment.add_test("web_url", text::is_web_url);
}
