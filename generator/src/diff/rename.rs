//! Finds types that every use of them names differently in the other version.
//!
//! A rename is sound if neither name is known to the other side, every place that both sides have and that used the one
//! uses the other and nothing else, and the types have most of their content in common. Anything less is a swap.

use std::collections::BTreeSet;

use super::alike::{Renamed, is_alike};
use super::row::Row;
use super::rust::Keys;
use super::walk::Walk;
use crate::api::{Api, TypeId};

/// The number of types within each other that may be renamed together.
const ROUNDS: usize = 16;

/// Every difference, one row each, in no order yet: renamed types are found first.
pub(super) fn rows(apis: [&Api; 2], keys: [Keys<'_>; 2]) -> Vec<Row> {
    let [old, new] = apis;
    let unknown = |id: &TypeId, other: &Api| !other.types.contains_key(id);
    let mut found = Renamed::new();
    let mut refuted: BTreeSet<(TypeId, TypeId)> = BTreeSet::new();
    let both = old.types.keys().any(|id| unknown(id, new)) && new.types.keys().any(|id| unknown(id, old));
    // Each round looks into the types that the rounds before took for renamed, and takes back what they refute.
    for _ in 0..if both { ROUNDS } else { 0 } {
        let mut walk = Walk::new(apis, keys, &found);
        walk.pairs = Some(BTreeSet::new());
        walk.api();
        let (pairs, rows) = (walk.pairs.take().unwrap_or_default(), walk.rows);
        let partners = |id: &TypeId, side: usize| {
            pairs.iter().filter(|(a, b)| if side == 0 { a == id } else { b == id }).count()
        };
        let candidates = pairs.iter().filter(|(a, b)| unknown(a, new) && unknown(b, old));
        let (sound, wrong): (BTreeSet<_>, BTreeSet<_>) = candidates
            .filter(|pair| !refuted.contains(*pair))
            .cloned()
            .partition(|(a, b)| partners(a, 0) == 1 && partners(b, 1) == 1 && is_alike(old, new, a, b));
        if sound.len() == found.names.len()
            && found.iter().all(|(a, b)| sound.contains(&(a.clone(), b.clone())))
        {
            return rows;
        }
        refuted.extend(wrong.into_iter().filter(|(a, b)| found.get(a) == Some(b)));
        found.names = sound.into_iter().collect();
    }
    let mut walk = Walk::new(apis, keys, &found);
    walk.api();
    walk.rows
}
