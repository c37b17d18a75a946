//! Names the types of parameter values, one for each handle and purpose, with their constants.

use std::collections::{BTreeMap, BTreeSet};

use super::case::{joined, others, pascal, shouty, snake};
use super::operation::without_route;
use super::types::named_values;
use super::{Exceptions, Family, Names, Scope, Section, Token};
use crate::api::{Api, Role, Value};
use crate::diagnostic::{Pointer, Sink};

/// Where a token type comes from: the place of its first parameter, its name with its operation's, and its keys in
/// `naming.toml`.
struct Origin {
    at: Pointer,
    full: String,
    keys: BTreeSet<String>,
}

impl Origin {
    fn key(&self) -> &str {
        self.keys.first().map_or("", String::as_str)
    }
}

pub(super) fn name(api: &Api, exceptions: &mut Exceptions<'_>, names: &mut Names, out: &mut Sink) {
    let by_values = api.enums_by_values(|id| !id.is_inline());
    let mut origins: BTreeMap<String, Origin> = BTreeMap::new();
    let mut tokens: BTreeMap<String, Token> = BTreeMap::new();
    let mut accepted: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (id, operation) in &api.operations {
        let Some(name) = names.operations.get_mut(id) else { continue };
        for parameter in &operation.parameters {
            let Some(values) = parameter.values.as_ref().and_then(|set| api.values.get(set)) else {
                continue;
            };
            let subject = subject(without_route(id, operation), &name.handle);
            // A query, as it were: what it asks about, and the parameter.
            let (family, owner, ident) = match parameter.role() {
                Role::Fields(of) => (Family::Fields, "", joined(&pascal(of), "Field")),
                Role::Include => {
                    (Family::Include, name.handle.as_str(), joined(&pascal(&name.handle), "Include"))
                }
                Role::Sort => (Family::Sort, name.handle.as_str(), joined(&pascal(&name.handle), "Sort")),
                Role::Filter(of) => (Family::Value, subject.0.as_str(), joined(&subject.1, &pascal(of))),
                _ => (Family::Value, subject.0.as_str(), joined(&subject.1, &pascal(&parameter.name))),
            };
            let key = format!("{owner}?{}", parameter.name);
            let ident = exceptions.get(Section::Type, &key).unwrap_or(ident);
            let at = operation.pointer();
            let full = joined(&pascal(id), &pascal(&parameter.name));
            // Values of two purposes are two types.
            let ident = match tokens.get(&ident).filter(|token| token.family != family) {
                Some(_) => full.clone(),
                None => ident,
            };
            let origin =
                origins.entry(ident.clone()).or_insert_with(|| Origin { at, full, keys: BTreeSet::new() });
            origin.keys.insert(key);
            let token = tokens.entry(ident.clone()).or_insert_with(|| Token {
                family,
                parameters: BTreeSet::new(),
                values: BTreeMap::new(),
                alias: None,
                module: match family {
                    Family::Fields => "fields".to_owned(),
                    _ => format!("{}_query", name.handle.trim_end_matches('_')),
                },
                areas: BTreeSet::new(),
            });
            token.parameters.insert(parameter.name.clone());
            token.areas.extend(name.area.clone());
            accepted.entry(ident.clone()).or_default().extend(values.iter().map(String::as_str));
            if let Some(parameter) = name.parameters.get_mut(&(parameter.name.clone(), parameter.place)) {
                parameter.token = Some(ident);
            }
        }
    }
    let mut scope = Scope::reserving(super::types::TYPES);
    for (id, name) in &names.types {
        scope.reserve(name.ident.clone(), &api.type_pointer(id), &id.to_string());
    }
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    for (ident, mut token) in tokens {
        let values = accepted.remove(&ident).unwrap_or_default();
        let Some(origin) = origins.get(&ident) else { continue };
        let at = &origin.at;
        let alternatives = [origin.full.clone(), format!("{}Value", origin.full)];
        let own = scope.take(&ident, &alternatives, (at, Section::Type, origin.key()), out);
        if token.family == Family::Value {
            let key: Vec<Value> = values.iter().map(|v| Value::String((*v).to_owned())).collect();
            token.alias = by_values.get(key.as_slice()).copied().flatten().cloned();
        }
        let plain: BTreeSet<&str> = match token.family {
            Family::Sort => values.iter().map(|v| v.strip_prefix('-').unwrap_or(v)).collect(),
            _ => values,
        };
        let key = |value: &str| format!("{}={value}", origin.key());
        let mut chosen = |value: &str| {
            origin.keys.iter().find_map(|key| exceptions.get(Section::Value, &format!("{key}={value}")))
        };
        token.values = match token.family {
            Family::Value => named_values(plain.into_iter(), (at, &key), chosen, out),
            _ => {
                let mut scope = Scope::default();
                let mut constants = BTreeMap::new();
                for value in plain {
                    let wanted = chosen(value).unwrap_or_else(|| shouty(value));
                    let alternatives: Vec<String> =
                        others(value, &snake(value)).iter().map(|name| shouty(name)).collect();
                    let key = key(value);
                    let own = scope.take(&wanted, &alternatives, (at, Section::Value, &key), out);
                    constants.insert(value.to_owned(), own);
                }
                constants
            }
        };
        if own != ident {
            renamed.insert(ident, own.clone());
        }
        names.tokens.insert(own, token);
    }
    let all = names.operations.values_mut().flat_map(|operation| operation.parameters.values_mut());
    for token in all.filter_map(|parameter| parameter.token.as_mut()) {
        if let Some(own) = renamed.get(token) {
            own.clone_into(token);
        }
    }
}

/// What an operation is about, its handle and the middle segment of its id: as a key and as part of a type's name.
fn subject(id: &str, handle: &str) -> (String, String) {
    let segments: Vec<&str> = id.split('_').filter(|segment| !segment.is_empty()).collect();
    let middle = segments.get(1..segments.len().saturating_sub(1)).unwrap_or_default();
    let all: Vec<&str> = std::iter::once(handle).chain(middle.iter().copied()).collect();
    (all.join("_"), all.into_iter().map(pascal).collect())
}
