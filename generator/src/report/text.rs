//! Renders changes for a terminal, the most important first.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use indexmap::IndexMap;

use super::outline::{Entry, area_name, items, items_of, outline, several};
use super::words::{call, count, reach, typed_call, verb, version};
use crate::diagnostic::{shown, unquoted};
use crate::diff::{Accepted, Bump, Change, Diff, Effect, Fault, Kind, Sides, Wire};

/// The number of types of one resource that are named.
const NAMES: usize = 12;
/// The number of kinds of faults that are named.
const FAULTS: usize = 5;
/// The number of calls of one entry that are shown before and after.
const MIGRATIONS: usize = 6;

/// The report for a terminal, with colours if wanted.
pub fn text(diff: &Diff, colour: bool) -> String {
    let paint =
        |code: &str, text: &str| if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() };
    let mut out = String::new();
    let name = |v: &crate::diff::Version| format!("{} {}", v.api, version(v));
    let _ = writeln!(out, "{}", paint("1", &format!("{} → {}", name(&diff.from), name(&diff.to))));
    out.push_str(&head(diff));
    let mut area = None;
    for section in outline(diff) {
        if area != Some(section.area) {
            area = Some(section.area);
            let _ = writeln!(out, "\n{}", paint("1;4", area_name(diff, section.area)));
        }
        if !section.tag.is_empty() {
            let _ = writeln!(out, "  {}", paint("1", section.tag));
        }
        for entry in &section.entries {
            line(&mut out, entry, &paint);
        }
    }
    for (title, lines) in asides(diff) {
        let _ = writeln!(out, "\n{}", paint("1;4", &title.to_lowercase()));
        for line in lines {
            let _ = writeln!(out, "    {}", paint("2", &line.text));
        }
    }
    if !diff.summary.rust_only.is_empty() {
        let title = format!(
            "in Rust alone{}: a type has a name now, or the generator, the names or the areas changed",
            items_of(diff)
        );
        let _ = writeln!(out, "\n{}", paint("1;4", &title));
        for (rust, path, what) in items(diff) {
            let _ = writeln!(out, "    {:<8} {path}{what}", rust.as_str());
        }
    }
    out
}

/// A change that is not counted, and the line about it.
pub(super) struct Aside<'a> {
    pub(super) change: &'a Change,
    pub(super) text: String,
}

impl<'a> Aside<'a> {
    fn new(change: &'a Change, others: usize, reason: &str) -> Self {
        let (wire, rust) = (change.wire.as_str(), change.rust.as_str());
        let (places, id) = match &change.group {
            Some(group) if others > 0 => {
                (format!(" · and in {}", count(others, "other place")), format!("group {group}"))
            }
            _ => (String::new(), change.id.clone()),
        };
        let text = format!("{wire} {rust} {} {}{places}: {reason} [{id}]", change.subject, verb(change));
        Self { change, text }
    }
}

