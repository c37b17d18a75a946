//! Orders changes for readers by importance, area, resource and entry.

use std::collections::{BTreeMap, BTreeSet};

use super::words::count;
use crate::diff::{Bump, Change, Diff, ItemChange, Kind, Subject, Wire};

/// One thing to read: a change, or several with one cause.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// The change that says it.
    pub(super) head: &'a Change,
    /// The same in other places.
    pub(super) others: Vec<&'a Change>,
}

/// The number of ids that are named of an entry without a group.
const IDS: usize = 3;

/// The importance of an entry: the wire first, then Rust.
pub(super) type Weight = (Wire, Bump);

impl<'a> Entry<'a> {
    /// Its head, then the others.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a Change> {
        std::iter::once(self.head).chain(self.others.iter().copied())
    }

    pub(super) fn weight(&self) -> Weight {
        let wire = self.all().map(|c| c.wire).min().unwrap_or(Wire::Safe);
        (wire, self.all().map(|c| c.rust).min().unwrap_or(Bump::None))
    }

    /// The reason for its verdicts: the head's, and that of more important changes.
    pub(super) fn why(&self) -> String {
        let weight = self.weight();
        let mut out = self.head.note.clone();
        let heavier = [
            self.all().find(|c| self.head.wire != weight.0 && c.wire == weight.0),
            self.all().find(|c| self.head.rust != weight.1 && weight.1 == Bump::Major && c.rust == weight.1),
        ];
        let [wire, rust] = heavier;
        let rust = rust.filter(|rust| wire.is_none_or(|wire| wire.id != rust.id));
        for change in wire.into_iter().chain(rust) {
            out.push_str(&format!("; {}: {}", change.subject, change.note));
        }
        out
    }

    /// The area and resource that all of it is about; empty where there are several.
    pub(super) fn place(&self) -> (&'a str, &'a str) {
        let name = |name: &'a Option<String>| name.as_deref().unwrap_or_default();
        let (area, tag) = (name(&self.head.area), name(&self.head.tag));
        // Field names appear in all operations that include the resource; they do not show where the change belongs.
        let rest =
            || self.all().filter(|c| c.thing.fieldset().is_none() || self.head.thing.query().is_some());
        match (rest().all(|c| name(&c.area) == area), rest().all(|c| name(&c.tag) == tag)) {
            (true, true) => (area, tag),
            (true, false) => (area, ""),
            (false, _) => ("", ""),
        }
    }

    /// The ids that a policy accepts it by: its group's if it has one, else those of all in it.
    pub(super) fn ids(&self) -> String {
        match &self.head.group {
            Some(group) if self.is_group() => format!("group {group}"),
            _ => {
                let ids: Vec<&str> = self.all().take(IDS).map(|c| c.id.as_str()).collect();
                let more = (self.others.len() + 1).saturating_sub(IDS);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                format!("{}{more}", ids.join(", "))
            }
        }
    }

    /// True if it is several changes of one group.
    pub(super) fn is_group(&self) -> bool {
        let group = &self.head.group;
        group.is_some() && !self.others.is_empty() && self.others.iter().all(|c| c.group == *group)
    }

    /// True if it requires an action.
    pub(super) fn breaks(&self) -> bool {
        let (wire, rust) = self.weight();
        wire == Wire::Breaking || rust == Bump::Major
    }
}

/// The entries of one resource, or those that lead the report.
#[derive(Debug)]
pub(super) struct Section<'a> {
    /// The name of an area, or the title of the report's first section.
    pub(super) area: &'a str,
    /// The resource; empty where the section is not about one.
    pub(super) tag: &'a str,
    pub(super) entries: Vec<Entry<'a>>,
}

/// The title of the entries that break something.
pub(super) const BREAKING: &str = "Breaking changes";
/// The title of the operations that were added.
pub(super) const OPERATIONS: &str = "New operations";

/// The group of changes that do not belong to a single resource.
const SEVERAL: &str = "several resources";

/// Breaking changes and new operations come first; the other entries follow by area and resource, areas with the most
/// important ones first.
pub(super) fn outline(diff: &Diff) -> Vec<Section<'_>> {
    let mut sections = areas(diff);
    let mut take = |area: &'static str, is: fn(&Entry<'_>) -> bool| {
        let mut entries: Vec<Entry<'_>> = Vec::new();
        for section in &mut sections {
            let (taken, rest) = std::mem::take(&mut section.entries).into_iter().partition(is);
            section.entries = rest;
            entries.extend::<Vec<_>>(taken);
        }
        // Those of one weight stay by area.
        entries.sort_by_key(Entry::weight);
        Section { area, tag: "", entries }
    };
    let breaking = take(BREAKING, |entry| entry.breaks());
    let operations = take(OPERATIONS, |entry| entry.head.kind == Kind::OperationAdded);
    let mut out = vec![breaking, operations];
    out.append(&mut sections);
    out.retain(|section| !section.entries.is_empty());
    out
}

