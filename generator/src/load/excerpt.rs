//! Takes the operations and components out of a document that corrections can affect, with all that they refer to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use foldhash::{HashMap, HashMapExt as _, HashSet};
use serde_json::Value;

use super::json_text::{JsonText, PartId};
use super::reference::{self, Target};
use super::spans::Places;
use crate::api::Api;
use crate::diagnostic::Pointer;

/// An entry of a group: a path item or a component. Its group is a pointer.
type Entry = (String, String);

/// The groups of every dialect.
const GROUPS: [&str; 5] = ["paths", "webhooks", "definitions", "parameters", "responses"];
/// The components that every call depends on.
const SCHEMES: &str = "securitySchemes";

/// The operations and components that an overlay changed in a document.
#[derive(Debug, Clone, Default)]
pub struct Corrections {
    changed: Vec<Pointer>,
    /// The text of each entry after the changes; none if it was removed.
    entries: BTreeMap<Entry, Option<String>>,
}

impl Corrections {
    pub(super) fn of(tree: &Value, changed: Vec<Pointer>) -> Self {
        let all: BTreeSet<Entry> = changed.iter().filter_map(entry).collect();
        let text = |(group, name): &Entry| {
            tree.pointer(group).and_then(|group| group.get(name)).map(ToString::to_string)
        };
        let entries = all.into_iter().map(|entry| (entry.clone(), text(&entry))).collect();
        Self { changed, entries }
    }

    /// True if nothing changed.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }
}

/// A part of a document.
#[derive(Debug, Clone)]
pub struct Excerpt {
    /// Its text, without corrections.
    pub text: String,
    entries: BTreeSet<Entry>,
}

impl Excerpt {
    /// The same part of the document's Api, which is lowered already.
    pub fn of(&self, api: &Api) -> Api {
        let has = |group: &str, name: &str| self.entries.contains(&(group.to_owned(), name.to_owned()));
        let is_schema = |name: &str| has("/components/schemas", name) || has("/definitions", name);
        api.part(
            |operation| has("/paths", &operation.path),
            |webhook| has("/webhooks", webhook),
            |id| id.schema_name().is_some_and(is_schema),
        )
    }
}

/// The part of a document, without the corrections `own`, that these or those of `other`, which is another version, can affect;
/// none if that would be most of the document, or if it is not known, because the text is not JSON or something changed outside
/// of the operations and components.
pub fn excerpt(places: &mut Places<'_>, own: &Corrections, other: &Corrections) -> Option<Excerpt> {
    let mut document = Document::new(places.json.as_mut()?, own);
    // Titles and versions are not compared.
    let is_info = |at: &&Pointer| at.tokens().next().as_deref() == Some("info");
    let changed: Vec<&Pointer> = own.changed.iter().chain(&other.changed).filter(|at| !is_info(at)).collect();
    let mut wanted = BTreeSet::new();
    for at in &changed {
        wanted.extend(document.known(&entry(at)?));
    }
    document.add_users(&mut wanted, &changed);
    document.add_parts(&mut wanted);
    let mut wanted: Vec<usize> = wanted.into_iter().collect();
    let known = wanted.iter().filter_map(|number| document.entries.get(*number));
    let size: usize = known.map(|known| document.raw(known).len()).sum();
    if size >= document.text.whole().len() / 2 {
        return None;
    }
    // The order of a document means nothing, and that of a hash map is never the same.
    wanted.sort_by_key(|number| document.entries.get(*number).map(|known| &known.entry));
    let known = wanted.iter().filter_map(|number| document.entries.get(*number));
    let entries = known.map(|known| known.entry.clone()).collect();
    Some(Excerpt { text: document.without_others(&wanted), entries })
}

/// The entry that a location is in.
fn entry(at: &Pointer) -> Option<Entry> {
    let mut tokens = at.tokens();
    let first = tokens.next()?;
    let group = match first.as_str() {
        "components" => Pointer::root().child(first).child(tokens.next()?),
        group if GROUPS.contains(&group) => Pointer::root().child(group),
        _ => return None,
    };
    let is_shared = group.as_str() == format!("/components/{SCHEMES}");
    tokens.next().filter(|_| !is_shared).map(|name| (group.to_string(), name))
}

