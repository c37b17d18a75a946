//! operationIds, tags and parameters go in; handles, methods and setters come out.

use std::collections::{BTreeMap, BTreeSet};

use super::area::Placed;
use super::case::{pascal, singular, snake};
use super::config::{Config, HandleFrom};
use super::{Handle, Method, Names, OperationName, ParameterName, Scope, report_unused};
use crate::api::{Api, In, Operation};
use crate::diagnostic::{Code, Diagnostic, Sink};

/// What every type that collects arguments has already.
const SETTERS: &[&str] = &["send", "pages", "items", "request", "header", "clone", "self_"];

pub(super) fn name(api: &Api, config: &Config, placed: &Placed, names: &mut Names, out: &mut Sink) {
    let mut methods: BTreeMap<String, Scope> = BTreeMap::new();
    let mut used: BTreeSet<&String> = BTreeSet::new();
    for (id, operation) in &api.operations {
        let handle = handle(id, operation, config);
        let main = method(id, operation, config, out);
        used.extend(config.naming.operation.get_key_value(id).map(|(k, _)| k));
        let area = placed.get(id).cloned();
        let name = OperationName {
            methods: by_media_type(operation, &main),
            parameters: parameters(id, operation, out),
            handle: handle.clone(),
            area: area.clone(),
        };
        let scope = methods.entry(handle.clone()).or_insert_with(|| Scope::reserving(&["clone"]));
        for method in &name.methods {
            let settle = format!("[operation] {id} = \"…\"");
            scope.take(&method.ident, &operation.pointer(), &settle, out);
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
    report_unused("operation", config.naming.operation.keys().filter(|k| !used.contains(k)), out);
}

fn handle(id: &str, operation: &Operation, config: &Config) -> String {
    let rule = &config.naming.handle;
    let word = match rule.from {
        HandleFrom::Id => id.split('_').next().unwrap_or(id),
        HandleFrom::Tag => operation.tags.first().map_or("api", String::as_str),
    };
    rule.alias.get(word).cloned().unwrap_or_else(|| snake(word))
}

fn method(id: &str, operation: &Operation, config: &Config, out: &mut Sink) -> String {
    let naming = &config.naming;
    if let Some(method) = naming.operation.get(id) {
        return method.clone();
    }
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
                let help = format!("add a rule for `{last}`, or [operation] {id} = \"…\"");
                out.push(Diagnostic::notice(Code::UnruledId, &operation.pointer(), message).help(help));
            }
            let rest = if naming.handle.from == HandleFrom::Id && id.contains('_') {
                id.split_once('_').map_or(id, |(_, rest)| rest)
            } else {
                id
            };
            snake(rest)
        }
    }
}

/// JSON goes first; each further media type of the answer is a method of its own: `download_price_points_csv`.
fn by_media_type(operation: &Operation, main: &str) -> Vec<Method> {
    let mut types: Vec<&String> = operation.responses.values().flat_map(|r| r.content.keys()).collect();
    types.sort_by_key(|t| (!(t.starts_with("application/json") || t.ends_with("+json")), t.as_str()));
    types.dedup();
    let one = |ident: String, media_type: Option<&String>| Method {
        builder: pascal(&ident),
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

fn parameters(id: &str, operation: &Operation, out: &mut Sink) -> BTreeMap<String, ParameterName> {
    let mut scope = Scope::reserving(SETTERS);
    let mut names = BTreeMap::new();
    for parameter in &operation.parameters {
        let ident = snake(&parameter.name);
        let settle = format!("[field] \"{id}.{}\" = \"…\"", parameter.name);
        if parameter.place != In::Path {
            scope.take(&ident, &operation.pointer().child("parameters").child(&parameter.name), &settle, out);
        }
        names.insert(parameter.name.clone(), ParameterName { ident, token: None });
    }
    names
}
