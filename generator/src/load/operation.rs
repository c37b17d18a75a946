//! Removes repeated parameters and encodes stray braces of paths.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt as _};
use serde_json::Value;

use super::Origins;
use super::reference;
use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

/// The methods of a path item.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Writes the methods of path items in lower case, as every dialect does.
pub(super) fn lower_methods(tree: &mut Value, origins: &mut Origins, out: &mut Sink) {
    let paths = tree.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten().filter(|(path, _)| !path.starts_with("x-")) {
        let Some(item) = item.as_object_mut() else { continue };
        let is_method = |key: &&String| METHODS.contains(&&*key.to_ascii_lowercase());
        let odd: Vec<String> =
            item.keys().filter(is_method).filter(|key| !METHODS.contains(&&***key)).cloned().collect();
        for key in odd {
            let at = Pointer::new("/paths").child(path);
            let method = key.to_ascii_lowercase();
            let here = origins.origin(&at.child(&key));
            let message = format!("the method `{key}` is not in lower case; it is read as `{method}`");
            let help = "write the method in lower case in the overlay";
            out.push(Diagnostic::notice(Code::InvalidDocument, &here, message).help(help));
            let operation = item.shift_remove(&key);
            if let (Some(operation), false) = (operation, item.contains_key(&method)) {
                origins.copied(at.child(&key), at.child(&method));
                item.insert(method, operation);
            }
        }
    }
}

/// Corrects the operations as a whole. Ids and the parameters of paths are named where operations are lowered.
pub(super) fn correct(tree: &mut Value, origins: &mut Origins, out: &mut Sink) {
    braces(tree, origins, out);
    let paths = tree.get("paths").and_then(Value::as_object);
    let mut lists: Vec<Pointer> = Vec::new();
    for (template, item) in paths.into_iter().flatten() {
        let at = Pointer::new("/paths").child(template);
        let owners = item.as_object().into_iter().flatten();
        lists.extend(
            owners.filter(|(_, owner)| owner.is_object()).map(|(key, _)| at.child(key).child("parameters")),
        );
        lists.push(at.child("parameters"));
    }
    for list in lists {
        repeated(tree, &list, origins, out);
    }
}

/// A parameter that is in a list twice is sent once, as the longer declaration says.
fn repeated(tree: &mut Value, list: &Pointer, origins: &mut Origins, out: &mut Sink) {
    let Some(Value::Array(parameters)) = tree.pointer(list.as_str()) else { return };
    let mut known: HashMap<(&str, &str), (usize, &Value)> = HashMap::new();
    let mut found = BTreeMap::new();
    for (index, parameter) in parameters.iter().enumerate() {
        let Some(parameter) = reference::resolve(tree, parameter) else { continue };
        let text = |key| parameter.get(key).and_then(Value::as_str);
        let (Some(name), Some(place)) = (text("name"), text("in")) else { continue };
        let loser = match known.get_mut(&(name, place)) {
            None => {
                known.insert((name, place), (index, parameter));
                continue;
            }
            Some((first, best)) if weight(best) < weight(parameter) => {
                *best = parameter;
                std::mem::replace(first, index)
            }
            Some(_) => index,
        };
        found.insert(loser, format!("the list has two parameters `{name}` in {place}; this one is ignored"));
    }
    // From the end, so that the others do not move.
    for (index, message) in found.into_iter().rev() {
        let at = origins.origin(&list.child(index));
        let help = "remove one of them in the overlay";
        out.push(Diagnostic::notice(Code::InvalidDocument, &at, message).help(help));
        if let Some(Value::Array(parameters)) = tree.pointer_mut(list.as_str()) {
            parameters.remove(index);
            origins.removed(list.clone(), index);
        }
    }
}

/// The length of a declaration, and its text.
type Weight = (usize, String);

/// Orders declarations by their content, so that the choice does not depend on the order of the document.
fn weight(parameter: &Value) -> Weight {
    let mut sorted = parameter.clone();
    sorted.sort_all_objects();
    let text = sorted.to_string();
    (text.len(), text)
}

/// Braces that enclose no name are characters of the path.
fn braces(tree: &mut Value, origins: &mut Origins, out: &mut Sink) {
    let Some(Value::Object(paths)) = tree.get_mut("paths") else { return };
    let odd: Vec<(String, String)> = paths
        .keys()
        .filter(|path| !path.starts_with("x-"))
        .filter_map(|path| Some((path.clone(), encoded(path)?)))
        .collect();
    for (path, encoded) in odd {
        let at = Pointer::new("/paths").child(&path);
        let here = origins.origin(&at);
        let message =
            format!("the braces of `{path}` do not enclose names; those that do not are sent as they are");
        let help = "correct the path in the overlay";
        out.push(Diagnostic::notice(Code::PathParameter, &here, message).help(help));
        let item = paths.shift_remove(&path);
        if let (Some(item), false) = (item, paths.contains_key(&encoded)) {
            origins.copied(at, Pointer::new("/paths").child(&encoded));
            paths.insert(encoded, item);
        }
    }
}

/// The path with its stray braces percent-encoded; none where it has none.
fn encoded(path: &str) -> Option<String> {
    let mut out = String::new();
    let mut is_odd = false;
    let mut rest = path;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, braced) = rest.split_at(at);
        out.push_str(before);
        let inner = braced.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        match inner {
            Some((name, after)) if !name.is_empty() && !name.contains('{') => {
                out.push_str(&format!("{{{name}}}"));
                rest = after;
            }
            _ => {
                is_odd = true;
                out.push_str(if braced.starts_with('{') { "%7B" } else { "%7D" });
                rest = braced.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    is_odd.then_some(out)
}
