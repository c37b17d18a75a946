//! What changed goes in; its order for readers comes out: areas, resources and entries, the most important first.

use std::collections::BTreeMap;

use crate::diff::{Bump, Change, Diff, Kind, Wire};

/// One thing to read: a change, or several with one cause.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// The change that says it.
    pub(super) head: &'a Change,
    /// The same in other places.
    pub(super) others: Vec<&'a Change>,
}

/// How much an entry matters: the wire first, then Rust.
pub(super) type Weight = (Wire, Bump);

impl Entry<'_> {
    pub(super) fn weight(&self) -> Weight {
        let all = || std::iter::once(self.head).chain(self.others.iter().copied());
        let wire = all().map(|c| c.wire).min().unwrap_or(Wire::Safe);
        (wire, all().map(|c| c.rust).min().unwrap_or(Bump::None))
    }

    /// Whether it is something to act on.
    pub(super) fn breaks(&self) -> bool {
        let (wire, rust) = self.weight();
        wire == Wire::Breaking || rust == Bump::Major
    }
}

/// A resource's entries.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub(super) area: &'a str,
    pub(super) tag: &'a str,
    pub(super) entries: Vec<Entry<'a>>,
}

/// Sections by area and resource. Areas with the most important entries come first, and so do resources in them.
pub(super) fn outline(diff: &Diff) -> Vec<Section<'_>> {
    let mut groups: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    for change in &diff.changes {
        groups.entry(change.group.as_deref().unwrap_or(&change.id)).or_default().push(change);
    }
    let mut sections: BTreeMap<(&str, &str), Vec<Entry<'_>>> = BTreeMap::new();
    for (_, mut changes) in groups {
        // What is a field on the one side and its name in a set on the other is told by the field.
        changes.sort_by_key(|c| (is_value(c), c.subject.len(), c.subject.as_str()));
        let Some((head, others)) = changes.split_first() else { continue };
        let place = (head.area.as_deref().unwrap_or_default(), head.tag.as_deref().unwrap_or_default());
        sections.entry(place).or_default().push(Entry { head, others: others.to_vec() });
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
    out
}

/// Types come and go with the operations that use them: one entry a resource says which.
fn gather(entries: Vec<Entry<'_>>) -> Vec<Entry<'_>> {
    let (types, mut out): (Vec<_>, Vec<_>) = entries
        .into_iter()
        .partition(|e| e.others.is_empty() && matches!(e.head.kind, Kind::TypeAdded | Kind::TypeRemoved));
    let mut by_kind: BTreeMap<Kind, Vec<&Change>> = BTreeMap::new();
    for entry in types {
        by_kind.entry(entry.head.kind).or_default().push(entry.head);
    }
    for mut changes in by_kind.into_values() {
        changes.sort_by_key(|c| c.subject.as_str());
        if let Some((head, others)) = changes.split_first() {
            out.push(Entry { head, others: others.to_vec() });
        }
    }
    out
}

fn is_value(change: &Change) -> bool {
    matches!(change.kind, Kind::ValueAdded | Kind::ValueRemoved)
}
