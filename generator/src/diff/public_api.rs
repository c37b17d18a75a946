//! Compares the public items of two crates and decides the version bump.

use std::collections::BTreeSet;
use std::sync::Arc;

use foldhash::HashMap;
use serde::Serialize;

use super::change::Bump;
use crate::plan::{Item, ItemKind, RustType};

/// A public item that changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ItemChange {
    /// Its path, e.g. `models::App`.
    pub path: String,
    /// The version bump that it needs.
    pub rust: Bump,
    /// Its kind and signature before, if it was there.
    pub old: Option<String>,
    /// Its kind and signature now, if it is there.
    pub new: Option<String>,
    /// Its source in the vendor's document.
    pub origin: String,
    /// The reason for which it is a change, if the signature does not show it.
    pub note: Option<String>,
    /// The features that lost it, or that now have it too.
    #[serde(skip)]
    pub features: Vec<String>,
}

impl ItemChange {
    /// Everything in it that may quote a document.
    pub(super) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let optional = [&mut self.old, &mut self.new, &mut self.note];
        let required = [&mut self.path, &mut self.origin];
        required.into_iter().chain(optional.into_iter().flatten()).chain(&mut self.features)
    }
}

/// The changes of a crate's public items.
#[derive(Debug, Clone, Default)]
pub struct Items<'a> {
    /// Sorted by path.
    pub changes: Vec<ItemChange>,
    /// By path, for both sides.
    known: [HashMap<&'a str, &'a Item>; 2],
}

/// The items of one side, and the targets of aliases.
struct Listed<'a> {
    items: HashMap<&'a str, &'a Item>,
    aliases: HashMap<&'a str, &'a RustType>,
}

impl<'a> Items<'a> {
    /// Compares the items of two crates; empty if those of one are unknown.
    pub fn compare(old: Option<&'a [Item]>, new: Option<&'a [Item]>) -> Self {
        let (Some(old), Some(new)) = (old, new) else { return Self::default() };
        let (old, new) = (Listed::new(old), Listed::new(new));
        let mut changes = Vec::new();
        for (path, item) in &old.items {
            if new.items.get(path) == Some(item) {
                continue;
            }
            // An item that is still reachable by another name of its type still exists.
            match new.find(path) {
                Some(now) => changes.extend(changed(&old, item, &new, now)),
                None => changes.push(ItemChange {
                    path: (*path).to_owned(),
                    rust: Bump::Major,
                    old: Some(item.shown()),
                    new: None,
                    origin: item.origin.to_string(),
                    note: None,
                    features: Vec::new(),
                }),
            }
        }
        for (path, item) in new.items.iter().filter(|(path, _)| old.find(path).is_none()) {
            changes.push(ItemChange {
                path: (*path).to_owned(),
                rust: Bump::Minor,
                old: None,
                new: Some(item.shown()),
                origin: item.origin.to_string(),
                note: None,
                features: Vec::new(),
            });
        }
        changes.sort();
        Self { changes, known: [old.items, new.items] }
    }

    /// The items of the crate that has these features alone, which are then always there.
    pub fn with_features(items: &[Item], features: &BTreeSet<String>) -> Vec<Item> {
        let brought = items.iter().filter(|item| item.areas.is_empty() || !item.areas.is_disjoint(features));
        brought.map(|item| Item { areas: Arc::default(), ..item.clone() }).collect()
    }

    /// The version bump that all changes together need.
    pub fn bump(&self) -> Bump {
        self.changes.iter().map(|change| change.rust).min().unwrap_or(Bump::None)
    }

    /// Positions in [`Items::changes`] that match a key: a path, or a prefix of paths before a `*`.
    pub(super) fn matching(&self, key: &str) -> std::ops::Range<usize> {
        let at = |path: &str| self.changes.partition_point(|change| change.path.as_str() < path);
        match key.strip_suffix('*') {
            None => at(key)..self.changes.partition_point(|change| change.path.as_str() <= key),
            Some(start) => {
                let from = at(start);
                let more = self.changes.get(from..).unwrap_or_default();
                from..from + more.partition_point(|change| change.path.starts_with(start))
            }
        }
    }

