//! The texts of two `API.txt` go in; public Rust items that changed come out, and what that asks of the version.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::change::Bump;

/// A public item of a crate, as its line in `API.txt` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Item<'a> {
    path: &'a str,
    kind: &'a str,
    signature: &'a str,
    origin: &'a str,
    areas: &'a str,
}

/// A public item that changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ItemChange {
    /// Its path, e.g. `models::App`.
    pub path: String,
    /// What that asks of the version.
    pub rust: Bump,
    /// Its kind and signature before, if it was there.
    pub old: Option<String>,
    /// Its kind and signature now, if it is there.
    pub new: Option<String>,
    /// Where it comes from in the vendor's document.
    pub origin: String,
    /// Why it is a change, where the signature does not say.
    pub note: Option<String>,
    /// The features that it is no longer there with, or now is too.
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

/// What changed in a crate's public items.
#[derive(Debug, Clone, Default)]
pub struct Items {
    /// Sorted by path.
    pub changes: Vec<ItemChange>,
    /// By path, for both sides: kind and signature.
    known: [BTreeMap<String, String>; 2],
}

/// The items of one side, and what names of aliases stand for.
struct Listed<'a> {
    items: BTreeMap<&'a str, Item<'a>>,
    aliases: HashMap<&'a str, &'a str>,
}

impl Items {
    /// Compares two texts; where one is empty there is nothing to say.
    pub fn compare(old: &str, new: &str) -> Self {
        if old.is_empty() || new.is_empty() {
            return Self::default();
        }
        let (old, new) = (Listed::read(old), Listed::read(new));
        let mut changes = Vec::new();
        for (path, item) in &old.items {
            if new.items.get(path) == Some(item) {
                continue;
            }
            // What is still reached through another name of its type is still there.
            match new.find(path) {
                Some(now) => changes.extend(changed(&old, item, &new, &now)),
                None => changes.push(ItemChange {
                    path: (*path).to_owned(),
                    rust: Bump::Major,
                    old: Some(item.shown()),
                    new: None,
                    origin: item.origin.to_owned(),
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
                origin: item.origin.to_owned(),
                note: None,
                features: Vec::new(),
            });
        }
        changes.sort();
        let known = [&old, &new]
            .map(|side| side.items.iter().map(|(path, item)| ((*path).to_owned(), item.shown())).collect());
        Self { changes, known }
    }

    /// The text of the crate that has these features alone: the lines that they bring, which are then always there.
    pub fn with_features(text: &str, features: &BTreeSet<String>) -> String {
        // Without a head, a crate that has nothing would be one that is not known.
        let mut out = "#\n".to_owned();
        for item in text.lines().filter(|line| !line.starts_with('#')).filter_map(Item::read) {
            let mut areas = item.areas.split(',').filter(|area| !area.is_empty()).peekable();
            if areas.peek().is_none() || areas.any(|area| features.contains(area)) {
                out.push_str(&format!("{} {} {} | {}\n", item.path, item.kind, item.signature, item.origin));
            }
        }
        out
    }

    /// What all changes together ask of the version.
    pub fn bump(&self) -> Bump {
        self.changes.iter().map(|change| change.rust).min().unwrap_or(Bump::None)
    }

    /// Positions in [`Items::changes`] of what a key stands for: a path, or what paths start with before a `*`.
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

    /// Whether there is an item of that path.
    pub(super) fn is_known(&self, side: usize, path: &str) -> bool {
        self.known.get(side).is_some_and(|known| known.contains_key(path))
    }

    /// An item as a person writes it, on the old side (0) or the new one (1).
    pub(super) fn shown(&self, side: usize, key: &str) -> Option<String> {
        let known = self.known.get(side)?;
        let key = key.trim_end_matches(['*', '.', ':']);
        known.get(key).map(|kind| format!("{} {kind}", key.trim_start_matches("::")))
    }
}

/// What changed in an item that both sides have.
fn changed(old: &Listed<'_>, a: &Item<'_>, new: &Listed<'_>, b: &Item<'_>) -> Option<ItemChange> {
    let same_kind = a.kind == b.kind || a.kind == "type" || b.kind == "type";
    let is_type = ["type", "struct", "enum"].contains(&a.kind);
    // An alias and the type itself are one as long as the members are, which have lines of their own.
    // What was a name of another type may be a name of this one by now.
    let (x, y) = (new.expand(&old.spelled(a), 0), new.spelled(b));
    let same = match is_type && (a.kind != b.kind || a.kind == "type") {
        true => x == y || old.is_own(a) || new.is_own(b),
        false => x == y,
    };
    let areas = |item: &Item<'_>| -> BTreeSet<String> {
        item.areas.split(',').filter(|a| !a.is_empty()).map(str::to_owned).collect()
    };
    let (before, now) = (areas(a), areas(b));
    let lost: Vec<&String> = before.difference(&now).collect();
    let gained = || now.difference(&before).cloned().collect::<Vec<String>>();
    let (rust, note, features) = match (same && same_kind, lost.as_slice(), before == now) {
        (false, _, _) => (Bump::Major, None, Vec::new()),
        // A crate without areas has everything always.
        (true, [_, ..], _) if !now.is_empty() => {
            let lost: Vec<String> = lost.iter().map(|area| (*area).clone()).collect();
            (Bump::Major, Some(format!("no longer with the feature {}", lost.join(", "))), lost)
        }
        (true, [], false) if before.is_empty() => {
            (Bump::Major, Some(format!("now only with the feature {}", gained().join(", "))), Vec::new())
        }
        (true, _, false) => (Bump::Minor, Some("with more features than before".to_owned()), gained()),
        (true, _, true) => return None,
    };
    Some(ItemChange {
        path: a.path.to_owned(),
        rust,
        old: Some(a.shown()),
        new: Some(b.shown()),
        origin: b.origin.to_owned(),
        note,
        features,
    })
}

