//! Writes a diff as JUnit XML, which most CI services show as test results.

use std::fmt::Write as _;

use super::outline::area_name;
use super::sarif::level;
use super::words::{reach, verb, version};
use crate::diagnostic::shown;
use crate::diff::{Change, Diff};

/// The report as JUnit XML: a suite per area and a case per change. A change that breaks something is a failure, an
/// accepted one is skipped with the reviewer's reason.
pub fn junit(diff: &Diff) -> String {
    let open = diff.changes.iter().map(|change| (change, None));
    let accepted = diff.accepted.iter().map(|accepted| (&accepted.change, Some(accepted.reason.as_str())));
    let mut all: Vec<(&Change, Option<&str>)> = open.chain(accepted).collect();
    let several = area_name(diff, "");
    let area = |change: &Change| change.area.clone().unwrap_or_else(|| several.to_owned());
    all.sort_by_key(|(change, _)| area(change));
    let failures = |all: &[(&Change, Option<&str>)]| all.iter().filter(|one| fails(one)).count();
    let skipped = |all: &[(&Change, Option<&str>)]| all.iter().filter(|one| one.1.is_some()).count();
    let name = format!("{} {} → {}", diff.to.api, version(&diff.from), version(&diff.to));
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let counts = |all: &[(&Change, Option<&str>)]| {
        format!("tests=\"{}\" failures=\"{}\" skipped=\"{}\"", all.len(), failures(all), skipped(all))
    };
    let _ = writeln!(out, "<testsuites name=\"{}\" {}>", escaped(&name), counts(&all));
    for suite in all.chunk_by(|a, b| area(a.0) == area(b.0)) {
        let Some((first, _)) = suite.first() else { continue };
        let _ = writeln!(out, "  <testsuite name=\"{}\" {}>", escaped(&area(first)), counts(suite));
        for one in suite {
            case(&mut out, one);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn fails((change, accepted): &(&Change, Option<&str>)) -> bool {
    accepted.is_none() && level(change) == "error"
}

fn case(out: &mut String, one: &(&Change, Option<&str>)) {
    let (change, accepted) = one;
    let title = format!("{} {}{}", change.subject, verb(change), reach(change));
    let file = change.file.as_deref().map(|file| format!(" file=\"{}\"", escaped(file)));
    let line = change.line.map(|line| format!(" line=\"{line}\""));
    let _ = write!(
        out,
        "    <testcase classname=\"{}\" name=\"{} [{}]\"{}{}",
        change.kind.as_str(),
        escaped(&title),
        change.id,
        file.unwrap_or_default(),
        line.unwrap_or_default(),
    );
    let verdict = format!("wire {}, Rust {}", change.wire.as_str(), change.rust.as_str());
    let _ = match accepted {
        Some(reason) => writeln!(out, "><skipped message=\"{}\"/></testcase>", escaped(reason)),
        None if fails(one) => writeln!(
            out,
            "><failure type=\"{}\" message=\"{}\">{}\n{}</failure></testcase>",
            change.kind.as_str(),
            escaped(&verdict),
            escaped(&change.note),
            escaped(&shown(&change.pointer)),
        ),
        None => writeln!(out, "/>"),
    };
}

/// Text between tags or in an attribute. Characters that XML 1.0 cannot contain are gone by then: a diff's texts pass
/// [`crate::diagnostic::shown`].
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
