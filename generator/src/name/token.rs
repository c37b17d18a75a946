//! The values that parameters accept go in; token types come out, one a handle and purpose, with their constants.

use std::collections::{BTreeMap, BTreeSet};

use super::case::{pascal, shouty};
use super::config::Config;
use super::{Family, Names, Scope, Token};
use crate::api::{Api, Role, Shape, Value};
use crate::diagnostic::{Pointer, Sink};

pub(super) fn name(api: &Api, config: &Config, names: &mut Names, out: &mut Sink) {
    let by_values = types_by_values(api);
    let mut tokens: BTreeMap<String, Token> = BTreeMap::new();
    let mut accepted: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (id, operation) in &api.operations {
        let Some(name) = names.operations.get_mut(id) else { continue };
        for parameter in &operation.parameters {
            let Some(values) = parameter.values.as_ref().and_then(|set| api.values.get(set)) else {
                continue;
            };
            let (family, ident) = match parameter.role() {
                Role::Fields(of) => (Family::Fields, format!("{}Field", pascal(of))),
                Role::Include => (Family::Include, format!("{}Include", pascal(&name.handle))),
                Role::Sort => (Family::Sort, format!("{}Sort", pascal(&name.handle))),
                Role::Filter(of) => (Family::Value, format!("{}{}", subject(id, &name.handle), pascal(of))),
                _ => (Family::Value, format!("{}{}", subject(id, &name.handle), pascal(&parameter.name))),
            };
            let token = tokens.entry(ident.clone()).or_insert_with(|| Token {
                family,
                parameters: BTreeSet::new(),
                values: BTreeMap::new(),
                alias: None,
                module: match family {
                    Family::Fields => "fields".to_owned(),
                    _ => format!("{}_query", name.handle),
                },
                areas: BTreeSet::new(),
            });
            token.parameters.insert(parameter.name.clone());
            token.areas.extend(name.area.clone());
            accepted.entry(ident.clone()).or_default().extend(values.iter().map(String::as_str));
            if let Some(parameter) = name.parameters.get_mut(&parameter.name) {
                parameter.token = Some(ident);
            }
        }
    }
    let mut scope = Scope::default();
    for name in names.types.values() {
        scope.take(&name.ident, &Pointer::new(&name.ident), "", &mut Sink::new());
    }
    for (ident, token) in &mut tokens {
        let values = accepted.remove(ident).unwrap_or_default();
        let at = Pointer::new("/paths");
        scope.take(ident, &at, &format!("[type] {ident} = \"…\""), out);
        if token.family == Family::Value {
            let key: Vec<Value> = values.iter().map(|v| Value::String((*v).to_owned())).collect();
            token.alias = by_values.get(key.as_slice()).copied().flatten().map(str::to_owned);
        }
        let mut scope =
            Scope::reserving(if token.family == Family::Value { super::types::VARIANTS } else { &[] });
        let plain: BTreeSet<&str> = match token.family {
            Family::Sort => values.iter().map(|v| v.strip_prefix('-').unwrap_or(v)).collect(),
            _ => values,
        };
        for value in plain {
            let own = config.naming.value.get(&format!("{ident}={value}")).cloned();
            let constant = own.unwrap_or_else(|| match token.family {
                Family::Value => pascal(value),
                _ => shouty(value),
            });
            scope.take(
                &constant,
                &at.child(ident).child(value),
                &format!("[value] \"{ident}={value}\" = \"…\""),
                out,
            );
            token.values.insert(value.to_owned(), constant);
        }
    }
    names.tokens = tokens;
}

/// What an operation is about: its handle, and the middle segment of its id.
fn subject(id: &str, handle: &str) -> String {
    let segments: Vec<&str> = id.split('_').collect();
    let middle = segments.get(1..segments.len().saturating_sub(1)).unwrap_or_default();
    std::iter::once(handle).chain(middle.iter().copied()).map(pascal).collect()
}

/// The enum that alone has these values, among those that the vendor named.
fn types_by_values(api: &Api) -> BTreeMap<&[Value], Option<&str>> {
    let mut out: BTreeMap<&[Value], Option<&str>> = BTreeMap::new();
    for (id, ty) in &api.types {
        if let (Shape::Enum(e), false) = (&ty.shape, id.contains('.')) {
            out.entry(&e.values).and_modify(|one| *one = None).or_insert(Some(id));
        }
    }
    out
}
