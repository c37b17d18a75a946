//! Finds the resource that a parameter is about.

use foldhash::{HashMap, HashMapExt as _};

use super::super::case::{joined, pascal};
use super::super::operation::without_route;
use super::super::{Family, Names, OperationName};
use crate::api::{Api, Operation, Parameter, Resource, Role, Shape, TypeId, TypeRef};

/// The thing that the values of a parameter describe, such as the resource that `include` adds to.
pub(super) struct Subject {
    /// Its key in `naming.toml`: a type id, or the handle with the middle segments of an operationId.
    pub(super) key: String,
    /// The start of the Rust name of a type of values.
    pub(super) ident: String,
    /// The module of its types of values.
    pub(super) module: String,
    /// True if the operation returns it.
    pub(super) primary: bool,
}

/// The resources of a response.
struct Returned<'a> {
    data: Option<(&'a TypeId, &'a Resource)>,
    included: Vec<(&'a TypeId, &'a Resource)>,
}

impl<'a> Returned<'a> {
    fn by(api: &'a Api, operation: &'a Operation) -> Self {
        let mut out = Self { data: None, included: Vec::new() };
        for ty in operation.responses.values().flat_map(|response| response.content.values()) {
            let TypeRef::Named(id) = ty else { continue };
            let Some(Shape::Document(d) | Shape::Page(d)) = api.resolve(id).map(|(_, ty)| &ty.shape) else {
                continue;
            };
            out.data = out.data.or_else(|| resource(api, &d.data));
            let Some(TypeRef::Named(item)) = &d.included else { continue };
            match api.resolve(item).map(|(_, ty)| &ty.shape) {
                Some(Shape::Union(u)) => {
                    out.included.extend(u.variants.iter().filter_map(|v| resource(api, &v.ty)));
                }
                _ => out.included.extend(d.included.as_ref().and_then(|ty| resource(api, ty))),
            }
        }
        out
    }

    /// The only resource of the type `kind`.
    fn of_kind(&self, kind: &str) -> Option<&'a TypeId> {
        let mut all =
            self.data.iter().chain(&self.included).filter(|(_, r)| r.kind == kind).map(|(id, _)| *id);
        let first = all.next()?;
        all.all(|other| other == first).then_some(first)
    }
}

fn resource<'a>(api: &'a Api, ty: &TypeRef) -> Option<(&'a TypeId, &'a Resource)> {
    let TypeRef::Named(id) = ty else { return None };
    let (id, ty) = api.resolve(id)?;
    match &ty.shape {
        Shape::Resource(resource) => Some((id, resource)),
        _ => None,
    }
}

/// The subject of a parameter with known values, and the names of their type: each is more specific than the one before,
/// and the last one belongs to this parameter of this operation alone.
pub(super) fn subject(
    (api, kinds): (&Api, &Kinds<'_>),
    names: &Names,
    (id, operation): (&str, &Operation),
    (parameter, family): (&Parameter, Family),
    name: &OperationName,
) -> (Subject, Vec<String>) {
    let returned = Returned::by(api, operation);
    let primary = returned.data.map(|(id, _)| id);
    let about = match parameter.role() {
        Role::Fields(kind) => returned.of_kind(kind).or_else(|| kinds.get(kind).copied().flatten()),
        Role::Include | Role::Sort | Role::Filter(_) => primary,
        _ => None,
    };
    let of_type = |id: &TypeId| {
        let name = names.types.get(id)?;
        Some((name.ident.clone(), format!("{}_query", name.module)))
    };
    let purpose = match parameter.role() {
        Role::Fields(_) => "Field".to_owned(),
        Role::Include => "Include".to_owned(),
        Role::Sort => "Sort".to_owned(),
        Role::Filter(of) => joined(&pascal(of), "Filter"),
        _ => pascal(&parameter.name),
    };
    let kind = match parameter.role() {
        Role::Fields(kind) => pascal(kind),
        _ => String::new(),
    };
    let subject = match about.and_then(|id| Some((id, of_type(id)?))) {
        Some((id, (ident, module))) => {
            Subject { key: id.to_string(), ident, module, primary: primary == Some(id) }
        }
        None if family == Family::Fields => {
            Subject { key: String::new(), ident: kind.clone(), module: "fields".to_owned(), primary: false }
        }
        None => {
            let (key, ident) = of_route(without_route(id, operation), &name.handle);
            let module = format!("{}_query", name.handle.trim_end_matches('_'));
            Subject { key, ident, module, primary: true }
        }
    };
    let handle = names.handles.get(&name.handle).map_or_else(|| pascal(&name.handle), |h| h.ident.clone());
    let method = name.methods.first().map(|m| pascal(&m.ident)).unwrap_or_default();
    let within = primary.filter(|_| family == Family::Fields).and_then(|id| names.types.get(id));
    let chain = [
        Some(joined(&subject.ident, &purpose)),
        within.map(|within| format!("{}{}", within.ident, joined(&kind, &purpose))),
        Some(format!("{}{}{}", handle.trim_end_matches('_'), method, joined(&kind, &purpose))),
    ];
    (subject, chain.into_iter().flatten().collect())
}

/// The resource of each type that one resource alone has in the whole API.
pub(super) type Kinds<'a> = HashMap<&'a str, Option<&'a TypeId>>;

pub(super) fn kinds(api: &Api) -> Kinds<'_> {
    let mut out = Kinds::new();
    for (id, ty) in &api.types {
        if let Shape::Resource(resource) = &ty.shape {
            out.entry(&resource.kind).and_modify(|one| *one = None).or_insert(Some(id));
        }
    }
    out
}

/// The handle and the middle segments of an operationId: as a key and as part of a type's name.
fn of_route(id: &str, handle: &str) -> (String, String) {
    let segments: Vec<&str> = id.split('_').filter(|segment| !segment.is_empty()).collect();
    let middle = segments.get(1..segments.len().saturating_sub(1)).unwrap_or_default();
    let all: Vec<&str> = std::iter::once(handle).chain(middle.iter().copied()).collect();
    (all.join("_"), all.into_iter().map(pascal).collect())
}
