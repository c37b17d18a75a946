//! Finds the rows that Rust items change with, although the rows are about something else.

use foldhash::{HashMap, HashMapExt as _};

use super::change::Kind;
use super::feature_causes;
use super::public_api::{ItemChange, Items};
use super::row::{Row, of, of_mut};
use super::rust::is_silent;
use crate::api::Api;

/// The row of each change of an item, where there is one: its owner, or else its cause.
pub(super) fn causes(
    rows: &[Row],
    items: &Items<'_>,
    owners: &[Option<usize>],
    apis: [&Api; 2],
) -> Vec<Option<usize>> {
    let mut out = owners.to_vec();
    let open = items.changes.iter().zip(&mut out).filter(|(_, owner)| owner.is_none());
    let (features, rest): (Vec<_>, Vec<_>) = open.partition(|(change, _)| change.note.is_some());
    let changes: Vec<&ItemChange> = features.iter().map(|(change, _)| *change).collect();
    let found = feature_causes::causes(rows, &changes, apis);
    features.into_iter().zip(found).for_each(|((_, owner), cause)| *owner = cause);
    let changes: Vec<&ItemChange> = rest.iter().map(|(change, _)| *change).collect();
    let found = by_place(rows, &changes);
    rest.into_iter().zip(found).for_each(|((_, owner), cause)| *owner = cause);
    by_signature(items, out)
}

/// The row of each item that is about the same place of the document, or about a type that was renamed.
fn by_place(rows: &[Row], items: &[&ItemChange]) -> Vec<Option<usize>> {
    let mut by_origin: HashMap<&str, usize> = HashMap::new();
    let mut by_setter: HashMap<&str, usize> = HashMap::new();
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| !is_silent(row)) {
        for place in &row.origins {
            by_origin.entry(place).or_insert(at);
        }
        for setter in &row.setters {
            by_setter.entry(setter).or_insert(at);
        }
    }
    let ident =
        |keys: &[String]| keys.first().and_then(|key| key.strip_prefix("models::")).map(str::to_owned);
    let renamed: Vec<(usize, String, String)> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.kind() == Kind::TypeRenamed)
        .filter_map(|(at, row)| {
            let [old, new] = &row.keys;
            Some((at, ident(old)?, ident(new)?))
        })
        .collect();
    let of_type = |change: &ItemChange| {
        renamed.iter().find(|(_, old, new)| is_renamed(change, old, new)).map(|(at, ..)| *at)
    };
    items
        .iter()
        .map(|change| {
            let setter = by_setter.get(change.path.as_str());
            setter.or_else(|| by_origin.get(change.origin.as_str())).copied().or_else(|| of_type(change))
        })
        .collect()
}

/// True if a signature changed only in the name of a type.
fn is_renamed(change: &ItemChange, old: &str, new: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        parts.map(|word| if word == old { new.to_owned() } else { word.to_owned() }).collect()
    };
    change.old.as_deref().zip(change.new.as_deref()).is_some_and(|(a, b)| words(a) == words(b))
}

/// The rows of types and of the signatures with them: an item changes with a type in its signature, and a type comes
/// or goes with the signature that has it.
fn by_signature(items: &Items<'_>, mut owners: Vec<Option<usize>>) -> Vec<Option<usize>> {
    let is_plain = |change: &ItemChange| change.note.is_none();
    let mut types: [HashMap<&str, usize>; 2] = Default::default();
    let mut uses: [HashMap<&str, usize>; 2] = Default::default();
    for (change, owner) in items.changes.iter().zip(&owners).filter(|(change, _)| is_plain(change)) {
        let Some(owner) = *owner else { continue };
        for side in 0..2 {
            let there = if side == 0 { &change.old } else { &change.new };
            if let Some(name) = change.path.strip_prefix("models::").filter(|_| there.is_some()) {
                of_mut(&mut types, side).entry(name).or_insert(owner);
            }
            for name in items.models(side, &change.path) {
                of_mut(&mut uses, side).entry(name).or_insert(owner);
            }
        }
    }
    let open = items.changes.iter().zip(&mut owners);
    for (change, owner) in open.filter(|(change, owner)| owner.is_none() && is_plain(change)) {
        let used = [0, 1].map(|side| {
            let mut names = items.models(side, &change.path).into_iter();
            names.find_map(|name| of(&types, side).get(name).copied())
        });
        let side = usize::from(change.old.is_none());
        let named = || change.path.strip_prefix("models::")?.split(['.', ':']).next();
        let user = || named().and_then(|name| of(&uses, side).get(name).copied());
        *owner = used.into_iter().flatten().next().or_else(user);
    }
    owners
}
