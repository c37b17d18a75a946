//! Renders changes as Markdown that fits into a comment and counts the folded rows.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::outline::{Entry, Section, area_name, outline};
use super::text::{asides, head, migrations, new_call, others};
use super::words::{count, reach, verb, version};
use crate::diff::{Bump, Diff, Wire};

/// The space for the last lines, which count the folded rows.
const RESERVE: usize = 1_500;
/// The number of calls of one entry that are shown before and after.
const MIGRATIONS: usize = 3;
/// Rust items without a row that are shown.
const ITEMS: usize = 20;
/// The longest subject and change, and the longest reason; a pattern or a list of servers can be longer than that.
const LONGEST: usize = 600;

/// The report for a comment, of at most `max_chars` characters (at least [`super::LEAST`]).
///
/// Entries are taken by their importance until the space is used up, so the least important ones are omitted first.
pub fn markdown(diff: &Diff, max_chars: usize) -> String {
    let max = max_chars.max(super::LEAST);
    let sections = outline(diff);
    let top = top(diff);
    let items = aside(diff) + &items(diff);
    let mut order: Vec<(usize, usize)> = sections
        .iter()
        .enumerate()
        .flat_map(|(s, section)| (0..section.entries.len()).map(move |e| (s, e)))
        .collect();
    let entry = |(s, e): (usize, usize)| sections.get(s).and_then(|section| section.entries.get(e));
    order.sort_by_key(|at| entry(*at).map(|e| (!e.breaks(), e.weight())));
    let mut left = max.saturating_sub(length(&top) + length(&items) + RESERVE);
    let mut taken: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut headed: BTreeSet<(usize, bool)> = BTreeSet::new();
    for at in order {
        let (Some(section), Some(entry)) = (sections.get(at.0), entry(at)) else { continue };
        // A heading is paid for by the first entry below it.
        let new = headed.insert((at.0, true));
        let cost = length(&line(entry)) + if new { length(&heading(diff, section)) } else { 0 };
        if cost > left {
            break;
        }
        left -= cost;
        taken.insert(at);
    }
    let mut out = top;
    let mut folded: Vec<&Entry<'_>> = Vec::new();
    for (s, section) in sections.iter().enumerate() {
        let mut open = false;
        for (e, entry) in section.entries.iter().enumerate() {
            if !taken.contains(&(s, e)) {
                folded.push(entry);
                continue;
            }
            if !open {
                out.push_str(&heading(diff, section));
                open = true;
            }
            out.push_str(&line(entry));
        }
    }
    out.push_str(&items);
    out.push_str(&rest(&folded));
    out
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn top(diff: &Diff) -> String {
    let cut = |text: &str| words(&text.chars().take(60).collect::<String>());
    let mut out =
        format!("## {}: {} → {}\n\n", cut(&diff.from.api), cut(version(&diff.from)), cut(version(&diff.to)));
    for line in head(diff).lines() {
        let _ = writeln!(out, "- {line}");
    }
    out
}

fn heading(diff: &Diff, section: &Section<'_>) -> String {
    let area = area_name(diff, section.area);
    match section.tag {
        "" => format!("\n### {}\n\n", words(area)),
        tag => format!("\n### {} / {}\n\n", words(area), words(tag)),
    }
}

fn line(entry: &Entry<'_>) -> String {
    let (wire, rust) = entry.weight();
    let change = entry.head;
    let mark = match (wire, rust) {
        (Wire::Breaking, Bump::Major) => "**breaks wire and Rust**",
        (Wire::Breaking, _) => "**breaks wire**",
        (_, Bump::Major) => "**breaks Rust**",
        (Wire::Risky, _) => "risky",
        (Wire::Safe, _) => "safe",
    };
    let first = format!(
        "- {mark}: {} {}{}{}",
        code(&change.subject),
        escaped(&verb(change)),
        reach(change),
        others(entry)
    );
    let mut more = String::new();
    if let Some(call) = new_call(change) {
        let _ = write!(more, " — {}", code(&call));
    }
    if entry.breaks() {
        let _ = write!(more, " — {}.", escaped(&entry.why()));
        for (before, now) in migrations(entry, MIGRATIONS).0 {
            let before: Vec<String> = before.iter().map(|call| code(call)).collect();
            let _ = write!(
                more,
                "\n  Before {}, now {}.",
                before.join(", "),
                if now.starts_with("nothing ") { now } else { code(&now) }
            );
        }
    }
    // The ids are what a policy needs, so they are never cut.
    let ids = escaped(&format!("[{}]", entry.ids()));
    format!("{} {ids}{}\n", cut(&first), cut(&more))
}

/// At most as much of a text as a reader needs.
fn cut(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(LONGEST) else { return text.to_owned() };
    let text = text.get(..end).unwrap_or(text);
    // A code span ends with the text.
    let fence = if text.matches('`').count() % 2 == 1 { "`" } else { "" };
    format!("{text}{fence} …")
}

/// A code span: its content is shown unchanged.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if longest > 0 { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The same of text that has no spans of code: a backtick is one, and begins nothing.
fn words(text: &str) -> String {
    escaped(&text.replace('`', "'"))
}

/// Text of a document, escaped for Markdown and HTML; code spans stay.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        match c {
            '`' => inside = !inside,
            '\n' | '\r' => {
                out.push(' ');
                continue;
            }
            '<' | '>' | '*' | '_' | '[' | ']' | '\\' | '|' | '#' | '@' if !inside => out.push('\\'),
            _ => {}
        }
        out.push(c);
    }
    out
}

