//! Prints diagnostics for people on stderr.

use std::io::{self, Write as _};

use serde::Serialize;
use storewright_generator::diagnostic::{Diagnostic, Severity, groups, shown, shown_json, shown_output};

use crate::Outcome;
use crate::progress;

/// Prints notices, then errors, so that the reason why a run stops is last, those that are alike as one: with colours where stderr is a terminal, or as
/// `NO_COLOR` and `CLICOLOR_FORCE` say.
pub(crate) fn print(diagnostics: &[Diagnostic]) {
    progress::clear();
    let groups = groups(diagnostics);
    for severity in [Severity::Notice, Severity::Error] {
        for group in groups.iter().filter(|group| group.severity() == severity) {
            tell!("{}\n", group.text(true));
        }
    }
}

/// Prints what no stage says.
pub(crate) fn fail(error: &anyhow::Error) {
    progress::clear();
    // The lines of an error may quote a document, so none of them can pass for one of ours.
    let text: Vec<String> = format!("{error:#}").lines().map(shown).collect();
    tell!("\x1b[1;31merror\x1b[0m: {}", text.join("\n  "));
}

/// Prints why a run stops, and how often.
pub(crate) fn refuse(diagnostics: &[Diagnostic]) -> Outcome {
    print(diagnostics);
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    tell!("{errors} {}; nothing was changed", plural(errors, "error"));
    Outcome::Refused
}

/// `noun` in the number that `count` asks for.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

/// Writes to stdout what a command was asked for. A reader that has seen enough closes the pipe, which is no fault.
pub(crate) fn stdout(text: &str) -> anyhow::Result<()> {
    match anstream::stdout().lock().write_all(shown_output(text).as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

/// Writes to stderr what there is to say of it, with colours where that is a terminal. Where nobody hears it, because the
/// pipe is closed or the disk is full, the command goes on: what it does and its exit code are worth more.
pub(crate) fn stderr(text: &str) {
    let _ = anstream::stderr().lock().write_all(shown_output(text).as_bytes());
}

/// One line for [`stderr`].
macro_rules! tell {
    ($($text:tt)*) => { $crate::report::stderr(&(format!($($text)*) + "\n")) };
}
pub(crate) use tell;

/// Writes to stdout what a command was asked for, as JSON.
pub(crate) fn stdout_json(value: &impl Serialize) -> anyhow::Result<()> {
    stdout(&(shown_json(&serde_json::to_string_pretty(value)?) + "\n"))
}

/// Rows in columns, the first row their heads: the first column to the left, the others to the right.
pub(crate) fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let rows: Vec<[String; N]> = rows.iter().map(|row| row.each_ref().map(|cell| shown(cell))).collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in &rows {
        let mut line = String::new();
        for (column, (width, cell)) in widths.iter().zip(row).enumerate() {
            line += &match column {
                0 => format!("{cell:<width$}"),
                _ => format!("  {cell:>width$}"),
            };
        }
        out += line.trim_end();
        out.push('\n');
    }
    out
}
