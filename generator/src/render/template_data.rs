//! Facts about JSON:API resources that templates can loop over.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::api::{Action, Api, Shape, TypeRef, Value};

/// An attribute of resources that the server sends; equal ones of several resources are one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Attribute<'a> {
    name: &'a str,
    /// True if it is a list.
    list: bool,
    /// Values of an enum.
    values: Vec<&'a str>,
    /// Members of an object, each with the values of an enum.
    members: BTreeMap<&'a str, Vec<&'a str>>,
}

/// An operation that changes a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Update<'a> {
    /// The path without the id, e.g. `/v1/apps`.
    collection: &'a str,
    /// Names of the attributes that can be sent.
    attributes: BTreeSet<&'a str>,
}

/// The attributes of all resources.
pub(super) fn attributes(api: &Api) -> BTreeSet<Attribute<'_>> {
    let mut out = BTreeSet::new();
    for ty in api.types.values() {
        let Shape::Resource(resource) = &ty.shape else { continue };
        for (name, field) in &resource.attributes {
            let (ty, list) = match &field.ty {
                TypeRef::List(item) => (&**item, true),
                ty => (ty, false),
            };
            let members = match ty.named().and_then(|id| api.resolve(id)).map(|(_, ty)| &ty.shape) {
                Some(Shape::Struct(s)) => {
                    s.fields.iter().map(|(name, field)| (name.as_str(), values(api, &field.ty))).collect()
                }
                _ => BTreeMap::new(),
            };
            out.insert(Attribute { name, list, values: values(api, ty), members });
        }
    }
    out
}

fn values<'a>(api: &'a Api, ty: &'a TypeRef) -> Vec<&'a str> {
    match ty.named().and_then(|id| api.resolve(id)).map(|(_, ty)| &ty.shape) {
        Some(Shape::Enum(e)) => e
            .values
            .iter()
            .filter_map(|value| match value {
                Value::String(text) => Some(text.as_str()),
                Value::Integer(_) => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Operations that change one resource by its id.
pub(super) fn updates(api: &Api) -> BTreeSet<Update<'_>> {
    let mut out = BTreeSet::new();
    for operation in api.operations.values() {
        let body =
            operation.body.as_ref().and_then(|body| body.sent()).and_then(|(_, ty)| api.resolve(ty.named()?));
        if let (Some((collection, last)), Some((_, ty))) = (operation.path.rsplit_once('/'), body)
            && let Shape::Request(request) = &ty.shape
            && request.action == Action::Update
            && last.starts_with('{')
        {
            let attributes = request.attributes.keys().map(String::as_str).collect();
            out.insert(Update { collection, attributes });
        }
    }
    out
}