fn items(diff: &Diff) -> String {
    let all = super::outline::items(diff);
    if all.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "\n### In Rust alone{}\n\nA type has a name now, or the generator, the names or the areas changed.\n\n",
        super::outline::items_of(diff)
    );
    let room = 900;
    let mut shown = 0;
    for (rust, path, what) in all.iter().take(ITEMS) {
        let text = format!("- {}: {}{}\n", rust.as_str(), code(path), escaped(what));
        if length(&out) + length(&text) > room {
            break;
        }
        out.push_str(&text);
        shown += 1;
    }
    if shown < all.len() {
        let _ = writeln!(out, "- and {} more", all.len() - shown);
    }
    out
}

/// The changes that are not counted, as many as fit into their room.
fn aside(diff: &Diff) -> String {
    let mut out = String::new();
    let mut room = 900;
    for (title, lines) in asides(diff) {
        let _ = write!(out, "\n### {title}\n\n");
        for (at, line) in lines.iter().enumerate() {
            let text = format!("- {}\n", words(&line.text));
            if length(&text) > room {
                let _ = writeln!(out, "- and {} more", lines.len() - at);
                break;
            }
            room -= length(&text);
            out.push_str(&text);
        }
    }
    out
}

/// The folded rows, by verdict and kind.
fn rest(folded: &[&Entry<'_>]) -> String {
    if folded.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "\n### Folded\n\n{} more, which the JSON and the HTML report have:\n\n",
        count(folded.len(), "entry").replace("entrys", "entries")
    );
    let mut verdicts: BTreeMap<(bool, Wire), BTreeMap<&str, usize>> = BTreeMap::new();
    for entry in folded {
        let kinds = verdicts.entry((!entry.breaks(), entry.weight().0)).or_default();
        *kinds.entry(entry.head.kind.as_str()).or_default() += 1;
    }
    for ((safe, wire), kinds) in verdicts {
        let mark = if !safe { "breaking" } else { wire.as_str() };
        let mut kinds: Vec<(&str, usize)> = kinds.into_iter().collect();
        kinds.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
        let listed: Vec<String> =
            kinds.iter().take(8).map(|(kind, count)| format!("{count} {kind}")).collect();
        let more = kinds.len().saturating_sub(8);
        let more = if more > 0 { format!(", and {} of other kinds", more) } else { String::new() };
        let _ = writeln!(out, "- {mark}: {}{more}", listed.join(", "));
    }
    out
}
