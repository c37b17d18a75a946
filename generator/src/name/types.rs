//! Names types, fields and variants, and the module of each type.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt as _};

use super::case::{file, joined, others, pascal, snake, vendor};
use super::{Exceptions, Names, Scope, Section, Taker, TypeName, quoted};
use crate::api::{
    Action, Api, Arity, Enum, Field, Request, Resource, Shape, Struct, Type, TypeId, TypeRef, TypeStep,
    Union, Value,
};
use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

/// Names that the generated code uses itself.
pub(super) const TYPES: &[&str] = &[
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
/// Variants that every open enum has.
pub(super) const VARIANTS: &[&str] = &["Unrecognized"];

/// The vendor's page of a schema; none where its name does not fit into an address.
fn page(template: Option<&str>, schema: &str) -> Option<String> {
    let is_plain = schema.bytes().all(|b| b.is_ascii_alphanumeric());
    template.filter(|_| is_plain).map(|template| template.replace("{slug}", &schema.to_lowercase()))
}

/// Names all types; `link` is the template of their pages.
pub(super) fn name(
    api: &Api,
    link: Option<&str>,
    exceptions: &mut Exceptions<'_>,
    names: &mut Names,
    out: &mut Sink,
) {
    let mut scope = Scope::reserving(TYPES);
    name_types(api, &mut scope, exceptions, names, out);
    name_required(api, &mut scope, exceptions, names, out);
    for (id, ty) in &api.types {
        let at = api.type_pointer(id);
        let members = match &ty.shape {
            Shape::Struct(s) => struct_fields(id, s, &at, exceptions, out),
            Shape::Resource(r) => resource_fields(id, r, &at, exceptions, out),
            Shape::Request(r) => request_fields(id, r, &at, exceptions, out),
            Shape::Enum(e) => enum_variants(id, e, &at, exceptions, out),
            Shape::Union(u) => union_variants((id, u), &at, names, exceptions, out),
            _ => BTreeMap::new(),
        };
        if let Some(name) = names.types.get_mut(id) {
            name.members = members;
            name.link = id.schema_name().and_then(|schema| page(link, schema));
        }
    }
}

/// Names each type, and reserves the names of the types that a resource brings.
fn name_types(
    api: &Api,
    scope: &mut Scope,
    exceptions: &mut Exceptions<'_>,
    names: &mut Names,
    out: &mut Sink,
) {
    let components = components(api, exceptions);
    // Resources bring their own types, then schemas keep their names against inline types, and of these the one whose
    // name is valid Rust unchanged.
    let mut order: Vec<(bool, bool, bool, &TypeId)> = api
        .types
        .iter()
        .map(|(id, ty)| {
            let resource = matches!(ty.shape, Shape::Resource(_));
            (!resource, id.is_inline(), Some(ident(api, id).as_str()) != id.schema_name(), id)
        })
        .collect();
    order.sort();
    for (.., id) in order {
        let wanted = match exceptions.of_type(Section::Type, id, str::to_owned) {
            Some(ident) => ident,
            None => inline_ident(api, id, &components, out),
        };
        let reserved = || TYPES.contains(&wanted.as_str()).then(|| joined(&wanted, "Model"));
        let alternatives = || match id.is_inline() {
            true => reserved().into_iter().chain([full(id), joined(&full(id), "Inline")]).collect(),
            // A schema that is called as in Rust gives way to a type that a resource brings.
            false if id.schema_name() == Some(&wanted) => vec![joined(&wanted, "Model")],
            false => reserved().into_iter().chain(others(id.owner.name(), &wanted)).collect(),
        };
        let at = || api.type_pointer(id);
        let ident = scope.take(&wanted, alternatives, (&at, Section::Type, id.to_string()), out);
        if let Some(Shape::Resource(_)) = api.types.get(id).map(|t| &t.shape) {
            for part in ["Attributes", "Relationships"] {
                scope.reserve(format!("{ident}{part}"), &id.to_string());
            }
        }
        names.types.insert(id.clone(), TypeName { ident, module: module(api, id), ..TypeName::default() });
    }
    names.types.sort_unstable_keys();
}

/// Names the structs of required fields that constructors take.
fn name_required(
    api: &Api,
    scope: &mut Scope,
    exceptions: &mut Exceptions<'_>,
    names: &mut Names,
    out: &mut Sink,
) {
    let is_built = |id: &&TypeId| api.types.get(*id).is_some_and(has_several_required);
    for id in api.sent().into_iter().filter(is_built) {
        let Some(name) = names.types.get_mut(id) else { continue };
        let at = || api.type_pointer(id);
        let key = format!("{id}!required");
        let full = joined(&name.ident, "Required");
        let wanted = exceptions.get(Section::Type, &key).unwrap_or_else(|| {
            let action = name.ident.strip_suffix("Request").filter(|rest| is_action(rest));
            action.map_or_else(|| full.clone(), str::to_owned)
        });
        let alternatives = || vec![full, joined(&name.ident, "RequiredFields")];
        name.required = Some(scope.take(&wanted, alternatives, (&at, Section::Type, key), out));
    }
}

/// True if a name contains an action, such as `AppCreate`.
fn is_action(name: &str) -> bool {
    ["Create", "Update"].iter().any(|action| name.len() > action.len() && name.ends_with(action))
}

/// True if a value of the type may need several fields.
fn has_several_required(ty: &Type) -> bool {
    let count = match &ty.shape {
        Shape::Struct(s) => s.fields.values().filter(|field| field.required).count(),
        Shape::Request(r) => {
            let attributes = r.attributes.values().filter(|field| field.required).count();
            let relationships = r.relationships.values().filter(|to| to.required).count();
            usize::from(r.action == Action::Update) + attributes + relationships
        }
        _ => 0,
    };
    count > 1
}

/// The locations of a resource's attributes and relationships.
fn parts_of(resource: &Pointer) -> (Pointer, Pointer) {
    let part = |name: &str| resource.child("properties").child(name).child("properties");
    (part("attributes"), part("relationships"))
}

/// Rust names of fields or variants by the vendor's names.
type Members = BTreeMap<String, String>;

fn struct_fields(
    id: &TypeId,
    s: &Struct,
    at: &Pointer,
    exceptions: &mut Exceptions<'_>,
    out: &mut Sink,
) -> Members {
    let own: &[&str] = if s.additional.is_some() { &["additional"] } else { &[] };
    let cleared = |(name, field): (&String, &Field)| field.nullable.then(|| name.clone());
    let cleared: Vec<String> = s.fields.iter().filter_map(cleared).collect();
    let at = at.child("properties");
    fields(id, s.fields.keys().map(|name| (name, &at)), (&cleared, own), exceptions, out)
}

/// Attributes and relationships become structs of their own, each with its own scope.
fn resource_fields(
    id: &TypeId,
    r: &Resource,
    at: &Pointer,
    exceptions: &mut Exceptions<'_>,
    out: &mut Sink,
) -> Members {
    let (attributes, relationships) = parts_of(at);
    let names = r.attributes.keys().map(|name| (name, &attributes));
    let mut all = fields(id, names, (&[], &[]), exceptions, out);
    let names = r.relationships.keys().map(|name| (name, &relationships));
    all.extend(fields(id, names, (&[], &[]), exceptions, out));
    all
}

fn request_fields(
    id: &TypeId,
    r: &Request,
    at: &Pointer,
    exceptions: &mut Exceptions<'_>,
    out: &mut Sink,
) -> Members {
    let own: &[&str] = match (r.action, &r.included) {
        (Action::Create, None) => &[],
        (Action::Create, Some(_)) => &["included"],
        (_, None) => &["id"],
        (_, Some(_)) => &["id", "included"],
    };
    let update = r.action == Action::Update;
    let attributes = r.attributes.iter().filter(|(_, f)| f.nullable || (update && !f.required));
    let ones = r.relationships.iter().filter(|(_, to)| to.nullable || (update && !to.required));
    let cleared: Vec<String> = attributes.map(|(n, _)| n).chain(ones.map(|(n, _)| n)).cloned().collect();
    let resource = match r.action {
        Action::Inline => at.clone(),
        _ => at.child("properties").child("data"),
    };
    let (attributes, relationships) = parts_of(&resource);
    let names = r.attributes.keys().map(|name| (name, &attributes));
    let names = names.chain(r.relationships.keys().map(|name| (name, &relationships)));
    fields(id, names, (&cleared, own), exceptions, out)
}

/// `cleared` are those whose setter has a companion that sends null, and `own` the struct's other members.
fn fields<'a>(
    id: &TypeId,
    all: impl Iterator<Item = (&'a String, &'a Pointer)>,
    (cleared, own): (&[String], &[&str]),
    exceptions: &mut Exceptions<'_>,
    out: &mut Sink,
) -> Members {
    let mut scope = Scope::reserving(own);
    let owner = id.to_string();
    let mut members = BTreeMap::new();
    let mut places = BTreeMap::new();
    // A field whose Rust name is the vendor's keeps its name.
    let mut all: Vec<(bool, &String, &Pointer)> =
        all.map(|(field, at)| (snake(field) != *field, field, at)).collect();
    all.sort_by_key(|(other, field, _)| (*other, *field));
    for (_, field, at) in all {
        if !cleared.is_empty() {
            places.insert(field, at);
        }
        let key = format!("{owner}.{field}");
        let ident = exceptions.of_type(Section::Field, id, |id| format!("{id}.{field}"));
        let ident = ident.unwrap_or_else(|| snake(field));
        let alternatives = || match own.contains(&ident.as_str()) {
            true => Vec::new(),
            false => others(field, &ident),
        };
        let ident = scope.take(&ident, alternatives, (&|| at.child(field), Section::Field, key), out);
        members.insert(field.clone(), ident);
    }
    // The setter that sends null has a name of its own, and a field's own setter goes before it.
    for field in cleared {
        let ident = members.get(field).map(|ident| format!("clear_{}", ident.trim_end_matches('_')));
        let other = members.iter().find(|(_, other)| Some(*other) == ident.as_ref());
        if let (Some(ident), Some((other, _)), Some(at)) = (&ident, other, places.get(field)) {
            scope.taken.insert(ident.clone(), Taker(Some(format!("{owner}.{field}"))));
            let (other, key) = (other.clone(), format!("{owner}.{other}"));
            let alternatives = || vec![format!("{ident}_")];
            let renamed = scope.take(ident, alternatives, (&|| at.child(field), Section::Field, key), out);
            members.insert(other, renamed);
        }
    }
    members
}

