//! Types that stand inline go in; those that are equal to another come out as its aliases.
//!
//! A type keeps the name of its own place either way, so a place that begins to differ in a later version renames
//! nothing: its alias becomes a type.

use std::collections::{BTreeSet, HashMap};

use crate::api::{Api, Shape, Type, TypeRef};

/// Replaces each inline type that is equal to a better-known one by an alias.
///
/// A type that nothing leads to gives its name to no other: it comes and goes unseen. An enum that the vendor named does.
pub(super) fn share(api: &mut Api, used: &BTreeSet<String>, is_named: impl Fn(&str) -> bool) {
    let mut alias: HashMap<String, String> = HashMap::new();
    let enums = api.enums_by_values(&is_named);
    let mut inline: Vec<&String> = used.iter().filter(|id| !is_named(id)).collect();
    // Inner types first: whether two outer ones are equal depends on them.
    inline.sort_by_key(|id| (std::cmp::Reverse(id.matches('.').count()), id.as_str()));
    // The first of each group stands for it while shapes are compared; the best-known one is its name at the end.
    let mut groups: HashMap<String, Vec<String>> = HashMap::new();
    for id in inline {
        let Some(ty) = api.types.get(id) else { continue };
        if let Shape::Enum(e) = &ty.shape
            && let Some(Some(named)) = enums.get(e.values.as_slice())
        {
            alias.insert(id.clone(), (*named).to_owned());
            continue;
        }
        let member = id.rsplit('.').next().unwrap_or(id);
        let mut shape = ty.shape.clone();
        redirect(&mut shape, &alias);
        forget_docs(&mut shape);
        let group = groups.entry(format!("{member} {} {shape:?}", about(api, id, &shape))).or_default();
        if let Some(first) = group.first() {
            alias.insert(id.clone(), first.clone());
        }
        group.push(id.clone());
    }
    for group in groups.values() {
        let Some(best) = group.iter().min_by_key(|id| (is_sent(api, id), id.as_str())) else { continue };
        for id in group {
            if id == best {
                alias.remove(id)
            } else {
                alias.insert(id.clone(), best.clone())
            };
        }
    }
    for (id, other) in alias {
        if let Some(ty) = api.types.get_mut(&id) {
            ty.shape = Shape::Alias(TypeRef::Named(other));
        }
    }
}

/// The subject of a type, without which equal shapes are a coincidence: another name would be a strange one for it.
///
/// For `included` of a JSON:API document that is the resource, and for an object in a body of an operation the path:
/// many operations respond with `{ "data": … }` or `{ "success": true }`.
fn about<'a>(api: &'a Api, id: &str, shape: &Shape) -> &'a str {
    let owner = id.strip_suffix(".included[]").and_then(|owner| api.types.get(owner));
    match owner.map(|ty| &ty.shape) {
        Some(Shape::Document(d) | Shape::Page(d)) => return d.data.named().unwrap_or_default(),
        Some(_) => return "",
        None if matches!(shape, Shape::Enum(_)) => return "",
        None => {}
    }
    let is_body = |(owner, rest): (&str, &str)| {
        let operation = api.operations.get(owner).filter(|_| !api.types.contains_key(owner))?;
        [".body", ".response"].iter().any(|part| rest.starts_with(part)).then_some(operation)
    };
    let mut owners = id.match_indices('.').map(|(end, _)| id.split_at(end));
    owners.find_map(is_body).map_or("", |operation| stem(&operation.path))
}

/// A path without the parameters at its end: `/pets` and `/pets/{id}` are about the same.
fn stem(path: &str) -> &str {
    let mut path = path;
    while let Some((rest, last)) = path.rsplit_once('/')
        && last.starts_with('{')
        && last.ends_with('}')
    {
        path = rest;
    }
    path
}

/// Removes the words about members: equal types may be described in different ones.
fn forget_docs(shape: &mut Shape) {
    let fields = match shape {
        Shape::Struct(s) => &mut s.fields,
        Shape::Resource(r) => &mut r.attributes,
        Shape::Request(r) => &mut r.attributes,
        _ => return,
    };
    fields.values_mut().for_each(|field| field.doc = None);
}

/// What the server sends is better known than what it takes.
fn is_sent(api: &Api, id: &str) -> bool {
    let owner = id.split('.').next().and_then(|owner| api.types.get(owner));
    matches!(owner, Some(Type { shape: Shape::Request(_), .. }))
}

fn redirect(shape: &mut Shape, alias: &HashMap<String, String>) {
    let go = |ty: &mut TypeRef| redirect_ref(ty, alias);
    match shape {
        Shape::Struct(s) => {
            s.fields.values_mut().for_each(|f| go(&mut f.ty));
            s.additional.iter_mut().for_each(go);
        }
        Shape::Union(u) => u.variants.iter_mut().for_each(|v| go(&mut v.ty)),
        Shape::Alias(ty) => go(ty),
        Shape::Resource(r) => r.attributes.values_mut().for_each(|f| go(&mut f.ty)),
        Shape::Request(r) => r.attributes.values_mut().for_each(|f| go(&mut f.ty)),
        Shape::Document(d) | Shape::Page(d) => go(&mut d.data),
        Shape::Enum(_) | Shape::Linkage(_) => {}
    }
}

fn redirect_ref(ty: &mut TypeRef, alias: &HashMap<String, String>) {
    match ty {
        TypeRef::Named(id) => {
            if let Some(other) = alias.get(id) {
                *id = other.clone();
            }
        }
        TypeRef::List(item) | TypeRef::Map(item) | TypeRef::Nullable(item) => redirect_ref(item, alias),
        _ => {}
    }
}
