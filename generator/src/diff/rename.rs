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

/// Every difference, one row each, in no order yet: renamed types are found first.
pub(super) fn rows(apis: [&Api; 2], keys: [Keys<'_>; 2]) -> Vec<Row> {
    let [old, new] = apis;
    let unknown = |id: &TypeId, other: &Api| !other.types.contains_key(id);
    let mut found = Renamed::new();
    if old.types.keys().any(|id| unknown(id, new)) && new.types.keys().any(|id| unknown(id, old)) {
        // The consequences of a refuted pair were no evidence, so the search starts again without it.
        for _ in 0..8 {
            let mut walk = Walk::new(apis, keys, &found);
            walk.pairs = Some(BTreeSet::new());
            walk.api();
            let pairs = walk.pairs.take().unwrap_or_default();
            let rows = walk.rows;
            let partners = |id: &TypeId, side: usize| {
                pairs.iter().filter(|(a, b)| if side == 0 { a == id } else { b == id }).count()
            };
            let candidates: Vec<&(TypeId, TypeId)> = pairs
                .iter()
                .filter(|(a, b)| unknown(a, new) && unknown(b, old) && !found.is_refuted(a, b))
                .collect();
            if candidates.is_empty() {
                // Nothing was taken for renamed, so these are the rows without renames.
                return rows;
            }
            let is_wrong = |(a, b): &(TypeId, TypeId)| {
                partners(a, 0) != 1 || partners(b, 1) != 1 || !is_alike(old, new, a, b)
            };
            let (wrong, renamed): (Vec<_>, Vec<_>) =
                candidates.into_iter().cloned().partition(|pair| is_wrong(pair));
            if wrong.is_empty() {
                found.names = renamed.into_iter().collect();
                break;
            }
            found.refuted.extend(wrong);
        }
    }
    let mut walk = Walk::new(apis, keys, &found);
    walk.api();
    walk.rows
}
