//! Compares two versions of an `Api`, with names and public Rust items: one row per cause.
//!
//! Types are compared along their uses, not by name, so a type that is inline on one side and behind a `$ref` on the
//! other is not a change. Invariant: the rows have one canonical order and do not depend on that of the documents, and
//! exchanging the sides exchanges the kinds of each row.

mod alike;
mod change;
mod constraints;
mod correction;
mod fault;
mod feature_causes;
mod fold;
mod item_causes;
mod locate;
mod media;
mod numbers;
mod operation;
mod parameter;
mod policy;
mod public_api;
mod reach;
mod relation;
mod rename;
mod response;
mod row;
mod rust;
mod security;
mod subject;
mod verdict;
mod walk;
mod wire;

use std::collections::BTreeMap;

use serde::Serialize;

pub use change::{Bump, Change, Direction, Kind, Reach, Wire};
pub use correction::{Corrected, Effect, Part};
pub use fault::{Fault, Sides};
pub use locate::Resolve;
pub use policy::{Accepted, Date, Policy};
pub use public_api::{ItemChange, Items};
pub use subject::Subject;

use self::reach::Users;
use self::rust::Keys;
use crate::api::{Api, Model};
use crate::diagnostic::shown;
use crate::name::Names;
use crate::plan::Item;

/// One version of an API.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The API.
    pub api: &'a Api,
    /// The model that its crate is made from.
    pub model: &'a Model,
    /// Its Rust names.
    pub names: &'a Names,
    /// The public items of its crate; none where no Rust verdict is wanted.
    pub items: Option<&'a [Item]>,
}

impl<'a> Side<'a> {
    fn keys(&self) -> Keys<'a> {
        Keys { api: self.model, names: Some(self.names) }
    }
}

/// The changes between two versions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diff {
    /// The old version.
    pub from: Version,
    /// The new version.
    pub to: Version,
    /// The number of changes.
    pub summary: Summary,
    /// The version bump that the crate needs, by the public items of both sides.
    pub bump: Bump,
    /// Every change that no reviewer accepted, the most important first within each area.
    pub changes: Vec<Change>,
    /// The changes that a reviewer accepted, with the reason.
    pub accepted: Vec<Accepted>,
    /// The changes that an overlay's corrections make or hide.
    pub corrected: Vec<Corrected>,
    /// The faults of the documents, which limit what is compared; see [`Diff::add_faults`].
    pub faults: Vec<Fault>,
    /// True if rows were omitted: the bump, the numbers of operations and the Rust-only changes stay those of all.
    #[serde(skip)]
    pub is_part: bool,
}

impl Diff {
    /// Escapes all text of the documents once, so that no format of a report can forget to.
    fn escape(&mut self) {
        let versions = [&mut self.from, &mut self.to].into_iter().flat_map(|v| [&mut v.api, &mut v.version]);
        self.changes.iter_mut().for_each(|change| change.thing.escape());
        let changes = self.changes.iter_mut().flat_map(Change::texts);
        let items = self.summary.rust_only.iter_mut().flat_map(ItemChange::texts);
        for text in versions.chain(changes).chain(items) {
            *text = shown(text);
        }
    }
}

/// A version of an API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Version {
    /// The API's name.
    pub api: String,
    /// The vendor's version.
    pub version: String,
}

/// The number of changes.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Rows.
    pub changes: usize,
    /// Rows that are not the same change of one thing in several places.
    pub causes: usize,
    /// Rows by wire verdict.
    pub wire: BTreeMap<&'static str, usize>,
    /// Rows by Rust verdict.
    pub rust: BTreeMap<&'static str, usize>,
    /// Rows by kind.
    pub kinds: BTreeMap<&'static str, usize>,
    /// Operations, resources and types of the two versions.
    pub operations: [usize; 2],
    /// Types of the two versions, inline ones included.
    pub types: [usize; 2],
    /// Public Rust items that changed although no row says why: the generator, the naming or the areas did.
    pub rust_only: Vec<ItemChange>,
}

