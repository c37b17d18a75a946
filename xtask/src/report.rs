//! What stages had to say goes in; text for a person comes out on stderr.

use storewright_generator::diagnostic::{Diagnostic, Severity};

use crate::Outcome;
use crate::progress;

/// Prints notices, then errors, so that what stops a run stands last: with colours where stderr is a terminal, or as
/// `NO_COLOR` and `CLICOLOR_FORCE` say.
pub(crate) fn print(diagnostics: &[Diagnostic]) {
    progress::clear();
    for severity in [Severity::Notice, Severity::Error] {
        for diagnostic in diagnostics.iter().filter(|d| d.severity == severity) {
            anstream::eprintln!("{}\n", diagnostic.text(true));
        }
    }
}

/// Prints what no stage says.
pub(crate) fn fail(error: &anyhow::Error) {
    progress::clear();
    anstream::eprintln!("\x1b[1;31merror\x1b[0m: {error:#}");
}

/// Prints why a run stops, and how often.
pub(crate) fn refuse(diagnostics: &[Diagnostic]) -> Outcome {
    print(diagnostics);
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    eprintln!("{errors} {}; nothing was changed", plural(errors, "error"));
    Outcome::Refused
}

/// `noun` in the number that `count` asks for.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

/// Rows in columns, the first row their heads: the first column to the left, the others to the right.
pub(crate) fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in rows {
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
