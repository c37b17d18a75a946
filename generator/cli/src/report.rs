//! Prints diagnostics for people on stderr.

use std::io::{self, Write as _};
use std::sync::OnceLock;

use serde::Serialize;
use storewright_generator::diagnostic::{Diagnostic, Severity, groups, shown, shown_json, shown_output};

use crate::Outcome;
use crate::progress;

/// Prints notices, then errors, so that the reason why a run stops is last, those that are alike as one: with colours where stderr is a terminal, or as
/// `NO_COLOR` and `CLICOLOR_FORCE` say.
pub fn print(diagnostics: &[Diagnostic]) {
    progress::clear();
    let groups = groups(diagnostics);
    for severity in [Severity::Notice, Severity::Error] {
        for group in groups.iter().filter(|group| group.severity() == severity) {
            tell!("{}\n", group.text(true));
        }
    }
}

/// Prints an error that is not a stage's diagnostic.
pub fn fail(error: &anyhow::Error) {
    progress::clear();
    // The lines of an error may quote a document, so none of them can pass for one of ours.
    let text: Vec<String> = format!("{error:#}").lines().map(shown).collect();
    tell!("\x1b[1;31merror\x1b[0m: {}", text.join("\n  "));
}

/// Prints why a run stops, and how often.
pub fn refuse(diagnostics: &[Diagnostic]) -> Outcome {
    print(diagnostics);
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    tell!("{errors} {}; nothing was changed", plural(errors, "error"));
    Outcome::Refused
}

/// The singular or plural of `noun` for `count`.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

/// Writes a command's output to stdout. A reader that has seen enough closes the pipe, which is not an error.
pub fn stdout(text: &str) -> anyhow::Result<()> {
    let text = shown_output(text);
    // Looking for colours takes longer than writing.
    let written = match text.contains('\x1b') {
        true => anstream::stdout().lock().write_all(text.as_bytes()),
        false => io::stdout().lock().write_all(text.as_bytes()),
    };
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

/// Writes messages to stderr, with colours on a terminal. If nobody reads them, because the pipe is closed or the disk
/// is full, the command goes on: its result and its exit code matter more.
pub fn stderr(text: &str) {
    let _ = anstream::stderr().lock().write_all(shown_output(text).as_bytes());
}

/// Writes one line to stderr, as [`stderr`](crate::report::stderr) does.
#[macro_export]
macro_rules! tell {
    ($($text:tt)*) => { $crate::report::stderr(&(format!($($text)*) + "\n")) };
}
pub use tell;

/// The name that messages use for the program.
static PROGRAM: OnceLock<&str> = OnceLock::new();

/// Sets the name of the program, once.
pub fn be(program: &'static str) {
    let _ = PROGRAM.set(program);
}

/// The name of the program, as a person calls it.
pub fn program() -> &'static str {
    PROGRAM.get().copied().unwrap_or("storewright")
}

/// Writes a command's output to stdout, as JSON.
pub fn stdout_json(value: &impl Serialize) -> anyhow::Result<()> {
    stdout(&(shown_json(serde_json::to_string_pretty(value)?) + "\n"))
}

/// Rows in columns, the first row their heads: the first column to the left, the others to the right.
pub fn table<const N: usize>(rows: &[[String; N]]) -> String {
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
