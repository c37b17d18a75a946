//! Checks the paths of a document and the lists of their parameters.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Origins;
use super::reference;
use super::trail::Trail;
use crate::diagnostic::{Code, Diagnostic, Sink};

/// The methods of a path item, in the specification's order.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Reports what is wrong with the operations as a whole.
pub(super) fn check(tree: &Value, origins: &Origins, out: &mut Sink) {
    let paths = Trail::Root;
    let paths = paths.key("paths");
    for (template, item) in tree.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let at = paths.key(template);
        if template.starts_with("x-") {
            continue;
        }
        if item.get("$ref").is_some() {
            out.push(
                Diagnostic::error(
                    Code::Unsupported,
                    &origins.origin(&at.pointer()),
                    "a path item that is a `$ref` is not read",
                )
                .help("copy the target here with an overlay action"),
            );
            continue;
        }
        braces(template, &at, origins, out);
        declared(tree, item, &at, origins, out);
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            declared(tree, operation, &at.key(method), origins, out);
        }
    }
}

/// Reports braces of a path that do not pair: they are sent as they are.
fn braces(template: &str, at: &Trail<'_>, origins: &Origins, out: &mut Sink) {
    let mut rest = template;
    while let Some(open) = rest.find(['{', '}']) {
        let (_, braced) = rest.split_at(open);
        let pair = braced.strip_prefix('{').and_then(|braced| braced.split_once('}'));
        let Some((_, after)) = pair.filter(|(name, _)| !name.contains('{')) else {
            let message = "the braces of the path do not pair";
            out.push(
                Diagnostic::notice(Code::PathParameter, &origins.origin(&at.pointer()), message)
                    .help("correct the path in the overlay"),
            );
            break;
        };
        rest = after;
    }
}

/// Reports two parameters of one name and place in the list `parameters` of a path item or an operation.
fn declared(tree: &Value, owner: &Value, at: &Trail<'_>, origins: &Origins, out: &mut Sink) {
    let list = at.key("parameters");
    let mut seen = BTreeSet::new();
    for (index, parameter) in
        owner.get("parameters").and_then(Value::as_array).into_iter().flatten().enumerate()
    {
        let Some(parameter) = reference::resolve(tree, parameter) else { continue };
        let text = |key| parameter.get(key).and_then(Value::as_str);
        let (Some(name), Some(place)) = (text("name"), text("in")) else { continue };
        if !seen.insert((name, place)) {
            out.push(Diagnostic::error(
                Code::InvalidDocument,
                &origins.origin(&list.index(index).pointer()),
                format!("the list has two parameters `{name}` in {place}"),
            ));
        }
    }
}
