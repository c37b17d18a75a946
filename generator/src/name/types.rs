//! Type ids and members go in; Rust types, fields and variants come out, and the module of each type.

use std::collections::{BTreeMap, BTreeSet};

use super::case::{pascal, snake, vendor};
use super::config::Config;
use super::{Names, Scope, TypeName, report_unused};
use crate::api::{Action, Api, Arity, Shape, Type, TypeRef, Value};
use crate::diagnostic::{Pointer, Sink};

/// What the generated code means by these names.
const TYPES: &[&str] = &[
    "Self_",
    "Option",
    "Some",
    "None",
    "Vec",
    "String",
    "Box",
    "Result",
    "Ok",
    "Err",
    "Default",
    "Clone",
    "Copy",
    "Debug",
    "PartialEq",
    "Into",
    "From",
    "Iterator",
    "IntoIterator",
    "AsRef",
    "Send",
    "Sync",
    "Sized",
    "Drop",
    "Fn",
    "FnMut",
    "FnOnce",
    "ToString",
    "ToOwned",
    "Extend",
];
/// What every open enum has.
pub(super) const VARIANTS: &[&str] = &["Unrecognized"];
/// What a struct with setters has.
const FIELDS: &[&str] = &["new"];

pub(super) fn name(api: &Api, config: &Config, names: &mut Names, out: &mut Sink) {
    let mut scope = Scope::reserving(TYPES);
    let mut used: BTreeSet<&String> = BTreeSet::new();
    for id in api.types.keys() {
        let own = config.naming.r#type.get_key_value(id);
        used.extend(own.map(|(k, _)| k));
        let ident = own.map_or_else(|| ident(api, id), |(_, v)| v.clone());
        let at = api.type_pointer(id);
        scope.take(&ident, &at, &format!("[type] \"{id}\" = \"…\""), out);
        names.types.insert(id.clone(), TypeName { ident, module: module(api, id), members: BTreeMap::new() });
    }
    report_unused("type", config.naming.r#type.keys().filter(|k| !used.contains(k)), out);
    for (id, ty) in &api.types {
        let at = api.type_pointer(id);
        let members = match &ty.shape {
            Shape::Struct(s) => fields(id, s.fields.keys(), &[], &at, config, out),
            Shape::Resource(r) => {
                // Attributes and relationships become structs of their own, each with its own scope.
                let mut all = fields(id, r.attributes.keys(), &[], &at, config, out);
                all.extend(fields(id, r.relationships.keys(), &[], &at, config, out));
                all
            }
            Shape::Request(r) => {
                let own: &[&str] = match (r.action, &r.included) {
                    (Action::Create, None) => &[],
                    (Action::Create, Some(_)) => &["included"],
                    (_, None) => &["id"],
                    (_, Some(_)) => &["id", "included"],
                };
                fields(id, r.attributes.keys().chain(r.relationships.keys()), own, &at, config, out)
            }
            Shape::Enum(e) => variants(id, &e.values, &at, config, out),
            Shape::Union(u) => {
                let mut scope = Scope::reserving(VARIANTS);
                let mut members = BTreeMap::new();
                for variant in &u.variants {
                    let key = variant.tag.clone().unwrap_or_else(|| variant.ty.to_string());
                    let repeated = u.variants.iter().filter(|v| v.ty == variant.ty).count() > 1;
                    let ident = match (&variant.ty, &variant.tag) {
                        (TypeRef::Named(id), _) if !repeated => names.types.get(id).map(|t| t.ident.clone()),
                        (_, Some(tag)) => Some(pascal(tag)),
                        (ty, None) => Some(pascal(&ty.to_string())),
                    };
                    let ident = ident.unwrap_or_else(|| pascal(&key));
                    scope.take(&ident, &at.child(&key), &format!("[value] \"{id}={key}\" = \"…\""), out);
                    members.insert(key, ident);
                }
                members
            }
            _ => BTreeMap::new(),
        };
        if let Some(name) = names.types.get_mut(id) {
            name.members = members;
        }
    }
    parts(api, names, &mut scope, out);
}

/// A resource's attributes and relationships are types of their own in Rust.
fn parts(api: &Api, names: &mut Names, scope: &mut Scope, out: &mut Sink) {
    let resources: Vec<(&String, &Type)> =
        api.types.iter().filter(|(_, t)| matches!(t.shape, Shape::Resource(_))).collect();
    for (id, _) in resources {
        let Some(name) = names.types.get(id) else { continue };
        for part in ["Attributes", "Relationships"] {
            let at = api.type_pointer(id).child("properties").child(snake(part));
            scope.take(&format!("{}{part}", name.ident), &at, &format!("[type] \"{id}\" = \"…\""), out);
        }
    }
}

fn fields<'a>(
    id: &str,
    all: impl Iterator<Item = &'a String>,
    taken: &[&str],
    at: &Pointer,
    config: &Config,
    out: &mut Sink,
) -> BTreeMap<String, String> {
    let reserved: Vec<&str> = FIELDS.iter().chain(taken).copied().collect();
    let mut scope = Scope::reserving(&reserved);
    let mut members = BTreeMap::new();
    for field in all {
        let key = format!("{id}.{field}");
        let ident = config.naming.field.get(&key).cloned().unwrap_or_else(|| snake(field));
        scope.take(&ident, &at.child(field), &format!("[field] \"{key}\" = \"…\""), out);
        members.insert(field.clone(), ident);
    }
    members
}

