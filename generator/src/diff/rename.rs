//! Finds types that every use of them names differently in the other version.
//!
//! A rename is sound if neither name is known to the other side, every place that both sides have and that used the one
//! uses the other and nothing else, and the types have most of their content in common. Anything less is a swap.

use std::collections::{BTreeMap, BTreeSet};

use super::row::Row;
use super::rust::Keys;
use super::walk::Walk;
use super::wire::{View, view};
use crate::api::{Api, TypeId, TypeRef};

/// New names of types by their old ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Renamed {
    names: BTreeMap<TypeId, TypeId>,
    refuted: BTreeSet<(TypeId, TypeId)>,
}

impl Renamed {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn get(&self, old: &TypeId) -> Option<&TypeId> {
        self.names.get(old)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&TypeId, &TypeId)> {
        self.names.iter()
    }

    pub(super) fn is_refuted(&self, old: &TypeId, new: &TypeId) -> bool {
        self.refuted.contains(&(old.clone(), new.clone()))
    }
}

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

/// True if the two are of one kind and have at least half of their members in common.
pub(super) fn is_alike(old: &Api, new: &Api, a: &TypeId, b: &TypeId) -> bool {
    let (a, b) = (TypeRef::Named(a.clone()), TypeRef::Named(b.clone()));
    match (view(&a, old), view(&b, new)) {
        (View::Object(..), View::Object(..)) => {
            let (a, b) = (members(&a, old, 3), members(&b, new, 3));
            half(&a, &b)
        }
        (View::Enum(_, a), View::Enum(_, b)) => {
            let text = |values: &[crate::api::Value]| values.iter().map(|v| format!("{v:?}")).collect();
            half(&text(a), &text(b))
        }
        (View::Union(_, a), View::Union(_, b)) => {
            let tags = |u: &crate::api::Union| {
                u.variants.iter().map(|v| v.tag.clone().unwrap_or_else(|| v.ty.to_string())).collect()
            };
            half(&tags(a), &tags(b))
        }
        (View::Scalar(a), View::Scalar(b)) => a == b,
        (View::List(_), View::List(_)) | (View::Map(_), View::Map(_)) => true,
        _ => false,
    }
}

fn half(a: &BTreeSet<String>, b: &BTreeSet<String>) -> bool {
    2 * a.intersection(b).count() >= a.union(b).count()
}

/// The names of members and of those of their inline types.
fn members(node: &TypeRef, api: &Api, depth: usize) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    if depth > 0
        && let View::Object(_, s) = view(node, api)
    {
        for (name, field) in &s.fields {
            out.insert(name.to_owned());
            if super::walk::name_of(&field.ty, api).is_none() {
                let inner = members(&field.ty, api, depth - 1);
                out.extend(inner.into_iter().map(|inner| format!("{name}.{inner}")));
            }
        }
    }
    out
}
