//! Operations and `areas.toml` go in; the cargo feature of each operation comes out, and what each feature reaches.

use std::collections::{BTreeMap, BTreeSet};

use super::config::{Areas, Config, OTHER};
use super::{AreaName, Names};
use crate::api::{Api, Operation, Shape};
use crate::diagnostic::{Code, Diagnostic, Place, Sink};

/// The area of each operation by its id; empty where the crate has no areas.
pub(super) type Placed = BTreeMap<String, String>;

/// The crate's areas, with the one for strangers where an operation needs it.
pub(super) fn areas(api: &Api, config: &Config) -> Vec<AreaName> {
    let Some(areas) = &config.areas else { return Vec::new() };
    let mut out: Vec<AreaName> = areas
        .area
        .iter()
        .map(|(feature, area)| AreaName {
            feature: feature.clone(),
            about: area.about.clone(),
            implies: area.implies.clone(),
            default: areas.default.contains(feature),
        })
        .collect();
    let strangers = api.operations.iter().any(|(id, o)| find(areas, id, &o.tags).is_none());
    if strangers && !areas.area.contains_key(OTHER) {
        let about = "operations that no other area holds".to_owned();
        out.push(AreaName { feature: OTHER.to_owned(), about, ..AreaName::default() });
    }
    out
}

/// Places each operation, and reports tags that no area names.
pub(super) fn place(api: &Api, config: &Config, out: &mut Sink) -> Placed {
    let Some(areas) = &config.areas else { return Placed::new() };
    let mut placed = Placed::new();
    let mut unplaced: BTreeMap<Option<&str>, (&str, &str, &Operation)> = BTreeMap::new();
    for (id, operation) in &api.operations {
        let (area, certain) = find(areas, id, &operation.tags).unwrap_or((OTHER, false));
        if !certain {
            unplaced.entry(own_tag(areas, &operation.tags)).or_insert((area, id, operation));
        }
        placed.insert(id.clone(), area.to_owned());
    }
    for (tag, (area, id, operation)) in unplaced {
        let (message, help) = match tag {
            Some(tag) => (
                format!("tag `{tag}` is in no area; its operations go to `{area}`"),
                format!("add `{tag}` to `tags` of an area in areas.toml"),
            ),
            None => (
                format!("operation `{id}` has no tag of its own; it and others like it go to `{area}`"),
                format!("add `{id}` to `operations` of an area in areas.toml"),
            ),
        };
        out.push(Diagnostic::notice(Code::UnplacedTag, &operation.pointer(), message).help(help));
    }
    let known = |id: &String| api.operations.contains_key(id);
    for id in areas.area.values().flat_map(|a| &a.operations).filter(|id| !known(id)) {
        let at = Place { file: "areas.toml".to_owned(), ..Place::default() };
        let message = format!("operation `{id}`, which an area names, is not in this version");
        out.push(Diagnostic::notice(Code::UnusedException, at, message).help("take it out"));
    }
    placed
}

fn own_tag<'t>(areas: &Areas, tags: &'t [String]) -> Option<&'t str> {
    tags.iter().find(|t| !areas.secondary.contains(*t)).map(String::as_str)
}

/// The operation's area, and whether it was said rather than guessed.
fn find<'a>(areas: &'a Areas, id: &str, tags: &[String]) -> Option<(&'a str, bool)> {
    let by_id = areas.area.iter().find(|(_, a)| a.operations.contains(id));
    if let Some((name, _)) = by_id {
        return Some((name, true));
    }
    let tag = own_tag(areas, tags)?;
    if let Some((name, _)) = areas.area.iter().find(|(_, a)| a.tags.contains(tag)) {
        return Some((name, true));
    }
    // The longest common prefix that ends with a word says most about what a new tag is.
    let known = areas.area.iter().flat_map(|(name, a)| a.tags.iter().map(move |t| (name, t)));
    let best = known.map(|(name, t)| (common_words(t, tag), std::cmp::Reverse(name))).max()?;
    (best.0 > 0).then_some((best.1.0.as_str(), false))
}

/// Length of the longest common prefix of whole camel-case words.
fn common_words(a: &str, b: &str) -> usize {
    let common = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    let ends_word = |s: &str, at: usize| s.as_bytes().get(at).is_none_or(u8::is_ascii_uppercase);
    (0..=common).rev().find(|&at| ends_word(a, at) && ends_word(b, at)).unwrap_or_default()
}

/// Tells each module of models, and each token type, which areas lead to it.
pub(super) fn reach(api: &Api, names: &mut Names) {
    let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (id, ty) in &api.types {
        let Some(own) = names.types.get(id) else { continue };
        let uses = Api::uses_of(ty);
        let to = uses.iter().filter_map(|id| names.types.get(*id)).map(|t| t.module.as_str());
        edges.entry(own.module.as_str()).or_default().extend(to);
    }
    let mut areas: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (id, operation) in &api.operations {
        let Some(name) = names.operations.get(id) else { continue };
        let area = name.area.clone().unwrap_or_default();
        let tokens = name.parameters.values().filter_map(|p| names.tokens.get(p.token.as_ref()?));
        let through = tokens.filter_map(|t| t.alias.as_deref());
        let main = operation.uses();
        let mut open: Vec<&str> = main
            .into_iter()
            .chain(through)
            .filter(|id| !is_linkage_body(api, id))
            .filter_map(|id| names.types.get(id))
            .map(|t| t.module.as_str())
            .collect();
        while let Some(module) = open.pop() {
            if areas.entry(module.to_owned()).or_default().insert(area.clone()) {
                open.extend(edges.get(module).into_iter().flatten());
            }
        }
    }
    for token in names.tokens.values() {
        areas.entry(token.module.clone()).or_default().extend(token.areas.iter().cloned());
    }
    names.modules = areas;
}

fn is_linkage_body(api: &Api, id: &str) -> bool {
    matches!(api.types.get(id).map(|t| &t.shape), Some(Shape::Linkage(l)) if l.request)
}