/// A variant is called as its type, unless several variants have that type.
fn union_variants(
    (id, u): (&TypeId, &Union),
    at: &Pointer,
    names: &Names,
    exceptions: &mut Exceptions<'_>,
    out: &mut Sink,
) -> Members {
    let mut scope = Scope::reserving(VARIANTS);
    let mut members = BTreeMap::new();
    let mut counts: HashMap<&TypeRef, usize> = HashMap::new();
    u.variants.iter().for_each(|variant| *counts.entry(&variant.ty).or_default() += 1);
    for (member, variant) in u.keys().into_iter().zip(&u.variants) {
        let repeated = counts.get(&variant.ty).is_some_and(|count| *count > 1);
        let ident = match (&variant.ty, &variant.tag) {
            (TypeRef::Named(id), _) if !repeated => names.types.get(id).map(|t| t.ident.clone()),
            _ => Some(pascal(&member)),
        };
        let key = format!("{id}={member}");
        let chosen = exceptions.of_type(Section::Value, id, |id| format!("{id}={member}"));
        let ident = chosen.or(ident).unwrap_or_else(|| pascal(&member));
        let alternatives = || others(&member, &ident);
        let ident = scope.take(&ident, alternatives, (&|| at.clone(), Section::Value, key), out);
        members.insert(member, ident);
    }
    members
}