/// The changes that are not counted, by the title of their section.
pub(super) fn asides(diff: &Diff) -> Vec<(&'static str, Vec<Aside<'_>>)> {
    let corrected = |effect: Effect, reason: &str| {
        let all = diff.corrected.iter().filter(|corrected| corrected.effect == effect);
        all.map(|corrected| Aside::new(&corrected.change, 0, reason)).collect()
    };
    let sections = [
        ("Accepted", accepted(&diff.accepted)),
        (
            "Made by corrections of the overlay",
            corrected(Effect::Makes, "the vendor's documents do not have it"),
        ),
        (
            "Hidden by corrections of the overlay",
            corrected(Effect::Hides, "only the vendor's documents have it"),
        ),
    ];
    sections.into_iter().filter(|(_, lines): &(_, Vec<Aside<'_>>)| !lines.is_empty()).collect()
}

/// Accepted changes with the reviewer's reason and the end of its validity, a line for each group.
fn accepted(all: &[Accepted]) -> Vec<Aside<'_>> {
    let mut rows: Vec<(&Accepted, usize)> = Vec::new();
    for one in all {
        let is_same = |known: &Accepted| {
            let is_group = one.change.group.is_some() && one.change.group == known.change.group;
            is_group && one.reason == known.reason && one.until == known.until
        };
        match rows.iter_mut().find(|(known, _)| is_same(known)) {
            Some((worst, others)) => {
                *others += 1;
                let weight = |one: &Accepted| (one.change.wire, one.change.rust);
                *worst = std::cmp::min_by_key(*worst, one, |one| weight(one));
            }
            None => rows.push((one, 0)),
        }
    }
    let mut out = Vec::new();
    for (one, others) in rows {
        let until = one.until.as_ref().map(|until| format!(", until {until}")).unwrap_or_default();
        out.push(Aside::new(&one.change, others, &format!("{}{until}", one.reason)));
    }
    out
}

/// The Rust call of an operation that was added.
pub(super) fn new_call(change: &Change) -> Option<String> {
    let item = change.rust_new.as_deref().filter(|_| change.kind == Kind::OperationAdded)?;
    Some(call(item))
}

/// Counts, in a few lines.
pub(super) fn head(diff: &Diff) -> String {
    faults(&diff.faults) + &counts(diff)
}

/// The faults of the documents, a line for each kind of them.
fn faults(faults: &[Fault]) -> String {
    let mut kinds: IndexMap<_, (&Fault, usize)> = IndexMap::new();
    for fault in faults {
        let key = (fault.side, fault.code, unquoted(&fault.message));
        kinds.entry(key).or_insert((fault, 0)).1 += 1;
    }
    let mut out = String::new();
    for (fault, number) in kinds.values().take(FAULTS) {
        let side = match fault.side {
            Sides::From => "the old version",
            Sides::To => "the new version",
            Sides::Both => "both versions",
        };
        let line = fault.line.map(|line| format!(":{line}")).unwrap_or_default();
        let file = fault.file.as_ref().map(|file| format!("{file}{line} ")).unwrap_or_default();
        let more = if *number > 1 { format!(", and {} more", number - 1) } else { String::new() };
        let _ = writeln!(out, "fault of {side}: {} ({file}{}{more})", fault.message, shown(&fault.pointer));
    }
    if let Some(rest) = kinds.len().checked_sub(FAULTS).filter(|rest| *rest > 0) {
        let _ = writeln!(out, "and {} more of faults", count(rest, "kind"));
    }
    out
}

fn counts(diff: &Diff) -> String {
    let summary = &diff.summary;
    let aside = diff.accepted.len() + diff.corrected.len();
    if summary.changes + aside == 0 && diff.bump == Bump::None {
        return "nothing changed\n".to_owned();
    }
    let of =
        |map: &std::collections::BTreeMap<&'static str, usize>, key: &str| map.get(key).copied().unwrap_or(0);
    let [before, now] = summary.operations;
    let operations = (before + now > 0).then(|| format!("{before} → {now} operations"));
    let bump = format!("the crate's version changes by: {}", diff.bump.as_str());
    let (counted, asked) = match (operations, diff.is_part) {
        // A fact about one area is true of all of them, too.
        (operations, true) => (
            String::new(),
            format!(
                "\nof all areas: {}",
                operations.into_iter().chain([bump]).collect::<Vec<_>>().join("; ")
            ),
        ),
        (Some(operations), false) => (format!(", {operations}"), format!("; {bump}")),
        (None, false) => (String::new(), format!("; {bump}")),
    };
    let places = match summary.changes == summary.causes {
        true => String::new(),
        false => format!(" in {} places", summary.changes),
    };
    let accepted = match diff.accepted.len() {
        0 => String::new(),
        n => format!(", {n} accepted"),
    };
    let corrected = match diff.corrected.len() {
        0 => String::new(),
        n => format!(", {n} more by corrections of the overlay"),
    };
    // The areas of these are unknown, so a part of the report leaves them to their own section.
    let alone = summary.rust_only.iter().filter(|item| item.rust == Bump::Major && !diff.is_part).count();
    let alone = if alone > 0 { format!(", and {alone} major in Rust alone") } else { String::new() };
    format!(
        "{}{places}{counted}{accepted}{corrected}\nwire: {} breaking, {} risky, {} safe\nrust: {} major, {} minor{alone}{asked}\n",
        count(summary.causes, "change"),
        of(&summary.wire, "breaking"),
        of(&summary.wire, "risky"),
        of(&summary.wire, "safe"),
        of(&summary.rust, "major"),
        of(&summary.rust, "minor"),
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
    let ids = format!("[{}]", entry.ids());
    let _ = writeln!(
        out,
        "    {} {} {} {}{}{}{}",
        paint(code, &format!("{:<8}", wire.as_str())),
        paint(rust_code, &format!("{:<5}", rust.as_str())),
        paint("1", &change.subject),
        verb(change),
        reach(change),
        others(entry),
        // The reason follows on a line of its own, with the ids.
        if entry.breaks() { String::new() } else { format!(" {}", paint("2", &ids)) },
    );
    if let Some(call) = new_call(change) {
        let _ = writeln!(out, "                   {} {call}", paint("32", "+"));
    }
    if entry.breaks() {
        let _ = writeln!(out, "                   {}", paint("2", &format!("{} {ids}", entry.why())));
        let (notes, more) = migrations(entry, MIGRATIONS);
        for (before, now) in notes {
            for before in before {
                let _ = writeln!(out, "                   {} {before}", paint("31", "-"));
            }
            let _ = writeln!(out, "                   {} {now}", paint("32", "+"));
        }
        if more > 0 {
            let _ = writeln!(out, "                   and {} like that", count(more, "call"));
        }
    }
}

/// The number of other places with the same change.
pub(super) fn others(entry: &Entry<'_>) -> String {
    let (names, rest): (Vec<&Change>, Vec<&Change>) =
        entry.others.iter().partition(|c| c.thing.fieldset().is_some());
    let is_parameter = entry.head.thing.query().is_some();
    match entry.others.len() {
        0 => String::new(),
        all if is_several(entry) => {
            let name = |c: &&'_ Change| c.thing.choice().unwrap_or(&c.subject).to_owned();
            let names: Vec<String> = entry.others.iter().take(NAMES).map(name).collect();
            let more = all.saturating_sub(NAMES);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!(" · also {}{more}", names.join(", "))
        }
        all if is_parameter && rest.is_empty() && is_any(entry) => {
            let calls: BTreeSet<_> = entry.all().filter_map(|c| c.thing.operation()).collect();
            format!(" · and {} of its kind, in {}", count(all, "other"), count(calls.len(), "operation"))
        }
        _ if !is_parameter && !names.is_empty() => {
            let rest = match rest.as_slice() {
                [] => String::new(),
                [only] => format!(" in {}", only.subject),
                more => format!(" in {}", count(more.len(), "other place")),
            };
            let and = if rest.is_empty() { " · and" } else { " · also" };
            let then = if rest.is_empty() { "" } else { " and" };
            format!("{and}{rest}{then} in `fields[…]` of {}", count(names.len(), "operation"))
        }
        1 if !is_parameter && entry.head.thing.is_member() => {
            format!(" · also in {}", rest.iter().map(|c| c.subject.as_str()).collect::<String>())
        }
        all => format!(" · and in {}", count(all, "other place")),
    }
}

/// True if all are of one enum or one union, or all are types.
fn is_several(entry: &Entry<'_>) -> bool {
    let of = several(entry.head);
    of.is_some() && entry.others.iter().all(|c| several(c) == of)
}

/// True if several parameters are affected.
fn is_any(entry: &Entry<'_>) -> bool {
    let of = |c: &Change| (c.thing.query().map(str::to_owned), c.thing.choice().map(str::to_owned));
    entry.all().any(|c| of(c) != of(entry.head))
}

/// The old calls of an entry and their replacements, each once, at most `most` of them, and the number of the others.
pub(super) fn migrations(entry: &Entry<'_>, most: usize) -> (Vec<(Vec<String>, String)>, usize) {
    let mut all: Vec<(String, String)> = Vec::new();
    for note in entry.all().filter_map(migration) {
        if !all.contains(&note) {
            all.push(note);
        }
    }
    let more = all.len().saturating_sub(most);
    let mut out: Vec<(Vec<String>, String)> = Vec::new();
    for (before, now) in all.into_iter().take(most) {
        match out.iter_mut().find(|(_, known)| *known == now) {
            Some((all, _)) => all.push(before),
            None => out.push((vec![before], now)),
        }
    }
    (out, more)
}

/// The old call and the new one, where the change breaks Rust.
fn migration(change: &Change) -> Option<(String, String)> {
    if change.rust != Bump::Major && change.wire != Wire::Breaking {
        return None;
    }
    let old = change.rust_old.as_deref().map(call);
    let new = change.rust_new.as_deref().map(call);
    match (old, new) {
        (Some(old), Some(new)) if old == new => {
            // The name of the call is the same, so the types differ.
            let both = change.rust_old.as_deref().zip(change.rust_new.as_deref());
            both.map(|(old, new)| (typed_call(old, new), typed_call(new, old)))
                .filter(|(old, new)| old != new)
        }
        // The code that used it has a call to show.
        (Some(_), None) if change.kind == Kind::TypeRemoved => None,
        // Another item may take its place.
        (Some(_), None) if !change.is_removal() => None,
        (Some(old), new) => Some((old, new.unwrap_or_else(|| "nothing takes its place".to_owned()))),
        (None, _) => None,
    }
}
