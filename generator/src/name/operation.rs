//! operationIds, tags and parameters go in; handles, methods and setters come out.

use std::collections::BTreeMap;

use super::area::Placed;
use super::case::{file, pascal, singular, snake};
use super::config::HandleFrom;
use super::{Exceptions, Handle, Method, Names, OperationName, ParameterName, Scope, Section, quoted};
use crate::api::{Api, In, Operation};
use crate::diagnostic::{Code, Diagnostic, Sink};

/// What every type that collects arguments has already.
const SETTERS: &[&str] = &["send", "pages", "items", "request", "header", "clone", "self_"];
/// What every handle has already.
const METHODS: &[&str] = &["clone"];
/// What the client has beside its handles.
const CLIENT: &[&str] = &["builder", "runtime", "clone"];

pub(super) fn name(
    api: &Api,
    exceptions: &mut Exceptions<'_>,
    placed: &Placed,
    names: &mut Names,
    out: &mut Sink,
) {
    let mut methods: BTreeMap<String, Scope> = BTreeMap::new();
    for (id, operation) in &api.operations {
        let (word, handle) = handle(id, operation, exceptions);
        let main = method(id, operation, exceptions, out);
        let area = placed.get(id).cloned();
        let name = OperationName {
            methods: by_media_type(operation, &handle, &main),
            parameters: parameters(id, operation, exceptions, out),
            handle: handle.clone(),
            area: area.clone(),
            envelope: envelope(operation),
        };
        let scope = methods.entry(handle.clone()).or_insert_with(|| {
            // Two spellings of one handle are one handle; only what the client has already is in its way.
            let mut client = Scope::reserving(CLIENT);
            client.take(&handle, &operation.pointer(), Section::Alias, &word, out);
            Scope::reserving(METHODS)
        });
        for method in &name.methods {
            scope.take(&method.ident, &operation.pointer(), Section::Operation, id, out);
        }
        let entry = names
            .handles
            .entry(handle.clone())
            .or_insert_with(|| Handle { ident: pascal(&handle), ..Handle::default() });
        entry.areas.extend(area);
        entry.operations.push(id.clone());
        names.operations.insert(id.clone(), name);
    }
    for handle in names.handles.values_mut() {
        let method =
            |id: &String| names.operations.get(id).and_then(|o| o.methods.first()).map(|m| m.ident.clone());
        handle.operations.sort_by_cached_key(method);
    }
}

/// What the vendor says, and what it is called in Rust.
fn handle(id: &str, operation: &Operation, exceptions: &mut Exceptions<'_>) -> (String, String) {
    let word = match exceptions.naming.handle.from {
        HandleFrom::Id => id.split('_').next().unwrap_or(id),
        HandleFrom::Tag => operation.tags.first().map_or("api", String::as_str),
    };
    let handle = exceptions.get(Section::Alias, word).unwrap_or_else(|| file(word));
    (word.to_owned(), handle)
}

fn method(id: &str, operation: &Operation, exceptions: &mut Exceptions<'_>, out: &mut Sink) -> String {
    if let Some(method) = exceptions.get(Section::Operation, id) {
        return method;
    }
    let naming = exceptions.naming;
    let mut segments: Vec<&str> = id.split('_').collect();
    let last = segments.pop().unwrap_or(id);
    if naming.handle.from == HandleFrom::Id && !segments.is_empty() {
        segments.remove(0);
    }
    let middle = segments.join("_");
    match naming.method.get(last) {
        // A rule without a place for the middle segment is a rule for ids that have none.
        Some(rule) if rule.contains('{') != middle.is_empty() => {
            rule.replace("{x}", &snake(&middle)).replace("{x1}", &snake(&singular(&middle)))
        }
        _ => {
            if !naming.method.is_empty() {
                let message =
                    format!("operationId `{id}` fits no rule of [method]; it is called by its snake case");
                let help = format!(
                    "in naming.toml, give `{last}` a rule under [method], or the operation a name under [operation]: {} = {}",
                    quoted(id),
                    quoted(&snake(rest_of(id, naming.handle.from)))
                );
                out.push(Diagnostic::notice(Code::UnruledId, &operation.pointer(), message).help(help));
            }
            snake(rest_of(id, naming.handle.from))
        }
    }
}

/// The type that is called after the outermost member around the answer.
fn envelope(operation: &Operation) -> Option<String> {
    let path = operation.responses.values().find_map(|response| response.envelope.as_deref())?;
    path.split('.').next().map(pascal)
}

/// The operationId without what the handle says.
fn rest_of(id: &str, from: HandleFrom) -> &str {
    match (from, id.split_once('_')) {
        (HandleFrom::Id, Some((_, rest))) => rest,
        _ => id,
    }
}

/// JSON goes first; each further media type of the answer is a method of its own: `download_price_points_csv`.
fn by_media_type(operation: &Operation, handle: &str, main: &str) -> Vec<Method> {
    let mut types: Vec<&String> = operation.responses.values().flat_map(|r| r.content.keys()).collect();
    types.sort_by_key(|t| (!(t.starts_with("application/json") || t.ends_with("+json")), t.as_str()));
    types.dedup();
    let one = |ident: String, media_type: Option<&String>| Method {
        // The handle's own type stands in the same module.
        builder: if ident == handle { format!("{}Call", pascal(&ident)) } else { pascal(&ident) },
        ident,
        media_type: media_type.cloned(),
    };
    let mut out = vec![one(main.to_owned(), types.first().copied())];
    for media_type in types.iter().skip(1) {
        let subtype = snake(media_type.rsplit('/').next().unwrap_or(media_type));
        let noun = match main.split_once('_') {
            Some(("list" | "get" | "download", noun)) => format!("_{noun}"),
            _ if ["list", "get", "download"].contains(&main) => String::new(),
            _ => format!("_{main}"),
        };
        out.push(one(format!("download{noun}_{subtype}"), Some(media_type)));
    }
    out
}

fn parameters(
    id: &str,
    operation: &Operation,
    exceptions: &mut Exceptions<'_>,
    out: &mut Sink,
) -> BTreeMap<String, ParameterName> {
    let mut setters = Scope::reserving(SETTERS);
    // What the method itself calls so.
    let own: &[&str] =
        if operation.body.is_some() { &["call", "body", "request", "ids", "to"] } else { &["call"] };
    let mut arguments = Scope::reserving(own);
    let mut names = BTreeMap::new();
    for parameter in &operation.parameters {
        let key = format!("{id}.{}", parameter.name);
        let ident = exceptions.get(Section::Field, &key).unwrap_or_else(|| snake(&parameter.name));
        let at = operation.pointer();
        let free = parameter.place == In::Path || setters.take(&ident, &at, Section::Field, &key, out);
        if free && (parameter.place == In::Path || parameter.required) {
            arguments.take(&ident, &at, Section::Field, &key, out);
        }
        names.insert(parameter.name.clone(), ParameterName { ident, token: None });
    }
    names
}
