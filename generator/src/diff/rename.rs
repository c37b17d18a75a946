//! Finds types that every use of them names differently in the other version.
//!
//! A rename is sound if neither name is known to the other side, every place that both sides have and that used the one
//! uses the other and nothing else, and the types have most of their content in common. Anything less is a swap.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt as _};

use super::alike::{Renamed, is_alike};
use super::row::Row;
use super::rust::Keys;
use super::walk::Walk;
use crate::api::{Api, TypeId};

/// The number of walks that may take back what the ones before took for renamed.
const ROUNDS: usize = 16;

type Pair = (TypeId, TypeId);

/// The pairs of different names that a walk meets.
pub(super) struct Pairs<'a> {
    refuted: &'a BTreeSet<Pair>,
    /// True for those that may be one type under two names.
    met: BTreeMap<Pair, bool>,
    has_candidate: bool,
}

impl Pairs<'_> {
    /// Notes a pair; true if the two may be one type, so that the walk goes on inside.
    pub(super) fn may_be_one(&mut self, a: &TypeId, b: &TypeId, [old, new]: [&Api; 2]) -> bool {
        let refuted = self.refuted;
        let unknown = |id: &TypeId, other: &Api| !other.types.contains_key(id);
        let is_one = *self.met.entry((a.clone(), b.clone())).or_insert_with_key(|pair| {
            unknown(a, new) && unknown(b, old) && !refuted.contains(pair) && is_alike(old, new, a, b)
        });
        self.has_candidate |= is_one;
        is_one
    }

    /// True if a pair was met that may be one type.
    pub(super) fn has_candidate(&self) -> bool {
        self.has_candidate
    }

    /// The number of pairs that each type is in.
    fn partners(&self) -> [HashMap<&TypeId, usize>; 2] {
        let mut out = [HashMap::new(), HashMap::new()];
        for (a, b) in self.met.keys() {
            let [of_old, of_new] = &mut out;
            *of_old.entry(a).or_default() += 1;
            *of_new.entry(b).or_default() += 1;
        }
        out
    }
}

/// Every difference, one row each, in no order yet: renamed types are found first.
pub(super) fn rows(apis: [&Api; 2], keys: [Keys<'_>; 2]) -> Vec<Row> {
    let [old, new] = apis;
    let has_unknown = |api: &Api, other: &Api| api.types.keys().any(|id| !other.types.contains_key(id));
    let mut found = Renamed::new();
    if has_unknown(old, new) && has_unknown(new, old) {
        match search(apis, keys) {
            Search::Nothing(rows) => return rows,
            Search::Found(renamed) => found = renamed,
        }
    }
    let mut walk = Walk::new(apis, keys, &found);
    walk.api();
    walk.rows
}

enum Search {
    /// No type may have been renamed: the rows of the first walk count.
    Nothing(Vec<Row>),
    Found(Renamed),
}

/// Looks for types under new names. A walk goes on inside of each pair that may be one type; what turns out to have other
/// partners is refuted, and the next walk does not look into it.
fn search(apis: [&Api; 2], keys: [Keys<'_>; 2]) -> Search {
    let none = Renamed::new();
    let mut found = none.clone();
    let (mut refuted, mut retried) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..ROUNDS {
        let mut walk = Walk::new(apis, keys, &none);
        walk.pairs = Some(Pairs { refuted: &refuted, met: BTreeMap::new(), has_candidate: false });
        walk.api();
        let (rows, Some(pairs)) = (walk.rows, walk.pairs) else { break };
        if !pairs.has_candidate && refuted.is_empty() {
            return Search::Nothing(rows);
        }
        let [of_old, of_new] = pairs.partners();
        let is_single = |(a, b): &Pair| of_old.get(a) == Some(&1) && of_new.get(b) == Some(&1);
        let (sound, wrong): (Vec<_>, Vec<_>) =
            pairs.met.iter().filter(|(_, is_one)| **is_one).partition(|(pair, _)| is_single(pair));
        found.names = sound.into_iter().map(|(pair, _)| pair.clone()).collect();
        // Its other partners may have been inside of pairs that are refuted now.
        let again = pairs.met.keys().filter(|pair| refuted.contains(*pair) && is_single(pair));
        let again: Vec<Pair> = again.filter(|pair| !retried.contains(*pair)).cloned().collect();
        if wrong.is_empty() && again.is_empty() {
            break;
        }
        let wrong: Vec<Pair> = wrong.into_iter().map(|(pair, _)| pair.clone()).collect();
        refuted.extend(wrong);
        again.iter().for_each(|pair| {
            refuted.remove(pair);
        });
        retried.extend(again);
    }
    Search::Found(found)
}