/// A path without the names of its parameters, which two versions may write differently.
fn blank(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

struct Document<'a, 't> {
    text: &'a mut JsonText<'t>,
    entries: Vec<Known<'a>>,
    numbers: HashMap<Entry, usize>,
}

/// An entry of the document, or one that a correction adds.
struct Known<'a> {
    entry: Entry,
    /// Its place in the text; none if it is not there.
    part: Option<PartId>,
    /// Its text with the corrections, if they change it.
    corrected: Option<&'a str>,
    /// The numbers of the entries that it refers to, with and without the corrections.
    uses: Vec<usize>,
}

impl<'a, 't> Document<'a, 't> {
    fn new(text: &'a mut JsonText<'t>, own: &'a Corrections) -> Self {
        let mut entries = Vec::new();
        for (group, part) in groups(text) {
            let members = text.members(part).into_iter();
            entries.extend(members.map(|(name, part)| ((group.clone(), name), Some(part))));
        }
        let of_text: HashSet<&Entry> = entries.iter().map(|(entry, _)| entry).collect();
        let added = own.entries.keys().filter(|entry| !of_text.contains(entry));
        let added: Vec<_> = added.map(|entry| (entry.clone(), None)).collect();
        entries.extend(added);
        let numbers: HashMap<Entry, usize> =
            entries.iter().enumerate().map(|(number, (entry, _))| (entry.clone(), number)).collect();
        let known = |(entry, part): (Entry, Option<PartId>)| {
            let corrected = own.entries.get(&entry).and_then(Option::as_deref);
            Known { entry, part, corrected, uses: Vec::new() }
        };
        let mut out = Self { text, entries: entries.into_iter().map(known).collect(), numbers };
        out.add_uses();
        out
    }

    /// Looks for the references in all entries.
    fn add_uses(&mut self) {
        let (text, numbers) = (&*self.text, &self.numbers);
        let mut targets: HashMap<&str, Option<usize>> = HashMap::new();
        for known in &mut self.entries {
            let raw = known.part.map_or("", |part| text.text(part));
            for reference in references(raw).chain(known.corrected.into_iter().flat_map(references)) {
                let target =
                    *targets.entry(reference).or_insert_with(|| match reference::target(reference) {
                        Target::Node(pointer) => entry(&Pointer::new(pointer.into_owned()))
                            .and_then(|entry| numbers.get(&entry).copied()),
                        Target::Elsewhere => None,
                    });
                known.uses.extend(target);
            }
            known.uses.sort_unstable();
            known.uses.dedup();
        }
    }

    /// The numbers of the same entry of this document: paths are the same whatever their parameters are called.
    fn known(&self, entry: &Entry) -> Vec<usize> {
        if let Some(number) = self.numbers.get(entry) {
            return vec![*number];
        }
        if entry.0 != "/paths" {
            return Vec::new();
        }
        let plain = blank(&entry.1);
        let same = |other: &Entry| other.0 == entry.0 && blank(&other.1) == plain;
        (0..).zip(&self.entries).filter(|(_, other)| same(&other.entry)).map(|(number, _)| number).collect()
    }

