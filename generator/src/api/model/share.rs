//! Deduplicates inline types: equal types become aliases of one.
//!
//! A type keeps the name of its own place either way, so a place that begins to differ in a later version renames
//! nothing: its alias becomes a type.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt as _};

use super::super::{Api, Owner, Shape, Type, TypeId, TypeRef, TypeStep};

/// Replaces each inline type that is equal to a better-known one by an alias.
///
/// An unused type gives its name to no other, since it may come and go unseen. An enum that the vendor named does.
pub(super) fn share(api: &mut Api, used: &BTreeSet<TypeId>) {
    let mut alias: HashMap<TypeId, TypeId> = HashMap::new();
    let enums = api.enums_by_values(|id| !id.is_inline());
    let mut inline: Vec<&TypeId> = used.iter().filter(|id| id.is_inline()).collect();
    // Inner types first: the equality of two outer ones depends on them.
    inline.sort_by_key(|id| (std::cmp::Reverse(id.members().count()), *id));
    // The first of each group represents it while shapes are compared; the best-known one is its name at the end.
    let mut groups: HashMap<String, Vec<TypeId>> = HashMap::new();
    for id in inline {
        let Some(ty) = api.types.get(id) else { continue };
        if let Shape::Enum(e) = &ty.shape
            && let Some(Some(named)) = enums.get(e.values.as_slice())
            && matches!(api.types.get(*named).map(|ty| &ty.shape), Some(Shape::Enum(other)) if other.names == e.names)
        {
            alias.insert(id.clone(), (*named).clone());
            continue;
        }
        let member = last(id);
        let mut shape = ty.shape.clone();
        redirect(&mut shape, &alias);
        forget_docs(&mut shape);
        let group = groups.entry(format!("{member:?} {:?} {shape:?}", about(api, id, &shape))).or_default();
        if let Some(first) = group.first() {
            alias.insert(id.clone(), first.clone());
        }
        group.push(id.clone());
    }
    for group in groups.values() {
        let Some(best) = group.iter().min_by_key(|id| (is_sent(api, id), *id)) else { continue };
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
fn about(api: &Api, id: &TypeId, shape: &Shape) -> Option<String> {
    match &id.owner {
        Owner::Schema(_) if id.is_included() => match api.owner_of(id).map(|ty| &ty.shape) {
            Some(Shape::Document(d) | Shape::Page(d)) => d.data.named().map(TypeId::to_string),
            _ => None,
        },
        Owner::Operation(operation) if !matches!(shape, Shape::Enum(_)) => {
            let is_body = id
                .members()
                .next()
                .is_some_and(|part| part.starts_with("body") || part.starts_with("response"));
            api.operations
                .get(operation)
                .filter(|_| is_body)
                .map(|operation| stem(&operation.path).to_owned())
        }
        _ => None,
    }
}

/// The last name on the path to a type, which may be its owner's, and the steps after it.
fn last(id: &TypeId) -> (Option<&Owner>, &[TypeStep]) {
    match id.path.iter().rposition(|step| matches!(step, TypeStep::Member(_))) {
        Some(at) => (None, id.path.get(at..).unwrap_or_default()),
        None => (Some(&id.owner), &id.path),
    }
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
    fields.iter_mut().for_each(|(_, field)| field.doc = None);
}

/// Types that the server sends are better known than types that it accepts.
fn is_sent(api: &Api, id: &TypeId) -> bool {
    matches!(api.owner_of(id), Some(Type { shape: Shape::Request(_), .. }))
}

fn redirect(shape: &mut Shape, alias: &HashMap<TypeId, TypeId>) {
    shape.refs_mut().into_iter().for_each(|ty| redirect_ref(ty, alias));
}

fn redirect_ref(ty: &mut TypeRef, alias: &HashMap<TypeId, TypeId>) {
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
