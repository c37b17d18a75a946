//! Renders changes as one self-contained HTML file.

use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde::Serialize;

use super::outline::{Entry, items, outline};
use super::text::{asides, head, migrations, new_call, others};
use super::words::{reach, verb};
use crate::diff::{Change, Diff};

/// The page, with its style and its script.
const TEMPLATE: &str = include_str!("report.html");
/// The number of operations that a row lists.
const SAMPLE: usize = 5;

#[derive(Serialize)]
struct ShownRow<'a> {
    id: &'a str,
    /// The titles above it.
    title: &'a str,
    subtitle: &'a str,
    area: &'a str,
    kind: &'a str,
    wire: &'a str,
    rust: &'a str,
    subject: &'a str,
    verb: String,
    reach: String,
    others: String,
    /// The reason, in parts: code or not.
    why: Vec<(bool, String)>,
    new_call: Option<String>,
    /// The pointer, behind file and line where they are known.
    at: String,
    rust_old: Option<&'a str>,
    rust_new: Option<&'a str>,
    migrations: Vec<(Vec<String>, String)>,
    rust_items: Vec<&'a str>,
    sample: &'a [String],
    operations: usize,
    places: Vec<Located<'a>>,
}

/// Another location of the same change.
#[derive(Serialize)]
struct Located<'a> {
    subject: &'a str,
    wire: &'a str,
    rust: &'a str,
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
    let rows: Vec<ShownRow<'_>> =
        sections.iter().flat_map(|s| s.entries.iter().map(move |e| row(e, s.area, s.tag))).collect();
    let mut areas: Vec<&str> = rows.iter().map(|row| row.area).collect();
    let mut kinds: Vec<&str> = rows.iter().map(|row| row.kind).collect();
    for list in [&mut areas, &mut kinds] {
        list.sort_unstable();
        list.dedup();
    }
    let items: Vec<(&str, &str, String)> =
        items(diff).into_iter().map(|(rust, path, what)| (rust.as_str(), path, what)).collect();
    let line = |(title, all): (_, Vec<super::text::Aside<'_>>)| -> (&str, Vec<String>) { (title, all.into_iter().map(|aside| aside.text).collect()) };
    let values = context! {
        from => diff.from,
        to => diff.to,
        bump => diff.bump.as_str(),
        head => head(diff).lines().collect::<Vec<_>>(),
        areas,
        kinds,
        rows,
        items,
        items_of => super::outline::items_of(diff),
        asides => asides(diff).into_iter().map(line).collect::<Vec<_>>(),
    };
    environment.render_named_str("report.html", TEMPLATE, values).map_err(|e| format!("report.html: {e:#}"))
}

fn row<'a>(entry: &Entry<'a>, title: &'a str, subtitle: &'a str) -> ShownRow<'a> {
    let change = entry.head;
    let (wire, rust) = entry.weight();
    ShownRow {
        id: &change.id,
        title,
        subtitle,
        area: entry.place().0,
        kind: change.kind.as_str(),
        wire: wire.as_str(),
        rust: rust.as_str(),
        subject: &change.subject,
        verb: verb(change),
        reach: reach(change),
        others: others(entry).replace('`', ""),
        why: parts(&entry.why()),
        new_call: new_call(change),
        at: at(change),
        rust_old: change.rust_old.as_deref(),
        rust_new: change.rust_new.as_deref(),
        migrations: migrations(entry, usize::MAX).0,
        rust_items: entry.all().flat_map(|c| c.rust_items.iter().map(String::as_str)).collect(),
        sample: change.reach.calls.get(..SAMPLE).unwrap_or(&change.reach.calls),
        operations: change.reach.operations,
        places: entry.others.iter().map(|c| place(c)).collect(),
    }
}

fn at(change: &Change) -> String {
    let line = change.line.map(|line| format!(":{line}")).unwrap_or_default();
    let file = change.file.as_ref().map(|file| format!("{file}{line} ")).unwrap_or_default();
    format!("{file}{}", change.pointer)
}

/// Text and, between backticks, code by turns.
fn parts(text: &str) -> Vec<(bool, String)> {
    let parts = text.split('`').enumerate().map(|(at, part)| (at % 2 == 1, part.to_owned()));
    parts.filter(|(_, part)| !part.is_empty()).collect()
}

fn place(change: &Change) -> Located<'_> {
    Located { subject: &change.subject, wire: change.wire.as_str(), rust: change.rust.as_str() }
}