/// Sections by area and resource. Areas with the most important entries come first, and so do resources in them.
fn areas(diff: &Diff) -> Vec<Section<'_>> {
    let mut groups: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    for change in &diff.changes {
        groups.entry(change.group.as_deref().unwrap_or(&change.id)).or_default().push(change);
    }
    let mut sections: BTreeMap<(&str, &str), Vec<Entry<'_>>> = BTreeMap::new();
    for (_, mut changes) in groups {
        // A field on the one side that is a name in a set on the other is shown as the field.
        changes.sort_by_key(|c| (is_value(c), c.subject.len(), c.subject.as_str()));
        let Some((head, others)) = changes.split_first() else { continue };
        let entry = Entry { head, others: others.to_vec() };
        sections.entry(entry.place()).or_default().push(entry);
    }
    let mut out: Vec<Section<'_>> = sections
        .into_iter()
        .map(|((area, tag), entries)| {
            let mut entries = gather(entries);
            entries.sort_by(|a, b| {
                let key = |e: &Entry<'_>| (e.weight(), e.head.kind);
                key(a).cmp(&key(b)).then_with(|| a.head.subject.cmp(&b.head.subject))
            });
            Section { area, tag, entries }
        })
        .collect();
    let worst = |section: &Section<'_>| section.entries.first().map(Entry::weight);
    let mut areas: BTreeMap<&str, Option<Weight>> = BTreeMap::new();
    for section in &out {
        let own = worst(section);
        let known = areas.entry(section.area).or_insert(own);
        *known = (*known).min(own);
    }
    out.sort_by_key(|s| (areas.get(s.area).copied().flatten(), s.area, worst(s), s.tag));
    let tagged: BTreeSet<&str> = out.iter().filter(|s| !s.tag.is_empty()).map(|s| s.area).collect();
    for section in out.iter_mut().filter(|s| s.tag.is_empty() && tagged.contains(s.area)) {
        section.tag = SEVERAL;
    }
    out
}

/// The heading of an area, or of the changes that do not belong to a single one.
pub(super) fn area_name<'a>(diff: &Diff, area: &'a str) -> &'a str {
    match area {
        "" if diff.changes.iter().any(|change| change.area.is_some()) => "several areas",
        "" => "all areas",
        area => area,
    }
}

/// The enum, the union or the kind of thing that a change is one of several of.
pub(super) fn several(change: &Change) -> Option<Subject> {
    match change.kind {
        Kind::TypeAdded | Kind::TypeRemoved => Some(Subject::default()),
        Kind::ValueAdded | Kind::ValueRemoved | Kind::VariantAdded | Kind::VariantRemoved => {
            change.thing.chooser()
        }
        _ => None,
    }
}

/// Types come and go with the operations that use them: one entry per resource lists them. The same applies to values
/// of one enum and types of one union.
fn gather(entries: Vec<Entry<'_>>) -> Vec<Entry<'_>> {
    let (single, mut out): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|e| e.others.is_empty() && several(e.head).is_some());
    let mut by_kind: BTreeMap<(Kind, Weight, Option<Subject>), Vec<&Change>> = BTreeMap::new();
    for entry in single {
        // Types are shown together, added or removed.
        let is_type = matches!(entry.head.kind, Kind::TypeAdded | Kind::TypeRemoved);
        let weight = if is_type { (Wire::Safe, Bump::None) } else { entry.weight() };
        by_kind.entry((entry.head.kind, weight, several(entry.head))).or_default().push(entry.head);
    }
    for mut changes in by_kind.into_values() {
        changes.sort_by_key(|c| c.subject.as_str());
        if let Some((head, others)) = changes.split_first() {
            out.push(Entry { head, others: others.to_vec() });
        }
    }
    out
}

/// The key of all items that more features bring.
const MORE: &str = "";

/// The addition to the title if the rows are those of one area: these are of all.
pub(super) fn items_of(diff: &Diff) -> &'static str {
    if diff.is_part { ", of all areas" } else { "" }
}

/// Public Rust items that changed for no row's reason: verdict, path and change. Items of a type that share its change
/// are shown with it.
pub(super) fn items(diff: &Diff) -> Vec<(Bump, &str, String)> {
    let mut out: Vec<(Bump, &str, String, usize)> = Vec::new();
    let mut known: BTreeMap<(Bump, &str, String), usize> = BTreeMap::new();
    for item in &diff.summary.rust_only {
        let what = change_of(item);
        let owner = item.path.find(['.']).or_else(|| item.path.match_indices("::").nth(1).map(|(at, _)| at));
        let owner = owner.and_then(|end| item.path.get(..end));
        // That a feature brings an item too is nothing to act on, so all of those are one line.
        let owner = if item.rust == Bump::Minor && item.note.is_some() { Some(MORE) } else { owner };
        let same = |at: &&str| known.get(&(item.rust, *at, what.clone())).copied();
        let first = owner.as_ref().and_then(same).and_then(|at| out.get_mut(at));
        match first {
            Some((.., more)) if item.old.is_none() || item.new.is_none() || item.note.is_some() => *more += 1,
            _ => {
                let key = if owner == Some(MORE) { MORE } else { item.path.as_str() };
                known.insert((item.rust, key, what.clone()), out.len());
                out.push((item.rust, item.path.as_str(), what, 0));
            }
        }
    }
    let with = |rust: Bump, what: String, more: usize| match (rust, more) {
        (_, 0) => what,
        (Bump::Minor, more) => format!("{what}, and {}", count(more, "other")),
        (_, more) => format!("{what}, with its {}", count(more, "item")),
    };
    out.into_iter().map(|(rust, path, what, more)| (rust, path, with(rust, what, more))).collect()
}

/// The change of a Rust item.
fn change_of(item: &ItemChange) -> String {
    match (&item.old, &item.new, &item.note) {
        (_, _, Some(note)) => format!(": {note}"),
        (Some(_), None, _) => ": gone".to_owned(),
        (None, Some(_), _) => ": new".to_owned(),
        (Some(old), Some(new), _) => format!(": {old} → {new}"),
        (None, None, _) => String::new(),
    }
}

fn is_value(change: &Change) -> bool {
    matches!(change.kind, Kind::ValueAdded | Kind::ValueRemoved)
}