impl<'a> Item<'a> {
    /// `path kind signature | origin areas`
    fn read(line: &'a str) -> Option<Self> {
        let (item, place) = line.split_once(" | ")?;
        let (path, rest) = item.split_once(' ')?;
        let (kind, signature) = rest.split_once(' ').unwrap_or((rest, ""));
        let (origin, areas) = place.split_once(' ').unwrap_or((place, ""));
        Some(Self { path, kind, signature, origin, areas })
    }

    fn shown(&self) -> String {
        if self.signature.is_empty() {
            self.kind.to_owned()
        } else {
            format!("{} {}", self.kind, self.signature)
        }
    }
}

impl<'a> Listed<'a> {
    fn read(text: &'a str) -> Self {
        let items: BTreeMap<&str, Item<'_>> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(Item::read)
            .map(|item| (item.path, item))
            .collect();
        let aliases = items
            .values()
            .filter(|item| item.kind == "type")
            .filter_map(|item| Some((item.path.rsplit("::").next()?, item.signature)))
            .collect();
        Self { items, aliases }
    }

    /// The item, also where its type is another name of one that has it.
    fn find(&self, path: &str) -> Option<Item<'a>> {
        if let Some(item) = self.items.get(path) {
            return Some(*item);
        }
        let rest = path.strip_prefix("models::")?;
        let end = rest.find(['.', ':'])?;
        let (own, member) = rest.split_at_checked(end)?;
        let mut target = *self.aliases.get(own)?;
        while let Some(next) = self.aliases.get(target) {
            target = next;
        }
        self.items.get(format!("models::{target}{member}").as_str()).copied()
    }

    /// Whether the item defines a type rather than naming one that is defined elsewhere.
    fn is_own(&self, item: &Item<'_>) -> bool {
        item.kind != "type" && !self.aliases.contains_key(item.path)
    }

    /// The signature with aliases of our own spelled out.
    fn spelled(&self, item: &Item<'_>) -> String {
        let text = match item.kind {
            "type" => item.signature,
            "struct" | "enum" => item.path.rsplit("::").next().unwrap_or_default(),
            _ => item.signature,
        };
        self.expand(text, 0)
    }

    fn expand(&self, text: &str, depth: usize) -> String {
        let mut out = String::with_capacity(text.len());
        let mut word = String::new();
        for c in text.chars().chain(['\0']) {
            if c.is_alphanumeric() || c == '_' {
                word.push(c);
                continue;
            }
            match self.aliases.get(word.as_str()) {
                Some(target) if depth < 16 => out.push_str(&self.expand(target, depth + 1)),
                _ => out.push_str(&word),
            }
            word.clear();
            if c != '\0' {
                out.push(c);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(old: &[&str], new: &[&str]) -> Vec<String> {
        let text = |lines: &[&str]| format!("# head\n{}\n", lines.join("\n"));
        let items = Items::compare(&text(old), &text(new));
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
}
