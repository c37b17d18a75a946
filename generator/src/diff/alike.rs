//! Compares two types by their content, and keeps which are one type under two names.

use std::collections::{BTreeMap, BTreeSet};

use super::wire::{View, name_of, view};
use crate::api::{Api, TypeId, TypeRef};

/// New names of types by their old ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Renamed {
    pub(super) names: BTreeMap<TypeId, TypeId>,
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
            if name_of(&field.ty, api).is_none() {
                let inner = members(&field.ty, api, depth - 1);
                out.extend(inner.into_iter().map(|inner| format!("{name}.{inner}")));
            }
        }
    }
    out
}