    fn raw(&self, known: &Known<'_>) -> &'t str {
        known.part.map_or("", |part| self.text.text(part))
    }

    /// True if the text of an entry has a string, with or without the corrections.
    fn contains(&self, known: &Known<'_>, string: &str) -> bool {
        self.raw(known).contains(string) || known.corrected.is_some_and(|text| text.contains(string))
    }

    /// Adds the users that change with an entry: those of a schema that is not an object, and those that compose it.
    fn add_users(&mut self, wanted: &mut BTreeSet<usize>, changed: &[&Pointer]) {
        let is_inside = |at: &Pointer| {
            let keyword = at.tokens().nth(if at.as_str().starts_with("/components/") { 3 } else { 2 });
            matches!(keyword.as_deref(), Some("properties" | "required"))
        };
        let outside = changed.iter().filter(|at| !is_inside(at)).filter_map(|at| entry(at));
        let outside: HashSet<usize> = outside.filter_map(|entry| self.numbers.get(&entry).copied()).collect();
        let mut open: Vec<usize> = wanted.iter().copied().collect();
        while let Some(next) = open.pop() {
            let is_opaque = !outside.contains(&next) && self.is_opaque(next);
            for (user, known) in self.entries.iter().enumerate() {
                if known.uses.binary_search(&next).is_ok()
                    && (!is_opaque || self.contains(known, "\"allOf\""))
                    && wanted.insert(user)
                {
                    open.push(user);
                }
            }
        }
    }

    /// True if its users do not depend on anything inside of it: an object that is not composed of others.
    fn is_opaque(&mut self, number: usize) -> bool {
        let Some(part) = self.entries.get(number).and_then(|known| known.part) else { return false };
        let has = |text: &mut JsonText<'_>, name| text.member(part, name).is_some();
        has(self.text, "properties")
            && !["allOf", "oneOf", "anyOf", "nullable", "type"]
                .into_iter()
                .any(|name| has(self.text, name) && !(name == "type" && self.is_object(part)))
    }

    fn is_object(&mut self, part: PartId) -> bool {
        let kind = self.text.member(part, "type").and_then(|part| self.text.string(part));
        kind.as_deref() == Some("object")
    }

    /// Adds all that the entries refer to, and the schemas that inherit from those with a discriminator.
    fn add_parts(&self, wanted: &mut BTreeSet<usize>) {
        let mut open: Vec<usize> = wanted.iter().copied().collect();
        while let Some(next) = open.pop() {
            let Some(known) = self.entries.get(next) else { continue };
            let is_heir = |other: &Known<'_>| {
                other.uses.binary_search(&next).is_ok() && self.contains(other, "\"allOf\"")
            };
            let heirs: Vec<usize> = match self.contains(known, "\"discriminator\"") {
                true => {
                    (0..).zip(&self.entries).filter(|(_, other)| is_heir(other)).map(|(at, _)| at).collect()
                }
                false => Vec::new(),
            };
            for part in known.uses.iter().chain(&heirs) {
                if wanted.insert(*part) {
                    open.push(*part);
                }
            }
        }
    }

    /// The text of the document with these entries alone in its groups.
    fn without_others(&mut self, wanted: &[usize]) -> String {
        let mut own: BTreeMap<&str, String> = BTreeMap::new();
        for known in wanted.iter().filter_map(|number| self.entries.get(*number)) {
            let (group, name) = &known.entry;
            if let Some(text) = known.part.map(|part| self.text.text(part)) {
                member(own.entry(group).or_insert_with(|| "{".to_owned()), name, text);
            }
        }
        own.values_mut().for_each(|group| group.push('}'));
        let mut out = String::from("{");
        let mut members = self.text.members(JsonText::ROOT);
        members.sort();
        let mut components = String::from("{");
        for (name, part) in members {
            if name == "components" {
                let others = self.text.members(part).into_iter().filter(|(kind, _)| kind == SCHEMES);
                others.for_each(|(kind, part)| member(&mut components, &kind, self.text.text(part)));
            } else if !GROUPS.contains(&name.as_str()) {
                member(&mut out, &name, self.text.text(part));
            }
        }
        for (group, text) in &own {
            match group.strip_prefix("/components/") {
                Some(kind) => member(&mut components, kind, text),
                None => member(&mut out, group.trim_start_matches('/'), text),
            }
        }
        if components.len() > 1 {
            components.push('}');
            member(&mut out, "components", &components);
        }
        if !own.contains_key("/paths") {
            member(&mut out, "paths", "{}");
        }
        out.push('}');
        out
    }
}

/// Writes a member of an object that was opened.
fn member(out: &mut String, name: &str, value: &str) {
    let comma = if out.ends_with('{') { "" } else { "," };
    let _ = write!(out, "{comma}{}:{value}", Value::from(name));
}

/// The groups of the document, by their pointers.
fn groups(text: &mut JsonText<'_>) -> Vec<(String, PartId)> {
    let mut out: Vec<(String, PartId)> = GROUPS
        .iter()
        .filter_map(|group| Some((format!("/{group}"), text.member(JsonText::ROOT, group)?)))
        .collect();
    if let Some(components) = text.member(JsonText::ROOT, "components") {
        let kinds = text.members(components).into_iter().filter(|(kind, _)| kind != SCHEMES);
        out.extend(kinds.map(|(kind, part)| (format!("/components/{kind}"), part)));
    }
    out
}

/// The strings of a text that refer to a place of the document: `$ref`s and mappings of discriminators.
fn references(text: &str) -> impl Iterator<Item = &str> {
    let starts = memchr::memmem::find_iter(text.as_bytes(), "\"#/").map(|at| at + 1);
    starts.filter_map(|at| text.get(at..)?.split('"').next())
}
