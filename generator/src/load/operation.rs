//! A tree goes in; operations without an id of their own and paths that disagree with their parameters come out as errors.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::Origins;
use super::reference;
use super::trail::Trail;
use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

/// The methods of a path item, in the specification's order.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Reports what is wrong with the operations as a whole.
pub(super) fn check(tree: &Value, origins: &Origins, out: &mut Sink) {
    let mut ids: HashMap<&str, Pointer> = HashMap::new();
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
        let names = names(template, &at, origins, out);
        let shared = declared(tree, item, &at, origins, out);
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            let at = at.key(method);
            id(operation, &at, &mut ids, origins, out);
            let own = declared(tree, operation, &at, origins, out);
            parameters(&names, &shared, &own, &at, origins, out);
        }
    }
}

fn id<'a>(
    operation: &'a Value,
    at: &Trail<'_>,
    ids: &mut HashMap<&'a str, Pointer>,
    origins: &Origins,
    out: &mut Sink,
) {
    let here = origins.origin(&at.pointer());
    match operation.get("operationId") {
        Some(Value::String(id)) if !id.trim().is_empty() => match ids.get(id.as_str()) {
            Some(first) => out.push(
                Diagnostic::error(
                    Code::DuplicateOperationId,
                    &here.child("operationId"),
                    format!("`{id}` is the id of this operation and of {first}"),
                )
                .help("give one of them another id in the overlay"),
            ),
            None => {
                ids.insert(id, here);
            }
        },
        // What is not a string is reported where the model refuses it.
        Some(other) if !other.is_string() => {}
        _ => out.push(
            Diagnostic::error(Code::MissingOperationId, &here, "the operation has no operationId")
                .help("names come from the id: add one in the overlay"),
        ),
    }
}

/// The names in braces.
fn names<'a>(template: &'a str, at: &Trail<'_>, origins: &Origins, out: &mut Sink) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    let mut report = |message: String| {
        out.push(Diagnostic::error(Code::PathParameter, &origins.origin(&at.pointer()), message));
    };
    let mut rest = template;
    while let Some(open) = rest.find(['{', '}']) {
        let (_, braced) = rest.split_at(open);
        let Some((name, after)) = braced.strip_prefix('{').and_then(|braced| braced.split_once('}')) else {
            report("the braces of the path do not pair".to_owned());
            break;
        };
        if name.is_empty() || name.contains('{') {
            report(format!("`{{{name}}}` is not a parameter's name"));
        } else if !names.insert(name) {
            report(format!("`{{{name}}}` stands twice in the path"));
        }
        rest = after;
    }
    names
}

struct Declared<'a> {
    name: &'a str,
    at: Pointer,
}

/// The path parameters in the list `parameters` of a path item or operation.
fn declared<'a>(
    tree: &'a Value,
    owner: &'a Value,
    at: &Trail<'_>,
    origins: &Origins,
    out: &mut Sink,
) -> Vec<Declared<'a>> {
    let list = at.key("parameters");
    let mut seen = BTreeSet::new();
    let mut path = Vec::new();
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
        } else if place == "path" {
            path.push(Declared { name, at: list.index(index).pointer() });
        }
    }
    path
}

fn parameters(
    names: &BTreeSet<&str>,
    shared: &[Declared<'_>],
    own: &[Declared<'_>],
    at: &Trail<'_>,
    origins: &Origins,
    out: &mut Sink,
) {
    for name in names.iter().filter(|name| !shared.iter().chain(own).any(|p| p.name == **name)) {
        out.push(
            Diagnostic::error(
                Code::PathParameter,
                &origins.origin(&at.pointer()),
                format!("`{{{name}}}` of the path is declared neither by the path nor by the operation"),
            )
            .help("add a parameter with `in: path` in the overlay"),
        );
    }
    for parameter in shared.iter().chain(own).filter(|p| !names.contains(p.name)) {
        let diagnostic = Diagnostic::error(
            Code::PathParameter,
            &origins.origin(&parameter.at),
            format!("`{}` is declared as a path parameter and has no place in the path", parameter.name),
        )
        .help("remove the parameter in the overlay, or rename it as the path does");
        // Each operation of a path meets the path's own parameters again.
        if !out.diagnostics().contains(&diagnostic) {
            out.push(diagnostic);
        }
    }
}
