//! What changed goes in; lines for a terminal come out, by area and resource, the most important first.

use std::fmt::Write as _;

use super::outline::{Entry, outline};
use super::words::{call, count, reach, verb};
use crate::diff::{Bump, Change, Diff, Kind, Wire};

/// How many types of one resource are named.
const NAMES: usize = 12;

/// The report for a terminal, with colours if wanted.
pub fn text(diff: &Diff, colour: bool) -> String {
    let paint =
        |code: &str, text: &str| if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() };
    let mut out = String::new();
    let name = |v: &crate::diff::Version| format!("{} {}", v.api, v.version);
    let _ = writeln!(out, "{}", paint("1", &format!("{} → {}", name(&diff.from), name(&diff.to))));
    out.push_str(&head(diff));
    let mut area = None;
    for section in outline(diff) {
        if area != Some(section.area) {
            area = Some(section.area);
            let name = if section.area.is_empty() { "all areas" } else { section.area };
            let _ = writeln!(out, "\n{}", paint("1;4", name));
        }
        if !section.tag.is_empty() {
            let _ = writeln!(out, "  {}", paint("1", section.tag));
        }
        for entry in &section.entries {
            line(&mut out, entry, &paint);
        }
    }
    if !diff.summary.rust_only.is_empty() {
        let _ = writeln!(
            out,
            "\n{}",
            paint("1;4", "in Rust alone: the generator, the names or the areas changed")
        );
        for item in &diff.summary.rust_only {
            let _ = writeln!(out, "    {:<8} {}{}", item.rust.as_str(), item.path, change_of(item));
        }
    }
    out
}

/// What happened to a Rust item.
pub(super) fn change_of(item: &crate::diff::ItemChange) -> String {
    match (&item.old, &item.new, &item.note) {
        (_, _, Some(note)) => format!(": {note}"),
        (Some(_), None, _) => ": gone".to_owned(),
        (None, Some(_), _) => ": new".to_owned(),
        (Some(old), Some(new), _) => format!(": {old} → {new}"),
        (None, None, _) => String::new(),
    }
}

/// Counts, in a few lines.
pub(super) fn head(diff: &Diff) -> String {
    let summary = &diff.summary;
    if summary.changes == 0 && diff.bump == Bump::None {
        return "nothing changed\n".to_owned();
    }
    let of =
        |map: &std::collections::BTreeMap<&'static str, usize>, key: &str| map.get(key).copied().unwrap_or(0);
    let [before, now] = summary.operations;
    let operations =
        if before + now == 0 { String::new() } else { format!(", {before} → {now} operations") };
    format!(
        "{} with {}{operations}\nwire: {} breaking, {} risky, {} safe\nrust: {} major, {} minor; the crate's version changes by: {}\n",
        count(summary.changes, "change"),
        count(summary.causes, "cause"),
        of(&summary.wire, "breaking"),
        of(&summary.wire, "risky"),
        of(&summary.wire, "safe"),
        of(&summary.rust, "major"),
        of(&summary.rust, "minor"),
        diff.bump.as_str(),
    )
}

fn line(out: &mut String, entry: &Entry<'_>, paint: &impl Fn(&str, &str) -> String) {
    let (wire, rust) = entry.weight();
    let code = match wire {
        Wire::Breaking => "31",
        Wire::Risky => "33",
        Wire::Safe => "32",
    };
    let rust_code = if rust == Bump::Major { "31" } else { "2" };
    let change = entry.head;
    let _ = writeln!(
        out,
        "    {} {} {} {}{}{}",
        paint(code, &format!("{:<8}", wire.as_str())),
        paint(rust_code, &format!("{:<5}", rust.as_str())),
        paint("1", &change.subject),
        verb(change),
        reach(change),
        others(entry),
    );
    if entry.breaks() {
        let _ = writeln!(out, "                   {}", paint("2", &change.note));
        if let Some((before, now)) = migration(change) {
            let _ = writeln!(
                out,
                "                   {} {before}\n                   {} {now}",
                paint("31", "-"),
                paint("32", "+")
            );
        }
    }
}

/// In how many other places the same happens.
pub(super) fn others(entry: &Entry<'_>) -> String {
    let values = entry.others.iter().filter(|c| c.subject.contains(" ?fields[")).count();
    match entry.others.len() {
        0 => String::new(),
        all if values == all && !entry.head.subject.contains('?') => {
            format!(" · and in `fields[…]` of {}", count(all, "operation"))
        }
        all if matches!(entry.head.kind, Kind::TypeAdded | Kind::TypeRemoved) => {
            let names: Vec<&str> = entry.others.iter().take(NAMES).map(|c| c.subject.as_str()).collect();
            let more = all.saturating_sub(NAMES);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!(" · also {}{more}", names.join(", "))
        }
        all => format!(" · and in {}", count(all, "other place")),
    }
}

/// The old call and the new one, where the change breaks Rust.
pub(super) fn migration(change: &Change) -> Option<(String, String)> {
    if change.rust != Bump::Major && change.wire != Wire::Breaking {
        return None;
    }
    let old = change.rust_old.as_deref().map(call);
    let new = change.rust_new.as_deref().map(call);
    match (old, new) {
        (Some(old), Some(new)) if old == new => None,
        (Some(old), new) => Some((old, new.unwrap_or_else(|| "nothing takes its place".to_owned()))),
        (None, _) => None,
    }
}