    /// The models in the signature of an item, on the old side (0) or the new one (1).
    pub(super) fn models(&self, side: usize, path: &str) -> Vec<&'a str> {
        let item = self.known.get(side).and_then(|known| known.get(path));
        item.map(|item| item.signature.models()).unwrap_or_default()
    }

    /// True if there is an item of that path.
    pub(super) fn is_known(&self, side: usize, path: &str) -> bool {
        self.known.get(side).is_some_and(|known| known.contains_key(path))
    }

    /// An item as a person writes it, on the old side (0) or the new one (1).
    pub(super) fn shown(&self, side: usize, key: &str) -> Option<String> {
        let known = self.known.get(side)?;
        let key = key.trim_end_matches(['*', '.', ':']);
        known.get(key).map(|item| format!("{} {}", key.trim_start_matches("::"), item.shown()))
    }
}

/// The change of an item that both sides have.
fn changed(old: &Listed<'_>, a: &Item, new: &Listed<'_>, b: &Item) -> Option<ItemChange> {
    let same_kind = a.kind == b.kind || a.kind == ItemKind::Type || b.kind == ItemKind::Type;
    // A name of another type may be a name of this one by now.
    let spelled: Vec<RustType> = old.spelled(a).iter().map(|ty| new.expand(ty, 0)).collect();
    // An alias and the type itself are one as long as the members are, which have lines of their own.
    let is_alias = a.kind.is_type() && (a.kind != b.kind || a.kind == ItemKind::Type);
    let same =
        spelled == new.spelled(b) || (is_alias && (a.kind != ItemKind::Type || b.kind != ItemKind::Type));
    let returns = a.returns.as_ref().zip(b.returns.as_ref()).filter(|(a, b)| !is_one_kind(a, b));
    let same = same && returns.is_none();
    let (old, new) = match returns {
        Some((x, y)) => (format!("{} -> {x}", a.shown()), format!("{} -> {y}", b.shown())),
        None => (a.shown(), b.shown()),
    };
    let (before, now) = (&a.areas, &b.areas);
    let lost: Vec<&String> = before.difference(now).collect();
    let gained = || now.difference(before).cloned().collect::<Vec<String>>();
    let (rust, note, features) = match (same && same_kind, lost.as_slice(), before == now) {
        (false, _, _) => (Bump::Major, None, Vec::new()),
        // A crate without areas has everything always.
        (true, [_, ..], _) if !now.is_empty() => {
            let lost: Vec<String> = lost.iter().map(|area| (*area).clone()).collect();
            (Bump::Major, Some(format!("no longer comes with the feature {}", lost.join(", "))), lost)
        }
        (true, [], false) if before.is_empty() => (
            Bump::Major,
            Some(format!("comes only with the feature {} from now on", gained().join(", "))),
            Vec::new(),
        ),
        (true, _, false) => (Bump::Minor, Some("comes with more features than before".to_owned()), gained()),
        (true, _, true) => return None,
    };
    Some(ItemChange {
        path: a.path.clone(),
        rust,
        old: Some(old),
        new: Some(new),
        origin: b.origin.to_string(),
        note,
        features,
    })
}

/// True if two methods return the same kind of thing: its parameter is compared as the payload.
fn is_one_kind(a: &RustType, b: &RustType) -> bool {
    match (a, b) {
        (RustType::Runtime(a, _), RustType::Runtime(b, _)) => a == b,
        (RustType::Root(a, _), RustType::Root(b, _)) => a == b,
        _ => a == b,
    }
}

impl<'a> Listed<'a> {
    fn new(items: &'a [Item]) -> Self {
        let aliases = items.iter().filter(|item| item.kind == ItemKind::Type);
        let aliases = aliases.filter_map(|item| Some((last(&item.path), *item.signature.types().first()?)));
        Self {
            items: items.iter().map(|item| (item.path.as_str(), item)).collect(),
            aliases: aliases.collect(),
        }
    }