fn enum_variants(
    id: &TypeId,
    e: &Enum,
    at: &Pointer,
    exceptions: &mut Exceptions<'_>,
    out: &mut Sink,
) -> Members {
    let texts = e.values.iter().map(|value| match value {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
    });
    let texts: Vec<String> = texts.collect();
    let owner = id.to_string();
    let key = |text: &str| format!("{owner}={text}");
    let chosen = |value: &str| {
        let own = exceptions.of_type(Section::Value, id, |id| format!("{id}={value}"));
        own.or_else(|| e.names.get(value).map(|name| pascal(name)))
    };
    named_values(texts.iter().map(String::as_str), (at, &key), chosen, out)
}

/// Names the values of an enum; one whose Rust name is the vendor's keeps its name.
pub(super) fn named_values<'v>(
    values: impl Iterator<Item = &'v str>,
    (at, key): (&Pointer, &dyn Fn(&str) -> String),
    mut chosen: impl FnMut(&str) -> Option<String>,
    out: &mut Sink,
) -> Members {
    let mut scope = Scope::reserving(VARIANTS);
    let mut members = BTreeMap::new();
    let mut order: Vec<(bool, &str)> = values.map(|text| (pascal(text) != text, text)).collect();
    order.sort_unstable();
    for (_, text) in order {
        let key = key(text);
        let ident = chosen(text).unwrap_or_else(|| pascal(text));
        let alternatives = || match VARIANTS.contains(&ident.as_str()) {
            true => vec![format!("{ident}Value")],
            false => others(text, &ident),
        };
        let ident = scope.take(&ident, alternatives, (&|| at.clone(), Section::Value, key), out);
        members.insert(text.to_owned(), ident);
    }
    members
}