/// Compares two versions. With `parts`, those of the versions that an overlay's corrections can affect, the changes that only
/// these make or hide are in [`Diff::corrected`].
pub fn diff(old: &Side<'_>, new: &Side<'_>, parts: Option<[Part<'_>; 2]>) -> Diff {
    let users = [old, new].map(|side| Users::of(side.api));
    let mut rows = rename::rows([old.api, new.api], [old.keys(), new.keys()]);
    fold::fold(&mut rows, &users, [old, new]);
    let items = Items::compare(old.items, new.items);
    let rust_only = rust::judge(&mut rows, &items, [old.api, new.api]);
    let mut changes: Vec<Change> = rows.into_iter().map(row::Row::finish).collect();
    changes.sort_by(Change::order);
    identify_groups(&mut changes);
    let summary = summary(&changes, rust_only, [old.api, new.api]);
    // The line above the rows and the rows agree.
    let bump = changes.iter().map(|change| change.rust).chain([items.bump()]).min().unwrap_or(Bump::None);
    let bump = if bump == Bump::None && !changes.is_empty() { Bump::Patch } else { bump };
    let version = |api: &Api| Version { api: api.info.name.clone(), version: api.info.version.clone() };
    let mut out = Diff {
        from: version(old.api),
        to: version(new.api),
        summary,
        bump,
        changes,
        accepted: Vec::new(),
        corrected: Vec::new(),
        faults: Vec::new(),
        is_part: false,
    };
    out.escape();
    if let Some(parts) = parts {
        out.separate([old, new], &users, parts);
    }
    out
}

/// Makes each group's id one of all ids in it: an accepted group never covers a change that joins it later.
fn identify_groups(changes: &mut [Change]) {
    let mut members: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for change in changes.iter() {
        if let Some(group) = &change.group {
            members.entry(group.clone()).or_default().push(&change.id);
        }
    }
    let ids: BTreeMap<String, String> = members
        .into_iter()
        .map(|(group, mut ids)| {
            ids.sort_unstable();
            (group, row::stable(&ids))
        })
        .collect();
    for group in changes.iter_mut().filter_map(|change| change.group.as_mut()) {
        if let Some(id) = ids.get(group) {
            group.clone_from(id);
        }
    }
}

fn summary(changes: &[Change], rust_only: Vec<ItemChange>, sides: [&Api; 2]) -> Summary {
    let mut out = Summary {
        changes: changes.len(),
        operations: sides.map(|api| api.operations.len()),
        types: sides.map(|api| api.types.len()),
        rust_only,
        ..Summary::default()
    };
    let mut groups = std::collections::BTreeSet::new();
    for change in changes {
        *out.wire.entry(change.wire.as_str()).or_default() += 1;
        *out.rust.entry(change.rust.as_str()).or_default() += 1;
        *out.kinds.entry(change.kind.as_str()).or_default() += 1;
        groups.insert(change.group.as_deref().unwrap_or(&change.id));
    }
    out.causes = groups.len();
    out
}

impl Diff {
    /// The same with those rows alone that `keep` takes.
    pub fn retain(&mut self, keep: impl Fn(&Change) -> bool) {
        self.is_part = true;
        self.changes.retain(|change| keep(change));
        self.accepted.retain(|accepted| keep(&accepted.change));
        self.corrected.retain(|corrected| keep(&corrected.change));
        self.count();
    }

    /// Counts the rows anew.
    fn count(&mut self) {
        let rust_only = std::mem::take(&mut self.summary.rust_only);
        let (operations, types) = (self.summary.operations, self.summary.types);
        self.summary = Summary { operations, types, ..summary_of(&self.changes, rust_only) };
    }
}

fn summary_of(changes: &[Change], rust_only: Vec<ItemChange>) -> Summary {
    summary(changes, rust_only, [&Api::default(), &Api::default()])
}
