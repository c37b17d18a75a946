//! A tree goes in; every `$ref` that leads nowhere, out of the document or in a circle comes out as an error.

use std::borrow::Cow;
use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::Origins;
use super::shape::{Kind, Shape};
use super::trail::Trail;
use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

/// What a `$ref` leads to.
pub(super) enum Target<'a> {
    /// A node of this document.
    Node(Cow<'a, str>),
    /// Another document.
    Elsewhere,
}

/// The pointer that a reference within the document holds.
pub(super) fn target(reference: &str) -> Target<'_> {
    match reference.strip_prefix('#') {
        Some(fragment) if fragment.starts_with('/') => match percent_decode_str(fragment).decode_utf8() {
            Ok(pointer) => Target::Node(pointer),
            Err(_) => Target::Node(Cow::Borrowed(fragment)),
        },
        _ => Target::Elsewhere,
    }
}

/// The node behind a chain of `$ref`s, if it leads anywhere.
pub(super) fn resolve<'a>(tree: &'a Value, mut node: &'a Value) -> Option<&'a Value> {
    // Invariant: a chain longer than this is a circle or a joke; circles are reported by `check`.
    for _ in 0..64 {
        let Some(reference) = node.get("$ref").and_then(Value::as_str) else { return Some(node) };
        let Target::Node(pointer) = target(reference) else { return None };
        node = tree.pointer(&pointer)?;
    }
    None
}

/// Reports all references that cannot be followed.
pub(super) fn check(tree: &Value, origins: &Origins, out: &mut Sink) {
    let mut edges = Edges::default();
    walk(tree, tree, Shape::Object(Kind::Document), &Trail::Root, None, &mut edges, origins, out);
    cycles(&edges, origins, out);
}

/// From a node that is a `$ref` or an `allOf` of them, and so is nothing without its targets, to these targets.
type Edges = HashMap<Pointer, Vec<Pointer>>;

#[expect(clippy::too_many_arguments, reason = "a walk's own state")]
fn walk(
    tree: &Value,
    node: &Value,
    shape: Shape,
    at: &Trail<'_>,
    owner: Option<&Trail<'_>>,
    edges: &mut Edges,
    origins: &Origins,
    out: &mut Sink,
) {
    match node {
        _ if shape == Shape::Data => {}
        Value::Object(map) => {
            if let (Shape::Object(_), Some(reference)) = (shape, map.get("$ref")) {
                if let Some(pointer) = follow(tree, reference, at, origins, out) {
                    edges.entry(owner.unwrap_or(at).pointer()).or_default().push(pointer);
                }
                return;
            }
            for (key, value) in map {
                // Items of an `allOf` are parts of the schema itself; anything else below it may refer back to it.
                let part = shape == Shape::Object(Kind::Schema) && key == "allOf";
                let owner = if part { Some(owner.unwrap_or(at)) } else { None };
                walk(tree, value, shape.member(key), &at.key(key), owner, edges, origins, out);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(tree, item, shape.item(), &at.index(index), owner, edges, origins, out);
            }
        }
        _ => {}
    }
}

fn follow(
    tree: &Value,
    reference: &Value,
    at: &Trail<'_>,
    origins: &Origins,
    out: &mut Sink,
) -> Option<Pointer> {
    let here = |_: ()| origins.origin(&at.pointer().child("$ref"));
    let Some(reference) = reference.as_str() else {
        out.push(Diagnostic::error(Code::InvalidDocument, &here(()), "`$ref` must be a string"));
        return None;
    };
    match target(reference) {
        Target::Elsewhere => {
            out.push(
                Diagnostic::error(
                    Code::ExternalRef,
                    &here(()),
                    format!("`{reference}` leads out of the document"),
                )
                .help("bundle the documents into one first, or bring the target in with an overlay action"),
            );
            None
        }
        Target::Node(pointer) if tree.pointer(&pointer).is_none() => {
            let help = nearest(tree, &pointer).map_or_else(
                || "add it in the overlay, or skip what refers to it with `x-skip`".to_owned(),
                |near| format!("is `{near}` meant? Else add it in the overlay, or skip what refers to it with `x-skip`"),
            );
            out.push(
                Diagnostic::error(Code::DanglingRef, &here(()), format!("`{reference}` leads to nothing"))
                    .help(help),
            );
            None
        }
        Target::Node(pointer) => Some(Pointer::new(pointer.into_owned())),
    }
}

/// A sibling of the missing target whose name differs from it only in case.
fn nearest(tree: &Value, pointer: &str) -> Option<String> {
    let (parent, name) = pointer.rsplit_once('/')?;
    let names = tree.pointer(parent)?.as_object()?;
    names.keys().find(|key| key.eq_ignore_ascii_case(name)).map(|key| format!("#{parent}/{key}"))
}

/// Reports each circle once, at the place that comes first in the alphabet, so that the answer does not depend on the order of a map.
fn cycles(edges: &Edges, origins: &Origins, out: &mut Sink) {
    let mut starts: Vec<&Pointer> = edges.keys().collect();
    starts.sort();
    // 1 while the search is below a node, 2 after it.
    let mut state: HashMap<&Pointer, u8> = HashMap::new();
    for start in starts {
        let mut path: Vec<(&Pointer, usize)> = vec![(start, 0)];
        if state.contains_key(start) {
            continue;
        }
        state.insert(start, 1);
        while let Some((node, next)) = path.last_mut() {
            let Some(target) = edges.get(*node).and_then(|targets| targets.get(*next)) else {
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
                    let circle: Vec<&str> = path
                        .iter()
                        .map(|(node, _)| *node)
                        .skip_while(|node| *node != target)
                        .chain([target])
                        .map(Pointer::as_str)
                        .collect();
                    out.push(
                        Diagnostic::error(
                            Code::CyclicRef,
                            &origins.origin(target),
                            format!("the references lead in a circle: {}", circle.join(" -> ")),
                        )
                        .help(
                            "a schema may hold itself in a property or in its items, but it cannot be itself",
                        ),
                    );
                }
                _ => {}
            }
        }
    }
}
