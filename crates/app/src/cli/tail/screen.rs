use std::collections::BTreeSet;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use herald_ports::{Clock, SystemClock};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::cli::plain::plain;

/// How many items are remembered as shown.
const REMEMBERED: usize = 10_000;
const DIM: Style = Style::new().dimmed();

/// Where messages are shown. Colours are left out where they would not be seen: in a pipe, a file,
/// or with `NO_COLOR`.
pub(super) struct Screen {
    json: bool,
    zone: TimeZone,
    shown: BTreeSet<i64>,
}

impl Screen {
    pub(super) fn new(json: bool) -> Self {
        Self { json, zone: TimeZone::system(), shown: BTreeSet::new() }
    }

    /// Whether messages are printed as they came.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// Something about the connection.
    pub(super) fn notice(&self, text: &str) -> io::Result<()> {
        writeln!(anstream::stderr().lock(), "{DIM}-- {}{DIM:#}", plain(text))
    }

    /// A message about the inbox: as it came, or a line for each thing it tells of.
    pub(super) fn show(&mut self, text: &str, message: &Value) -> io::Result<()> {
        let mut out = anstream::stdout().lock();
        if self.json {
            writeln!(out, "{text}")?;
            return out.flush();
        }
        for line in self.lines(message) {
            writeln!(out, "{line}")?;
        }
        out.flush()
    }

    fn lines(&mut self, message: &Value) -> Vec<String> {
        let list = |name: &str| message[name].as_array().map(Vec::as_slice).unwrap_or_default();
        match message["type"].as_str() {
            Some("notification") => vec![self.item(&message["notification"])],
            Some("changed") => {
                let items = list("items").iter().map(|item| self.changed(item));
                let mut lines: Vec<_> = items.collect();
                let gone = |id: &Value| self.dim(&Value::Null, &format!("#{id} deleted"));
                lines.extend(list("deleted").iter().map(gone));
                lines
            }
            Some("all_read") => vec![self.dim(&message["at"], "everything read")],
            Some("all_seen") => vec![self.dim(&message["at"], "everything seen")],
            _ => Vec::new(),
        }
    }

    /// An item that was touched. One that was never shown came while the connection was away, or
    /// before the first: then it is told what it says.
    fn changed(&mut self, item: &Value) -> String {
        let state = ["archived", "read", "seen"].into_iter().find_map(|state| {
            let at = &item[format!("{state}_at")];
            at.is_string().then_some((state, at))
        });
        let known = item["id"].as_i64().is_some_and(|id| self.shown.contains(&id));
        match state {
            None | Some(("seen", _)) if !known => self.item(item),
            None => self.dim(&Value::Null, &format!("#{} unread", item["id"])),
            Some((state, at)) if known => self.dim(at, &format!("#{} {state}", item["id"])),
            Some((state, at)) => {
                self.remember(item);
                self.dim(at, &format!("#{} {state}: {}", item["id"], saying(item)))
            }
        }
    }

    /// An item, with its kind as colour and sign, and its priority where it is not an ordinary one.
    fn item(&mut self, item: &Value) -> String {
        self.remember(item);
        let (sign, colour) = match item["kind"].as_str() {
            Some("success") => ("✓", AnsiColor::Green),
            Some("warning") => ("!", AnsiColor::Yellow),
            Some("error") => ("✗", AnsiColor::Red),
            _ => ("·", AnsiColor::Blue),
        };
        let style = Style::new().fg_color(Some(colour.into()));
        let (style, priority) = match item["priority"].as_str() {
            Some("critical") => (style.bold().invert(), " CRITICAL"),
            Some("high") => (style.bold(), " HIGH"),
            _ => (style, ""),
        };
        let time = self.time(&item["created_at"]);
        let saying = saying(item);
        let link = item["action_url"].as_str().map(plain);
        let link = link.map_or_else(String::new, |link| format!("  {DIM}{link}{DIM:#}"));
        format!(
            "{DIM}{time}{DIM:#} {style}{sign}{priority}{style:#} #{} {saying}{link}",
            item["id"]
        )
    }

    fn dim(&self, at: &Value, text: &str) -> String {
        format!("{DIM}{} - {text}{DIM:#}", self.time(at))
    }

    /// The local time of a moment; the present if there is none.
    fn time(&self, at: &Value) -> String {
        let at = at.as_str().and_then(|text| text.parse().ok());
        let at = at.or_else(|| Timestamp::from_microsecond(SystemClock.now().as_micros()).ok());
        let at = at.unwrap_or_default().to_zoned(self.zone.clone());
        at.strftime("%H:%M:%S").to_string()
    }

    fn remember(&mut self, item: &Value) {
        self.shown.extend(item["id"].as_i64());
        if self.shown.len() > REMEMBERED {
            self.shown.pop_first();
        }
    }
}

/// Title and message, on one line.
fn saying(item: &Value) -> String {
    const BOLD: Style = Style::new().bold();
    let message = item["message"].as_str().map(plain).unwrap_or_default();
    match item["title"].as_str().map(plain) {
        Some(title) => format!("{BOLD}{title}{BOLD:#}: {message}"),
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn screen() -> Screen {
        Screen { json: false, zone: TimeZone::UTC, shown: BTreeSet::new() }
    }

    fn lines(screen: &mut Screen, message: &Value) -> Vec<String> {
        let lines = screen.lines(message);
        lines.iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect()
    }

    fn item(id: i64) -> Value {
        json!({"id": id, "title": "Build", "message": "is\ngreen \u{1b}[2J", "kind": "success",
               "priority": "critical", "action_url": "/runs/7", "created_at": "2026-11-21T09:00:01Z",
               "seen_at": null, "read_at": null, "archived_at": null})
    }

    #[test]
    fn a_notification_is_one_harmless_line() {
        let message = json!({"type": "notification", "rev": 1, "notification": item(5)});
        let lines = lines(&mut screen(), &message);
        assert_eq!(lines, ["09:00:01 ✓ CRITICAL #5 Build: is⏎green \u{fffd}[2J  /runs/7"]);
    }

    #[test]
    fn what_was_shown_is_only_named_and_what_was_not_is_told() {
        let mut screen = screen();
        lines(&mut screen, &json!({"type": "notification", "rev": 1, "notification": item(5)}));
        let read = |id| {
            let mut item = item(id);
            item["read_at"] = json!("2026-11-21T09:30:00Z");
            item
        };
        let changed = json!({"type": "changed", "rev": 2, "items": [read(5), read(6), item(7)], "deleted": []});
        assert_eq!(
            lines(&mut screen, &changed),
            [
                "09:30:00 - #5 read",
                "09:30:00 - #6 read: Build: is⏎green \u{fffd}[2J",
                "09:00:01 ✓ CRITICAL #7 Build: is⏎green \u{fffd}[2J  /runs/7",
            ]
        );
    }
}