fn variants(
    id: &str,
    values: &[Value],
    at: &Pointer,
    config: &Config,
    out: &mut Sink,
) -> BTreeMap<String, String> {
    let mut scope = Scope::reserving(VARIANTS);
    let mut members = BTreeMap::new();
    for value in values {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Integer(number) => number.to_string().replace('-', "minus "),
        };
        let key = format!("{id}={text}");
        let ident = config.naming.value.get(&key).cloned().unwrap_or_else(|| pascal(&text));
        scope.take(&ident, &at.child("enum").child(&text), &format!("[value] \"{key}\" = \"…\""), out);
        members.insert(text, ident);
    }
    members
}

/// The vendor's name; for a type that stands inline, its owner's name and the members that lead to it. What JSON:API
/// puts around every resource (`data`, `attributes`) says nothing and is left out.
fn ident(api: &Api, id: &str) -> String {
    let mut parts = id.split('.');
    let owner = parts.next().unwrap_or(id);
    let envelope: &[&str] = match api.types.get(owner).map(|t| &t.shape) {
        Some(Shape::Request(_)) => &["data", "attributes"],
        Some(Shape::Resource(_)) => &["attributes"],
        _ => &[],
    };
    let mut parts: Vec<&str> = parts.collect();
    for word in envelope {
        if parts.first() == Some(word) {
            parts.remove(0);
        }
    }
    let mut out = vendor(owner);
    out.extend(parts.into_iter().map(pascal));
    out
}

/// Types that are used together stand together, and what a resource's readers do not need stands apart.
fn module(api: &Api, id: &str) -> String {
    let owner = id.split('.').next().unwrap_or(id);
    match api.types.get(owner).map(|t| &t.shape) {
        Some(Shape::Resource(resource)) => snake(&resource.kind),
        Some(Shape::Request(request)) => format!("{}_requests", snake(&request.kind)),
        Some(Shape::Document(document) | Shape::Page(document)) => {
            let data = document.data.named().and_then(|data| api.resolve(data));
            match data {
                Some((_, Type { shape: Shape::Resource(resource), .. })) => {
                    format!("{}_documents", snake(&resource.kind))
                }
                _ => format!("{}_documents", snake(owner)),
            }
        }
        Some(Shape::Linkage(linkage)) if linkage.to != Arity::Links => "linkages".to_owned(),
        _ => snake(owner),
    }
}