    /// The item, also where its type is another name of one that has it.
    fn find(&self, path: &str) -> Option<&'a Item> {
        if let Some(item) = self.items.get(path) {
            return Some(item);
        }
        let rest = path.strip_prefix("models::")?;
        let end = rest.find(['.', ':'])?;
        let (own, member) = rest.split_at_checked(end)?;
        match self.expand(&RustType::Model(own.to_owned()), 0) {
            RustType::Model(target) => self.items.get(format!("models::{target}{member}").as_str()).copied(),
            _ => None,
        }
    }

    /// The types of the signature with aliases of our own spelled out; of a struct or an enum the type itself.
    fn spelled(&self, item: &Item) -> Vec<RustType> {
        let own = RustType::Model(last(&item.path).to_owned());
        let types = match item.kind {
            ItemKind::Struct | ItemKind::Enum => vec![&own],
            _ => item.signature.types(),
        };
        types.into_iter().map(|ty| self.expand(ty, 0)).collect()
    }

    fn expand(&self, ty: &RustType, depth: usize) -> RustType {
        ty.with_models(&|name| match self.aliases.get(name) {
            Some(target) if depth < 16 => self.expand(target, depth + 1),
            _ => RustType::Model(name.to_owned()),
        })
    }
}

/// The last part of a path.
fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(old: &[&str], new: &[&str]) -> Vec<String> {
        let [old, new] = [old, new].map(|lines| Item::read_all(&lines.join("\n")));
        let items = Items::compare(Some(&old), Some(&new));
        items.changes.iter().map(|c| format!("{} {}", c.rust.as_str(), c.path)).collect()
    }

    #[test]
    fn what_goes_is_major_and_what_comes_is_minor() {
        let a = "models::A struct | /a x";
        let field = "models::A.f field Option<String> | /a x";
        assert_eq!(changes(&[a, field], &[a]), ["major models::A.f"]);
        assert_eq!(changes(&[a], &[a, field]), ["minor models::A.f"]);
        assert_eq!(changes(&[a, field], &[a, &field.replace("String", "i64")]), ["major models::A.f"]);
        assert!(changes(&[a, field], &[a, &field.replace("/a", "/b")]).is_empty(), "its place is not public");
    }

    #[test]
    fn an_alias_is_what_it_stands_for() {
        let alias = ["models::A type B | /a x", "models::B enum | /b x", "models::B::X variant | /b x"];
        let own = ["models::A enum | /a x", "models::A::X variant | /a x", alias[1], alias[2]];
        assert!(changes(&alias, &own).is_empty());
        assert!(changes(&own, &alias).is_empty());
        let field = ["models::C.f field Option<A> | /c x", "models::C.f field Option<B> | /c x"];
        assert!(changes(&[&alias[..], &field[..1]].concat(), &[&alias[..], &field[1..]].concat()).is_empty());
    }

    #[test]
    fn two_types_that_become_one_break_nothing_and_one_that_becomes_two_does() {
        let [one, other] = ["models::A enum | /a x", "models::B enum | /b x"];
        let members = ["models::A::X variant | /a x", "models::B::X variant | /b x"];
        let alias = "models::B type A | /b x";
        let uses = |name: &str| format!("models::C.f field Option<{name}> | /c x");
        let two = [one, other, members[0], members[1], &uses("B")];
        let merged = [one, alias, members[0], &uses("A")];
        assert!(changes(&two, &merged).is_empty(), "{:?}", changes(&two, &merged));
        assert_eq!(changes(&merged, &two), ["major models::C.f"]);
    }

    #[test]
    fn a_feature_that_no_longer_brings_an_item_breaks() {
        let (both, one) = ("models::A struct | /a x,y", "models::A struct | /a x");
        assert_eq!(changes(&[both], &[one]), ["major models::A"]);
        assert_eq!(changes(&[one], &[both]), ["minor models::A"]);
        assert!(changes(&[one], &["models::A struct | /a"]).len() == 1, "always there is more");
        assert_eq!(changes(&["models::A struct | /a"], &[one]), ["major models::A"]);
    }

    #[test]
    fn a_method_that_returns_something_else_breaks() {
        let line = "operations::a::A::get fn => B | /a";
        let [item] = &Item::read_all(line)[..] else { panic!("{line}") };
        let returning = |ty| [Item { returns: Some(ty), ..item.clone() }];
        let call = returning(RustType::Root("Call".to_owned(), vec![RustType::Model("B".to_owned())]));
        let builder = returning(RustType::Own("Get".to_owned()));
        let bump = |old: &[Item], new: &[Item]| Items::compare(Some(old), Some(new)).bump();
        assert_eq!(bump(&call, &builder), Bump::Major);
        assert_eq!(bump(&call, &call), Bump::None);
        assert_eq!(
            bump(std::slice::from_ref(item), &builder),
            Bump::None,
            "it is not known what it returned"
        );
    }
}
