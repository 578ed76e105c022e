//! What mails and messages say: the adapter of [`Renderer`](herald_ports::Renderer) by minijinja, and the
//! built-in templates of each channel.
//!
//! ```
//! use herald_domain::Channel;
//! use herald_ports::{Renderer, Sources};
//! use herald_templates::{JinjaRenderer, defaults};
//! use serde_json::json;
//!
//! let renderer = JinjaRenderer::new();
//! let variables = json!({
//!     "notification": {
//!         "title": "Build <main> failed",
//!         "message": "2 of 315 tests fail",
//!         "created_at": "2026-11-22T04:44:00Z",
//!     },
//! });
//!
//! let sources = Sources {
//!     subject: Some("{{ notification.title | upper }}"),
//!     text: "{{ notification.message }} ({{ notification.created_at | date('%H:%M', 'Europe/Berlin') }})",
//!     html: Some("<p>{{ notification.title }}</p>{{ notification.category }}"),
//! };
//! let rendered = renderer.render(sources, &variables).unwrap();
//! assert_eq!(rendered.subject.unwrap(), "BUILD <MAIN> FAILED");
//! assert_eq!(rendered.text, "2 of 315 tests fail (05:44)");
//! assert_eq!(rendered.html.unwrap(), "<p>Build &lt;main&gt; failed</p>");
//!
//! let sms = renderer.render(defaults(Channel::Sms), &variables).unwrap();
//! assert_eq!(sms.text, "Build <main> failed: 2 of 315 tests fail");
//!
//! let broken = Sources { subject: None, text: "Hello\n{{ user.name | shout }}", html: None };
//! let error = renderer.check(broken).unwrap_err();
//! assert_eq!(error.to_string(), "text: line 2: there is no filter shout");
//! ```
//!
//! # The language
//!
//! Templates are [Jinja](https://docs.rs/minijinja/2/minijinja/syntax/), without what reads other templates or
//! makes values that grow: no `include`, `import`, `extends`, `macro`, `call`, `do`, no `{% set %}` and `{% filter %}`
//! around text, no recursive loop, no `autoescape`. A value cannot be marked as safe. What was put together
//! by `~`, `+`, `[…]` or `{…}` and is kept in a variable cannot be put together with more and kept again, and `*` is for
//! what is a number by its form, such as `2` or `x | int`. `null` is like what is not there: empty. A
//! list is written out as `[…]` and an object as `{…}`; use `join` and `json`.
//!
//! A source has at most 64 KiB. The parts that it is for are filled in with the same variables; together they come to
//! at most 256 KiB.
//!
//! | filter | is |
//! |---|---|
//! | `capitalize`, `lower`, `upper` | the text in other letters |
//! | `date(format="%Y-%m-%d %H:%M", time_zone="UTC")` | a time of RFC 3339, as [`strftime`](jiff::fmt::strtime) writes it; what is no time, as it is |
//! | `default(other)` | the other value, where there is none |
//! | `first`, `last` | the first and last of a list |
//! | `first_line` | what a text begins with, up to the first line break |
//! | `float`, `int`, `round(precision=0)` | a number |
//! | `items` | the names and values of an object, as pairs: `{% for name, value in notification.data \| items %}` |
//! | `join(separator="")` | the members of a list in one text |
//! | `json` | the value as JSON |
//! | `length` | how many characters or members |
//! | `lines_html` | in `html` only: the text, escaped, with a `<br>` for each line break |
//! | `one_line` | the text with single spaces, and neither line breaks nor control characters |
//! | `replace(from, to)` | the text with other words |
//! | `trim` | the text without spaces around it |
//! | `truncate(length=255, end="…")` | at most so many characters, cut between words where that does not lose much |
//! | `urlencode` | the text as a part of an address |
//! | `wrap(width=72)` | the text in lines of at most so many characters; a longer word has a line of its own |
//!
//! The tests are `defined`, `divisibleby`, `endingwith`, `even`, `in`, `mapping`, `none`, `number`, `odd`, `sequence`,
//! `startingwith`, `string`, `undefined`, and `web_url` for what begins with `https://` or `http://`.

mod cache;
mod defaults;
mod environment;
mod fault;
mod filters;
mod judge;
mod output;
mod part;
mod renderer;
#[cfg(test)]
mod tests;
mod variables;

pub use defaults::defaults;
pub use renderer::JinjaRenderer;
