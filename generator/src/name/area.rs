//! Assigns each operation a cargo feature by `areas.toml` and finds the types that each feature needs.

use std::collections::{BTreeMap, BTreeSet};

use super::case::{singular, snake};
use super::config::{Areas, Config, OTHER};
use super::{AreaName, Names};
use crate::api::{Api, Operation, Shape, TypeId, TypeRef};
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

/// The operation's area, and whether `areas.toml` says it.
///
/// Without an entry the operation goes to the area of its handle, then to the only area whose tags share the most leading
/// words with its tag.
fn find<'a>(areas: &'a Areas, id: &str, tags: &[String]) -> Option<(&'a str, bool)> {
    let by_id = areas.area.iter().find(|(_, a)| a.operations.contains(id));
    if let Some((name, _)) = by_id {
        return Some((name, true));
    }
    let tag = own_tag(areas, tags);
    let with_tag =
        |tag: &str| areas.area.iter().find(|(_, a)| a.tags.contains(tag)).map(|(name, _)| name.as_str());
    if let Some(name) = tag.and_then(with_tag) {
        return Some((name, true));
    }
    let handle = words(id.split('_').next().unwrap_or(id));
    let same = |tag: &&String| unversioned(&words(tag)) == unversioned(&handle);
    let by_handle = areas.area.iter().find(|(_, a)| a.tags.iter().any(|tag| same(&tag)));
    if let Some((name, _)) = by_handle {
        return Some((name, false));
    }
    let own = tag.map_or(handle, words);
    let alike = |tag: &String| Alike::of(&words(tag), &own);
    let scores: Vec<(Alike, &str)> = areas
        .area
        .iter()
        .filter_map(|(name, a)| Some((a.tags.iter().map(alike).max()?, name.as_str())))
        .collect();
    let best = scores.iter().map(|(alike, _)| *alike).max().filter(|best| best.words > 0)?;
    let mut first = scores.iter().filter(|(alike, _)| *alike == best);
    match (first.next(), first.next()) {
        (Some((_, name)), None) => Some((name, false)),
        // Several areas are as near, so none is.
        _ => None,
    }
}

/// The words of a tag, the last one in the singular: tags are plurals.
fn words(tag: &str) -> Vec<String> {
    let mut words: Vec<String> = snake(&singular(tag)).split('_').map(str::to_owned).collect();
    words.retain(|word| !word.is_empty());
    words
}

/// Without the version that an operationId may have: `inAppPurchasesV2` is a handle of the tag `InAppPurchases`.
fn unversioned(words: &[String]) -> &[String] {
    let is_version = |word: &String| {
        word.strip_prefix('v')
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    match words.split_last() {
        Some((last, rest)) if is_version(last) => rest,
        _ => words,
    }
}

/// The overlap of a tag with the beginning of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    /// Leading words of both.
    words: usize,
    /// True if these are all words of the known tag.
    whole: bool,
}

impl Alike {
    fn of(known: &[String], new: &[String]) -> Self {
        let words = known.iter().zip(new).take_while(|(a, b)| a == b).count();
        Self { words, whole: words == known.len() }
    }
}

/// Records for each module of models, and each token type, the areas that use it.
pub(super) fn reach(api: &Api, names: &mut Names) {
    let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (id, ty) in &api.types {
        let Some(own) = names.types.get(id) else { continue };
        let uses = Api::uses_of(ty);
        let to = uses.into_iter().filter_map(|id| names.types.get(id)).map(|t| t.module.as_str());
        edges.entry(own.module.as_str()).or_default().extend(to);
    }
    for token in names.tokens.values() {
        let alias = token.alias.as_ref().and_then(|id| names.types.get(id)).map(|t| t.module.as_str());
        edges.entry(token.module.as_str()).or_default().extend(alias);
    }
    let mut areas: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (id, operation) in &api.operations {
        let Some(name) = names.operations.get(id) else { continue };
        let area = name.area.clone().unwrap_or_default();
        let tokens = name.parameters.values().filter_map(|p| names.tokens.get(p.token.as_ref()?));
        let mut open: Vec<&str> = operation
            .uses()
            .into_iter()
            .filter(|id| !is_linkage_body(api, id))
            .filter_map(|id| names.types.get(id))
            .map(|t| t.module.as_str())
            .chain(tokens.map(|t| t.module.as_str()))
            .collect();
        while let Some(module) = open.pop() {
            if areas.entry(module.to_owned()).or_default().insert(area.clone()) {
                open.extend(edges.get(module).into_iter().flatten());
            }
        }
    }
    // A webhook is of no operation, so what it needs is there in every area.
    let everywhere: BTreeSet<String> = match names.areas.is_empty() {
        true => BTreeSet::from([String::new()]),
        false => names.areas.iter().map(|area| area.feature.clone()).collect(),
    };
    let payloads = api.info.webhooks.values().chain(&api.info.event).filter_map(TypeRef::named);
    let payloads = payloads.filter_map(|id| names.types.get(id));
    let mut open: Vec<&str> = payloads.map(|name| name.module.as_str()).collect();
    let mut seen = BTreeSet::new();
    while let Some(module) = open.pop() {
        if seen.insert(module) {
            open.extend(edges.get(module).into_iter().flatten());
            areas.insert(module.to_owned(), everywhere.clone());
        }
    }
    names.modules = areas;
}

fn is_linkage_body(api: &Api, id: &TypeId) -> bool {
    matches!(api.types.get(id).map(|t| &t.shape), Some(Shape::Linkage(l)) if l.request)
}
