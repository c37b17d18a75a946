//! Follows references within a tree, and cuts those that make a schema a part of itself.

use std::borrow::Cow;
use std::cmp::Reverse;

use foldhash::{HashMap, HashMapExt as _};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::Origins;
use super::keywords::Role;
use super::location::Trail;
use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

/// The target of a `$ref`.
pub(super) enum Target<'a> {
    /// A node of this document.
    Node(Cow<'a, str>),
    /// Another document.
    Elsewhere,
}

/// The pointer of a reference within the document.
pub(super) fn target(reference: &str) -> Target<'_> {
    match reference.strip_prefix('#') {
        Some(fragment) if fragment.starts_with('/') => match percent_decode_str(fragment).decode_utf8() {
            Ok(pointer) => Target::Node(pointer),
            Err(_) => Target::Node(Cow::Borrowed(fragment)),
        },
        _ => Target::Elsewhere,
    }
}

/// The node behind a chain of `$ref`s, if there is one.
pub(super) fn resolve<'a>(tree: &'a Value, mut node: &'a Value) -> Option<&'a Value> {
    // Invariant: a longer chain is a circle or a joke; circles are reported by `cut_circles`.
    for _ in 0..64 {
        let Some(reference) = node.get("$ref").and_then(Value::as_str) else { return Some(node) };
        let Target::Node(pointer) = target(reference) else { return None };
        node = tree.pointer(&pointer)?;
    }
    None
}

/// Gives references to components the form that the typed model reads: the component's name, without escapes.
pub(super) fn unescape(node: &mut Value, shape: Role) {
    match node {
        _ if shape == Role::Data => {}
        Value::Object(map) => {
            if let (Role::Object(_), Some(Value::String(reference))) = (shape, map.get_mut("$ref")) {
                if reference.contains('~') {
                    *reference = reference.replace("~1", "/").replace("~0", "~");
                }
                return;
            }
            map.iter_mut().for_each(|(key, value)| unescape(value, shape.member(key)));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| unescape(item, shape.item())),
        _ => {}
    }
}

/// The ways in which a schema can be its own part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// `allOf`, and references in the place of values.
    All,
    /// `oneOf` and `anyOf`.
    Alternative,
    /// `items` and `additionalProperties`.
    Item,
}

/// Cuts each circle of references that gives its values no form, once, at the place that comes first in the
/// alphabet, so that the result does not depend on the order of a map.
pub(super) fn cut_circles(tree: &mut Value, origins: &mut Origins, out: &mut Sink) {
    for part in [Part::All, Part::Alternative, Part::Item] {
        // Invariant: each round takes out a reference, so it ends.
        loop {
            let found = circles(&edges(tree, part));
            if found.is_empty() {
                break;
            }
            for (circle, site) in &found {
                report(circle, site, part, origins, out);
            }
            let mut sites: Vec<Pointer> = found.into_iter().map(|(_, site)| site).collect();
            // From the end, so that the removal of alternatives does not move those before them.
            sites.sort_by_cached_key(|site| Reverse(order(site)));
            sites.iter().for_each(|site| cut(tree, site, part, origins));
        }
    }
}

/// The order of places in a document, where items of a list are ordered by their number.
fn order(at: &Pointer) -> Vec<(usize, String)> {
    at.tokens().map(|token| (token.parse().unwrap_or_default(), token)).collect()
}

fn report(circle: &[Pointer], site: &Pointer, part: Part, origins: &Origins, out: &mut Sink) {
    let places: Vec<String> = circle.iter().map(|at| origins.origin(at).as_str().to_owned()).collect();
    let places = places.join(" -> ");
    let message = match part {
        Part::All => format!("the references lead in a circle: `{places}`; the last is read as any JSON"),
        Part::Alternative => {
            format!("a schema is an alternative of itself: `{places}`; that alternative is ignored")
        }
        Part::Item => {
            format!(
                "a list or map has nothing but itself as its items: `{places}`; they are read as any JSON"
            )
        }
    };
    out.push(Diagnostic::notice(Code::CyclicRef, &origins.origin(site), message).help(
        "a schema may contain itself in a property, but it cannot be itself; correct it in the overlay",
    ));
}

/// Takes out the reference at `site`.
fn cut(tree: &mut Value, site: &Pointer, part: Part, origins: &mut Origins) {
    let Some(parent) = site.parent() else { return };
    let index = site.tokens().last().and_then(|token| token.parse::<usize>().ok());
    if let (Part::Alternative, Some(Value::Array(list)), Some(index)) =
        (part, tree.pointer_mut(parent.as_str()), index)
        && list.len() > 1
        && index < list.len()
    {
        list.remove(index);
        origins.removed(parent, index);
        return;
    }
    if let Some(node) = tree.pointer_mut(site.as_str()) {
        *node = json!({});
    }
}

/// From a schema that has no form without its targets to these targets, and the place of each reference.
type Edges = HashMap<Pointer, Vec<(Pointer, Pointer)>>;

/// The edges between components: nothing else is the target of a reference.
fn edges(tree: &Value, part: Part) -> Edges {
    let mut edges = Edges::default();
    let sections = tree.get("components").and_then(Value::as_object);
    for (section, components) in sections.into_iter().flatten() {
        for (name, component) in components.as_object().into_iter().flatten() {
            let mut targets = Vec::new();
            let root = Trail::Root;
            let folder = root.key("components");
            let folder = folder.key(section);
            let at = folder.key(name);
            collect(component, &at, part, &mut targets);
            if !targets.is_empty() {
                targets.sort();
                edges.insert(at.pointer(), targets);
            }
        }
    }
    edges
}

/// The targets of the references that a value is or is made of, and the places of these.
fn collect(node: &Value, at: &Trail<'_>, part: Part, targets: &mut Vec<(Pointer, Pointer)>) {
    match node {
        Value::Object(map) => {
            if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
                if let Target::Node(target) = target(reference) {
                    targets.push((Pointer::new(target.into_owned()), at.pointer()));
                }
                return;
            }
            let keys: &[&str] = match part {
                Part::All => &["allOf"],
                Part::Alternative => &["oneOf", "anyOf"],
                Part::Item if map.contains_key("properties") => &[],
                Part::Item => &["items", "additionalProperties"],
            };
            for key in keys {
                if let Some(value) = map.get(*key) {
                    collect(value, &at.key(key), part, targets);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &at.index(index), part, targets);
            }
        }
        _ => {}
    }
}

/// The circles, and of each the place of the reference that closes it.
fn circles(edges: &Edges) -> Vec<(Vec<Pointer>, Pointer)> {
    let mut starts: Vec<&Pointer> = edges.keys().collect();
    starts.sort();
    let mut out = Vec::new();
    // 1 while the search is below a node, 2 after it.
    let mut state: HashMap<&Pointer, u8> = HashMap::new();
    for start in starts {
        let mut path: Vec<(&Pointer, usize)> = vec![(start, 0)];
        if state.contains_key(start) {
            continue;
        }
        state.insert(start, 1);
        while let Some((node, next)) = path.last_mut() {
            let Some((target, site)) = edges.get(*node).and_then(|targets| targets.get(*next)) else {
                state.insert(*node, 2);
                path.pop();
                continue;
            };
            *next += 1;
            match state.get(target) {
                None if edges.contains_key(target) => {
                    state.insert(target, 1);
                    path.push((target, 0));
                }
                Some(1) => {
                    let circle = path.iter().map(|(node, _)| *node).skip_while(|node| *node != target);
                    out.push((circle.chain([target]).cloned().collect(), site.clone()));
                }
                _ => {}
            }
        }
    }
    out
}
