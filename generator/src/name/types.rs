//! Type ids and members go in; Rust types, fields and variants come out, and the module of each type.

use std::collections::{BTreeMap, HashMap};

use super::case::{file, pascal, snake, vendor};
use super::{Exceptions, Names, Scope, Section, Taker, TypeName, quoted};
use crate::api::{Action, Api, Arity, Field, Shape, Type, TypeRef, Value};
use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

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

pub(super) fn name(api: &Api, exceptions: &mut Exceptions<'_>, names: &mut Names, out: &mut Sink) {
    let mut scope = Scope::reserving(TYPES);
    let components = components(api, exceptions);
    for id in api.types.keys() {
        let ident = match exceptions.get(Section::Type, id) {
            Some(ident) => ident,
            None => inline_ident(api, id, &components, out),
        };
        scope.take(&ident, &api.type_pointer(id), Section::Type, id, out);
        names.types.insert(id.clone(), TypeName { ident, module: module(api, id), members: BTreeMap::new() });
    }
    for (id, ty) in &api.types {
        let at = api.type_pointer(id);
        let members = match &ty.shape {
            Shape::Struct(s) => {
                let own: &[&str] = if s.additional.is_some() { &["additional"] } else { &[] };
                let cleared = |(name, field): (&String, &Field)| field.nullable.then(|| name.clone());
                let cleared: Vec<String> = s.fields.iter().filter_map(cleared).collect();
                let at = at.child("properties");
                fields(id, s.fields.keys().map(|name| (name, &at)), &cleared, own, exceptions, out)
            }
            Shape::Resource(r) => {
                // Attributes and relationships become structs of their own, each with its own scope.
                let (attributes, relationships) = parts_of(&at);
                let names = r.attributes.keys().map(|name| (name, &attributes));
                let mut all = fields(id, names, &[], &[], exceptions, out);
                let names = r.relationships.keys().map(|name| (name, &relationships));
                all.extend(fields(id, names, &[], &[], exceptions, out));
                all
            }
            Shape::Request(r) => {
                let own: &[&str] = match (r.action, &r.included) {
                    (Action::Create, None) => &[],
                    (Action::Create, Some(_)) => &["included"],
                    (_, None) => &["id"],
                    (_, Some(_)) => &["id", "included"],
                };
                let update = r.action == Action::Update;
                let attributes = r.attributes.iter().filter(|(_, f)| f.nullable || (update && !f.required));
                let ones = r.relationships.iter().filter(|(_, to)| to.nullable || (update && !to.required));
                let cleared: Vec<String> =
                    attributes.map(|(n, _)| n).chain(ones.map(|(n, _)| n)).cloned().collect();
                let resource = match r.action {
                    Action::Inline => at.clone(),
                    _ => at.child("properties").child("data"),
                };
                let (attributes, relationships) = parts_of(&resource);
                let names = r.attributes.keys().map(|name| (name, &attributes));
                let names = names.chain(r.relationships.keys().map(|name| (name, &relationships)));
                fields(id, names, &cleared, own, exceptions, out)
            }
            Shape::Enum(e) => variants(id, &e.values, &at, exceptions, out),
            Shape::Union(u) => {
                let mut scope = Scope::reserving(VARIANTS);
                let mut members = BTreeMap::new();
                for variant in &u.variants {
                    let member = u.key(variant);
                    let repeated = u.variants.iter().filter(|v| v.ty == variant.ty).count() > 1;
                    let ident = match (&variant.ty, &variant.tag) {
                        (TypeRef::Named(id), _) if !repeated => names.types.get(id).map(|t| t.ident.clone()),
                        _ => Some(pascal(&member)),
                    };
                    let key = format!("{id}={member}");
                    let ident =
                        exceptions.get(Section::Value, &key).or(ident).unwrap_or_else(|| pascal(&member));
                    scope.take(&ident, &at, Section::Value, &key, out);
                    members.insert(member, ident);
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

/// Where the attributes and the relationships of a resource stand.
fn parts_of(resource: &Pointer) -> (Pointer, Pointer) {
    let part = |name: &str| resource.child("properties").child(name).child("properties");
    (part("attributes"), part("relationships"))
}

/// A resource's attributes and relationships are types of their own in Rust.
fn parts(api: &Api, names: &mut Names, scope: &mut Scope, out: &mut Sink) {
    let resources: Vec<(&String, &Type)> =
        api.types.iter().filter(|(_, t)| matches!(t.shape, Shape::Resource(_))).collect();
    for (id, _) in resources {
        let Some(name) = names.types.get(id) else { continue };
        for part in ["Attributes", "Relationships"] {
            let at = api.type_pointer(id).child("properties").child(snake(part));
            let ident = format!("{}{part}", name.ident);
            match scope.taken.get(&ident).cloned() {
                // The part has no name of its own; what can be called otherwise is the resource.
                Some(first) => scope.refuse((&ident, &name.ident), &first, &at, Section::Type, id, out),
                None => {
                    scope.taken.insert(ident, Taker { at, key: id.clone() });
                }
            }
        }
    }
}

/// `cleared` are those whose setter has one beside it that sends null, and `own` what the struct has anyway.
fn fields<'a>(
    id: &str,
    all: impl Iterator<Item = (&'a String, &'a Pointer)>,
    cleared: &[String],
    own: &[&str],
    exceptions: &mut Exceptions<'_>,
    out: &mut Sink,
) -> BTreeMap<String, String> {
    let mut scope = Scope::reserving(own);
    let mut members = BTreeMap::new();
    let mut places = BTreeMap::new();
    for (field, at) in all {
        places.insert(field, at.child(field));
        let key = format!("{id}.{field}");
        let ident = exceptions.get(Section::Field, &key).unwrap_or_else(|| snake(field));
        scope.take(&ident, &at.child(field), Section::Field, &key, out);
        members.insert(field.clone(), ident);
    }
    for field in cleared {
        let ident = members.get(field).map(|ident| format!("clear_{}", ident.trim_end_matches('_')));
        let other = members.iter().find(|(_, other)| Some(*other) == ident.as_ref());
        if let (Some(ident), Some((other, _)), Some(at)) = (&ident, other, places.get(field)) {
            scope.take(ident, at, Section::Field, &format!("{id}.{other}"), out);
        }
    }
    members
}

fn variants(
    id: &str,
    values: &[Value],
    at: &Pointer,
    exceptions: &mut Exceptions<'_>,
    out: &mut Sink,
) -> BTreeMap<String, String> {
    let mut scope = Scope::reserving(VARIANTS);
    let mut members = BTreeMap::new();
    for value in values {
        let (text, words) = match value {
            Value::String(text) => (text.clone(), text.clone()),
            // A sign is no part of an identifier.
            Value::Integer(number) => (number.to_string(), number.to_string().replace('-', "minus ")),
        };
        let key = format!("{id}={text}");
        let ident = exceptions.get(Section::Value, &key).unwrap_or_else(|| pascal(&words));
        scope.take(&ident, at, Section::Value, &key, out);
        members.insert(text, ident);
    }
    members
}

/// Rust names of the schemas that the vendor names, each with the vendor's name.
fn components(api: &Api, exceptions: &mut Exceptions<'_>) -> HashMap<String, String> {
    let named = api.types.keys().filter(|id| !api.is_inline(id));
    named
        .map(|id| (exceptions.get(Section::Type, id).unwrap_or_else(|| ident(api, id)), id.clone()))
        .collect()
}

/// The name of a type without a name in `naming.toml`: a schema keeps its name against an inline type, which is then named
/// from its full path.
fn inline_ident(api: &Api, id: &str, components: &HashMap<String, String>, out: &mut Sink) -> String {
    let short = ident(api, id);
    let Some(component) = components.get(&short).filter(|component| *component != id && api.is_inline(id))
    else {
        return short;
    };
    let full: String =
        vendor(id.split('.').next().unwrap_or(id)) + &id.split('.').skip(1).map(pascal).collect::<String>();
    let own = if components.contains_key(&full) { format!("{full}Inline") } else { full };
    let message = format!(
        "the inline type `{id}` has the Rust name `{short}` of the schema `{component}`; it is called `{own}`"
    );
    let help = format!(
        "to keep this name or choose another, put it under [type] in naming.toml: {} = {}",
        quoted(id),
        quoted(&own)
    );
    out.push(Diagnostic::notice(Code::NameCollision, &api.type_pointer(id), message).help(help));
    own
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
        Some(Shape::Resource(resource)) => file(&resource.kind),
        Some(Shape::Request(request)) => format!("{}_requests", file(&request.kind)),
        Some(Shape::Document(document) | Shape::Page(document)) => {
            let data = document.data.named().and_then(|data| api.resolve(data));
            match data {
                // A document that includes nothing needs nothing but its resource, and so stands beside it; one that
                // does brings all that it may include to whoever reads it.
                Some((_, Type { shape: Shape::Resource(resource), .. })) => match document.included {
                    None => file(&resource.kind),
                    Some(_) => format!("{}_documents", file(&resource.kind)),
                },
                _ => format!("{}_documents", file(owner)),
            }
        }
        Some(Shape::Linkage(linkage)) if linkage.to != Arity::Links => "linkages".to_owned(),
        _ => file(owner),
    }
}
