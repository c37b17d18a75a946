//! Separates the vendor's changes from those that an overlay makes or hides.

use std::collections::BTreeSet;

use serde::Serialize;

use super::change::{Change, Kind};
use super::{Diff, Side, diff};
use crate::api::Api;

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

impl Diff {
    /// Moves the changes that only corrections make to [`Diff::corrected`], and adds those that corrections hide. `sides` are
    /// the corrected versions, `raw` the same documents without corrections.
    ///
    /// A change is the same if its kind and its subject are: a correction may alter its values.
    pub fn separate(&mut self, sides: [&Side<'_>; 2], raw: [&Api; 2]) {
        let [old, new] = sides;
        let [raw_old, raw_new] = raw;
        let raw =
            diff(&Side { api: raw_old, items: None, ..*old }, &Side { api: raw_new, items: None, ..*new });
        let known = keys(&raw.changes);
        let (changes, made): (Vec<Change>, Vec<Change>) =
            std::mem::take(&mut self.changes).into_iter().partition(|change| known.contains(&key(change)));
        let corrected: BTreeSet<(Kind, String)> =
            keys(&changes).into_iter().map(|(k, s)| (k, s.to_owned())).collect();
        let hidden = raw
            .changes
            .into_iter()
            .filter(|change| !corrected.contains(&(change.kind, change.subject.clone())));
        let made = made.into_iter().map(|change| Corrected { change, effect: Effect::Makes });
        self.corrected =
            made.chain(hidden.map(|change| Corrected { change, effect: Effect::Hides })).collect();
        self.changes = changes;
        self.count();
    }
}

fn key(change: &Change) -> (Kind, &str) {
    (change.kind, &change.subject)
}

fn keys(changes: &[Change]) -> BTreeSet<(Kind, &str)> {
    changes.iter().map(key).collect()
}