/// Rust names of the schemas that the vendor names, each with the vendor's name.
fn components<'a>(api: &'a Api, exceptions: &mut Exceptions<'_>) -> HashMap<String, &'a TypeId> {
    let named = api.types.keys().filter(|id| !id.is_inline());
    named
        .map(|id| {
            let chosen = exceptions.of_type(Section::Type, id, str::to_owned);
            (chosen.unwrap_or_else(|| ident(api, id)), id)
        })
        .collect()
}

/// The name of a type without a name in `naming.toml`: a schema keeps its name against an inline type, which is then named
/// from its full path.
fn inline_ident(api: &Api, id: &TypeId, components: &HashMap<String, &TypeId>, out: &mut Sink) -> String {
    let short = ident(api, id);
    let Some(component) = components.get(&short).filter(|_| id.is_inline()) else {
        return short;
    };
    let full = full(id);
    let own = if components.contains_key(&full) { format!("{full}Inline") } else { full };
    let message = format!(
        "the inline type `{id}` has the Rust name `{short}` of the schema `{component}`; it is called `{own}`"
    );
    let help = format!(
        "to keep this name or choose another, put it under [type] in naming.toml: {} = {}",
        quoted(&id.to_string()),
        quoted(&own)
    );
    out.push(Diagnostic::notice(Code::NameCollision, &api.type_pointer(id), message).help(help));
    own
}

/// The name of an inline type from its full path.
fn full(id: &TypeId) -> String {
    called(id, id.members())
}

/// The owner's name and these; an item of a list that is a schema, or a value of a map, has a name of its own:
/// `ThingItem`, `ThingValue`.
fn called<'m>(id: &TypeId, members: impl Iterator<Item = &'m str>) -> String {
    let owner = vendor(id.owner.name());
    let words: String = id
        .path
        .iter()
        .map_while(|step| match step {
            TypeStep::Items => Some("Item"),
            TypeStep::Values => Some("Value"),
            TypeStep::Member(_) => None,
        })
        .collect();
    joined(&joined(&owner, &words), &members.map(pascal).collect::<String>())
}

/// The vendor's name; for an inline type, its owner's name and the members on the path to it. The members that JSON:API
/// puts around every resource (`data`, `attributes`) are omitted.
fn ident(api: &Api, id: &TypeId) -> String {
    let envelope: &[&str] = match api.owner_of(id).map(|t| &t.shape) {
        Some(Shape::Request(_)) => &["data", "attributes"],
        Some(Shape::Resource(_)) => &["attributes"],
        _ => &[],
    };
    let mut members = id.members().peekable();
    for word in envelope {
        members.next_if_eq(word);
    }
    called(id, members)
}

/// Types that are used together share a module; types that a resource's readers do not need are separate.
fn module(api: &Api, id: &TypeId) -> String {
    // Names with dots have one module each: half a document may begin with `io.`.
    let owner = id.owner.name();
    match api.owner_of(id).map(|t| &t.shape) {
        Some(Shape::Resource(resource)) => file(&resource.kind),
        Some(Shape::Request(request)) => format!("{}_requests", file(&request.kind).trim_end_matches('_')),
        Some(Shape::Document(document) | Shape::Page(document)) => {
            let data = document.data.named().and_then(|data| api.resolve(data));
            match data {
                // A document that includes nothing needs only its resource, and so is in the same module; one that does
                // brings all that it may include to its users.
                Some((_, Type { shape: Shape::Resource(resource), .. })) => match document.included {
                    None => file(&resource.kind),
                    Some(_) => format!("{}_documents", file(&resource.kind).trim_end_matches('_')),
                },
                _ => format!("{}_documents", file(owner).trim_end_matches('_')),
            }
        }
        Some(Shape::Linkage(linkage)) if linkage.to != Arity::Links => "linkages".to_owned(),
        _ => file(owner),
    }
}
