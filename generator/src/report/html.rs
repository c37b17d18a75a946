//! Renders changes as one self-contained HTML file.

use std::collections::BTreeSet;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde::Serialize;

use super::outline::{Entry, area_name, items, outline};
use super::text::{asides, head, migrations, new_call, others};
use super::words::{reach, verb};
use crate::diagnostic::shown;
use crate::diff::{Change, Diff};

/// The page, with its style and its script.
const TEMPLATE: &str = include_str!("report.html");
/// The number of operations that a row lists.
const SAMPLE: usize = 5;

#[derive(Serialize)]
struct ShownRow<'a> {
    /// The titles above it.
    title: &'a str,
    subtitle: &'a str,
    /// Its verdicts: those of its most important location.
    wire: &'a str,
    rust: &'a str,
    verb: String,
    reach: String,
    others: String,
    /// The reason, in parts: code or not.
    why: Vec<(bool, String)>,
    new_call: Option<String>,
    migrations: Vec<(Vec<String>, String)>,
    rust_items: BTreeSet<&'a str>,
    sample: &'a [String],
    operations: usize,
    /// The group that a policy accepts all of it by.
    group: Option<&'a str>,
    head: Located<'a>,
    places: Vec<Located<'a>>,
}

/// A location of a change, with the values that filters compare.
#[derive(Serialize)]
struct Located<'a> {
    id: &'a str,
    area: &'a str,
    wire: &'a str,
    rust: &'a str,
    kind: &'a str,
    subject: &'a str,
    rust_old: Option<&'a str>,
    rust_new: Option<&'a str>,
    /// The pointer, behind file and line where they are known.
    at: String,
}

/// The report for a browser.
///
/// # Errors
///
/// If the template is wrong; the message says where.
pub fn html(diff: &Diff) -> Result<String, String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    let sections = outline(diff);
    let title = |area| area_name(diff, area);
    let rows: Vec<ShownRow<'_>> =
        sections.iter().flat_map(|s| s.entries.iter().map(move |e| row(e, title(s.area), s.tag))).collect();
    let places = || diff.changes.iter().map(place);
    let areas: BTreeSet<&str> = places().map(|place| place.area).collect();
    // An API without areas has nothing to choose from.
    let areas: Vec<(&str, &str)> =
        areas.iter().map(|area| (*area, title(area))).filter(|_| areas.len() > 1).collect();
    let kinds: BTreeSet<&str> = places().map(|place| place.kind).collect();
    let items: Vec<(&str, &str, String)> =
        items(diff).into_iter().map(|(rust, path, what)| (rust.as_str(), path, what)).collect();
    let asides: Vec<(&str, Vec<(Located<'_>, String)>)> = asides(diff)
        .into_iter()
        .map(|(title, all)| (title, all.into_iter().map(|aside| (place(aside.change), aside.text)).collect()))
        .collect();
    let values = context! {
        from => diff.from,
        to => diff.to,
        head => head(diff).lines().collect::<Vec<_>>(),
        areas,
        kinds,
        rows,
        items,
        items_of => super::outline::items_of(diff),
        asides,
    };
    environment.render_named_str("report.html", TEMPLATE, values).map_err(|e| format!("report.html: {e:#}"))
}

fn row<'a>(entry: &Entry<'a>, title: &'a str, subtitle: &'a str) -> ShownRow<'a> {
    let change = entry.head;
    let (wire, rust) = entry.weight();
    ShownRow {
        title,
        subtitle,
        wire: wire.as_str(),
        rust: rust.as_str(),
        verb: verb(change),
        reach: reach(change),
        others: others(entry).replace('`', ""),
        why: parts(&entry.why()),
        new_call: new_call(change),
        migrations: migrations(entry, usize::MAX).0,
        rust_items: entry.all().flat_map(|c| c.rust_items.iter().map(String::as_str)).collect(),
        sample: change.reach.calls.get(..SAMPLE).unwrap_or(&change.reach.calls),
        operations: change.reach.operations,
        group: change.group.as_deref().filter(|_| entry.is_group()),
        head: place(change),
        places: entry.others.iter().map(|c| place(c)).collect(),
    }
}

fn place(change: &Change) -> Located<'_> {
    Located {
        id: &change.id,
        area: change.area.as_deref().unwrap_or_default(),
        wire: change.wire.as_str(),
        rust: change.rust.as_str(),
        kind: change.kind.as_str(),
        subject: &change.subject,
        rust_old: change.rust_old.as_deref(),
        rust_new: change.rust_new.as_deref(),
        at: at(change),
    }
}

fn at(change: &Change) -> String {
    let line = change.line.map(|line| format!(":{line}")).unwrap_or_default();
    let file = change.file.as_ref().map(|file| format!("{file}{line} ")).unwrap_or_default();
    format!("{file}{}", shown(&change.pointer))
}

/// Text and, between backticks, code by turns.
fn parts(text: &str) -> Vec<(bool, String)> {
    let parts = text.split('`').enumerate().map(|(at, part)| (at % 2 == 1, part.to_owned()));
    parts.filter(|(_, part)| !part.is_empty()).collect()
}
