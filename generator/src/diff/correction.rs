//! Separates the vendor's changes from those that an overlay makes or hides.

use std::collections::BTreeSet;

use serde::Serialize;

use super::change::{Change, Kind};
use super::public_api::Items;
use super::reach::Users;
use super::row::Row;
use super::{Diff, Side, fold, rename, rust};
use crate::api::Api;
use crate::diagnostic::shown;

/// A change that is not the same with and without the overlay's corrections.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Corrected {
    /// The change.
    pub change: Change,
    /// The effect of the corrections on it.
    pub effect: Effect,
}

/// The effect of an overlay's corrections on a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// The vendor's documents do not have it: a correction applies to one of them, or differs between them.
    Makes,
    /// The vendor's documents have it, the corrected ones do not.
    Hides,
}

/// The part of a version that corrections can affect.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// Without the corrections.
    pub raw: &'a Api,
    /// With them.
    pub corrected: &'a Api,
}

impl Diff {
    /// Moves the changes that only corrections make to [`Diff::corrected`], and adds those that corrections hide. `sides` are
    /// the corrected versions, `parts` those parts of them that can differ: other changes are the vendor's.
    ///
    /// A change is the same if its kind and its subject are: a correction may alter its values.
    pub fn separate(&mut self, sides: [&Side<'_>; 2], parts: [Part<'_>; 2]) {
        let users = sides.map(|side| Users::of(side.api));
        let raw = changes(parts.map(|part| part.raw), &users, sides);
        let corrected = changes(parts.map(|part| part.corrected), &users, sides);
        let (with, without) = (keys(&corrected), keys(&raw));
        let is_made = |change: &Change| with.contains(&key(change)) && !without.contains(&key(change));
        let (made, changes): (Vec<Change>, Vec<Change>) =
            std::mem::take(&mut self.changes).into_iter().partition(is_made);
        let known = keys(&changes);
        let is_hidden = |change: &&Change| !with.contains(&key(change)) && !known.contains(&key(change));
        let hidden: Vec<Change> = raw.iter().filter(is_hidden).cloned().collect();
        let made = made.into_iter().map(|change| Corrected { change, effect: Effect::Makes });
        self.corrected = made
            .chain(hidden.into_iter().map(|change| Corrected { change, effect: Effect::Hides }))
            .collect();
        self.changes = changes;
        self.count();
    }
}

/// The changes between parts of two versions, which reach the operations of the whole versions.
fn changes(parts: [&Api; 2], users: &[Users<'_>; 2], sides: [&Side<'_>; 2]) -> Vec<Change> {
    let mut rows = rename::rows(parts, sides.map(Side::keys));
    fold::fold(&mut rows, users, sides);
    rust::judge(&mut rows, &Items::compare(None, None), parts);
    let mut out: Vec<Change> = rows.into_iter().map(Row::finish).collect();
    out.sort_by(Change::order);
    out.iter_mut().for_each(|change| change.thing.escape());
    out.iter_mut().flat_map(Change::texts).for_each(|text| *text = shown(text));
    out
}

fn key(change: &Change) -> (Kind, &str) {
    (change.kind, &change.subject)
}

fn keys(changes: &[Change]) -> BTreeSet<(Kind, &str)> {
    changes.iter().map(key).collect()
}
