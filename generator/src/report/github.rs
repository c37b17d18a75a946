//! Writes a diff as workflow commands of GitHub Actions, which annotate the documents of a pull request.

use std::fmt::Write as _;

use super::sarif::level;
use super::text::head;
use super::words::{reach, verb, version};
use crate::diff::{Change, Diff};

/// The report as workflow commands: an error per change that breaks something, a warning per risky one, and one notice
/// with the counts. GitHub shows the first ten of each, so the most important come first.
pub fn github(diff: &Diff) -> String {
    let mut changes: Vec<&Change> = diff.changes.iter().filter(|change| level(change) != "note").collect();
    changes.sort_by_key(|change| (change.wire, change.rust, change.subject.as_str()));
    let mut out = String::new();
    for change in changes {
        let title = format!("{}: {}", change.wire.as_str(), change.kind.as_str().replace('-', " "));
        let file = change.file.as_deref().filter(|file| !file.contains("://"));
        let file = file.map(|file| format!("file={},", property(file))).unwrap_or_default();
        let line = change.line.map(|line| format!("line={line},")).unwrap_or_default();
        let text = format!("{} {}{} — {}", change.subject, verb(change), reach(change), change.note);
        let _ = writeln!(out, "::{} {file}{line}title={}::{}", level(change), property(&title), data(&text));
    }
    let title = format!("{}: {} → {}", diff.to.api, version(&diff.from), version(&diff.to));
    let _ = writeln!(out, "::notice title={}::{}", property(&title), data(head(diff).trim_end()));
    out
}

/// The message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
