//! Finds the rows that move Rust items to other features.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt as _};

use super::change::Bump;
use super::public_api::ItemChange;
use super::row::{Row, of};
use crate::api::{Api, TypeId};

/// The uses of the types of one side.
struct Backward<'a> {
    /// Types by their places.
    places: HashMap<String, Vec<&'a TypeId>>,
    /// Types by those that they use.
    users: HashMap<&'a TypeId, Vec<&'a TypeId>>,
    /// Rows by the types that they refer to.
    rows: HashMap<&'a TypeId, Vec<usize>>,
}

impl<'a> Backward<'a> {
    fn of(api: &'a Api, rows: &'a [Row], side: usize) -> Self {
        let mut out = Self { places: HashMap::new(), users: HashMap::new(), rows: HashMap::new() };
        for (id, ty) in &api.types {
            out.places.entry(api.type_pointer(id).to_string()).or_default().push(id);
            for used in Api::uses_of(ty) {
                out.users.entry(used).or_default().push(id);
            }
        }
        for (at, row) in rows.iter().enumerate() {
            for id in of(&row.leads, side) {
                out.rows.entry(id).or_default().push(at);
            }
        }
        out
    }

    /// The rows that refer to the type at a place.
    fn rows(&self, place: &str) -> BTreeSet<usize> {
        let mut open: Vec<&TypeId> = self.places.get(place).cloned().unwrap_or_default();
        let mut seen: BTreeSet<&TypeId> = open.iter().copied().collect();
        let mut out = BTreeSet::new();
        while let Some(id) = open.pop() {
            out.extend(self.rows.get(id).into_iter().flatten());
            let users = self.users.get(id).into_iter().flatten();
            open.extend(users.filter(|user| seen.insert(user)));
        }
        out
    }
}

/// The row of each item, in the order of `items`: of those that refer to it, the one that shares most features with it.
/// Another name of a type comes and goes with the type.
pub(super) fn causes(rows: &[Row], items: &[&ItemChange], [old, new]: [&Api; 2]) -> Vec<Option<usize>> {
    let mut sides: [Option<Backward<'_>>; 2] = [None, None];
    let mut known: BTreeMap<(usize, &str), BTreeSet<usize>> = BTreeMap::new();
    let mut out = Vec::with_capacity(items.len());
    for item in items {
        // Items that a feature no longer brings were brought on the old side.
        let (side, api) = if item.rust == Bump::Major { (0, old) } else { (1, new) };
        let found = known.entry((side, &*item.origin)).or_insert_with(|| {
            let backward = super::row::of_mut(&mut sides, side);
            backward.get_or_insert_with(|| Backward::of(api, rows, side)).rows(&item.origin)
        });
        let shared = |at: &usize| -> usize {
            let areas = rows.get(*at).map(|row| &row.areas);
            areas.map_or(0, |areas| item.features.iter().filter(|feature| areas.contains(*feature)).count())
        };
        let best = found.iter().copied().max_by_key(|at| (shared(at), std::cmp::Reverse(*at)));
        out.push(best.filter(|at| shared(at) > 0));
    }
    let of_type: HashMap<&str, usize> = items
        .iter()
        .zip(&out)
        .filter_map(|(item, at)| Some((item.path.strip_prefix("models::")?, (*at)?)))
        .collect();
    let named = |item: &ItemChange| -> Option<usize> {
        let text = item.new.as_deref()?.strip_prefix("type ")?;
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.filter_map(|word| of_type.get(word).copied()).next()
    };
    items.iter().zip(&out).map(|(item, at)| at.or_else(|| named(item))).collect()
}
