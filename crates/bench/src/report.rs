//! What is said, and where: tables on standard output, progress on standard error.

use std::fmt::Write;

use crate::figure::{Summary, Target};
use crate::machine::Machine;

/// Says a line of the result.
#[expect(clippy::print_stdout, reason = "the result of this program is what it prints")]
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// Says something in passing.
#[expect(clippy::print_stderr, reason = "progress is no part of the result")]
pub(crate) fn note(text: &str) {
    eprintln!("{text}");
}

/// Machine and figures, as Markdown; also how many cores other programs took at most.
pub(crate) fn markdown(machine: &Machine, disturbance: f64, figures: &[Summary]) -> String {
    let mut out = format!("{machine}; other programs took up to {disturbance:.2} cores\n\n");
    out.push_str("| | target | Herald | rounds | floor | Herald / floor | |\n");
    out.push_str("|---|---|---|---|---|---|---|\n");
    for figure in figures {
        let met = match figure.met {
            Some(true) => "met",
            Some(false) => "**missed**",
            None => "",
        };
        let rounds = match figure.rounds.as_slice() {
            [_] | [] => String::new(),
            rounds => {
                let least = rounds.iter().copied().fold(f64::INFINITY, f64::min);
                let most = rounds.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                format!("{} to {}", number(least), number(most))
            }
        };
        let _ = writeln!(
            out,
            "| {} | {} | {} {} | {rounds} | {} | {} | {met} |",
            figure.name,
            figure.target.map_or_else(String::new, target),
            number(figure.value),
            figure.unit,
            figure.floor.map_or_else(String::new, number),
            figure.ratio.map_or_else(String::new, number),
        );
    }
    out
}

fn target(target: Target) -> String {
    match target {
        Target::AtLeast(least) => format!("≥ {}", number(least)),
        Target::AtMost(most) => format!("≤ {}", number(most)),
        Target::TimesFloor(most) => format!("≤ {} × floor", number(most)),
        Target::ShareOfFloor(least) => format!("≥ {} × floor", number(least)),
    }
}

/// Three digits that matter, and thousands apart.
fn number(value: f64) -> String {
    let decimals = match value.abs() {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    let text = format!("{value:.decimals$}");
    let (whole, rest) = text.split_once('.').map_or((&*text, ""), |(whole, rest)| (whole, rest));
    let mut out = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !rest.is_empty() {
        out.push('.');
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(1_234_567.8), "1,234,568");
        assert_eq!(number(123.4), "123");
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(0.0567), "0.057");
    }
}
