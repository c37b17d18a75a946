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
    /// A change is the same if its kind and its subject are: a correction may alter its values. A hidden change of a type
    /// is omitted if it consists of changes that have their own rows.
    pub(super) fn separate(&mut self, sides: [&Side<'_>; 2], users: &[Users<'_>; 2], parts: [Part<'_>; 2]) {
        let raw = changes(parts.map(|part| part.raw), users, sides);
        let corrected = changes(parts.map(|part| part.corrected), users, sides);
        let (with, without) = (keys(&corrected), keys(&raw));
        let is_made = |change: &Change| with.contains(&key(change)) && !without.contains(&key(change));
        let (made, changes): (Vec<Change>, Vec<Change>) =
            std::mem::take(&mut self.changes).into_iter().partition(is_made);
        let mut known: BTreeSet<(Kind, &str)> = changes.iter().map(key).collect();
        let is_hidden = |(change, _): &&Judged| !with.contains(&key(change)) && !known.contains(&key(change));
        let hidden: Vec<&Judged> = raw.iter().filter(is_hidden).collect();
        known.extend(hidden.iter().filter(|(_, inner)| inner.is_empty()).map(|(change, _)| key(change)));
        let hidden = hidden.iter().filter(|(_, inner)| !consists_of(inner, &known));
        let hidden = hidden.map(|(change, _)| Corrected { change: change.clone(), effect: Effect::Hides });
        let made = made.into_iter().map(|change| Corrected { change, effect: Effect::Makes });
        self.corrected = made.chain(hidden).collect();
        self.corrected.sort_by_key(|corrected| (corrected.change.wire, corrected.change.rust));
        self.changes = changes;
        self.count();
    }
}

/// A change, and the differences between the two types if it is one of a type.
type Judged = (Change, Vec<Row>);

/// The changes between parts of two versions, which reach the operations of the whole versions.
fn changes(parts: [&Api; 2], users: &[Users<'_>; 2], sides: [&Side<'_>; 2]) -> Vec<Judged> {
    let mut rows = rename::rows(parts, sides.map(Side::keys));
    fold::fold(&mut rows, users, sides);
    rust::judge(&mut rows, &Items::compare(None, None), parts);
    let with_inner = |row: Row| {
        let inner = row.differences.clone();
        (row.finish(), inner)
    };
    let mut out: Vec<Judged> = rows.into_iter().map(with_inner).collect();
    out.sort_by(|(a, _), (b, _)| a.order(b));
    for (change, _) in &mut out {
        change.thing.escape();
        change.texts().for_each(|text| *text = shown(text));
    }
    out
}

/// True if there are differences, and each is known or consists of known ones.
fn consists_of(differences: &[Row], known: &BTreeSet<(Kind, &str)>) -> bool {
    let is_known = |row: &Row| {
        let subject = shown(&row.subject.to_string());
        known.contains(&(row.kind(), subject.as_str())) || consists_of(&row.differences, known)
    };
    !differences.is_empty() && differences.iter().all(is_known)
}

fn key(change: &Change) -> (Kind, &str) {
    (change.kind, &change.subject)
}

fn keys(changes: &[Judged]) -> BTreeSet<(Kind, &str)> {
    changes.iter().map(|(change, _)| key(change)).collect()
}
