//! Recognises the shapes of JSON:API 1.1 among the types of an `Api`.
//!
//! A type that differs from these shapes in any member is not one of them and stays a plain object, so nothing that a vendor
//! adds is lost.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{
    Action, Api, Arity, ById, Document, Fields, Linkage, Relationship, Request, Resource, Shape, Struct,
    Type, TypeId, TypeRef, Union, Value, Variant,
};

/// Members of the links objects that the runtime knows.
const LINKS: &[&str] = &["self", "related", "first", "next"];

/// The types with a JSON:API shape, and the inline types in them.
pub fn recognise(api: &Api) -> ById<Type> {
    let bodies = api.operations.values().filter(|operation| operation.path.contains("/relationships/"));
    let bodies = bodies.flat_map(|operation| &operation.body).flat_map(|body| body.content.values());
    let mut recognition =
        Recognition { api, bodies: bodies.filter_map(TypeRef::named).collect(), made: ById::default() };
    for (id, ty) in api.types.iter().filter(|(id, _)| !id.is_inline()) {
        let Shape::Struct(s) = &ty.shape else { continue };
        if let Some(shape) = recognition.shape(id, s) {
            recognition.made.insert(id.clone(), Type { shape, ..ty.clone() });
        }
    }
    recognition.made
}

pub(super) struct Recognition<'a> {
    pub(super) api: &'a Api,
    /// Bodies of relationship endpoints (`…/relationships/{name}`).
    bodies: BTreeSet<&'a TypeId>,
    pub(super) made: ById<Type>,
}

fn has_only(s: &Struct, names: &[&str]) -> bool {
    s.additional.is_none() && s.fields.keys().all(|name| names.contains(&name.as_str()))
}

fn requires(s: &Struct, name: &str) -> bool {
    s.fields.get(name).is_some_and(|field| field.required)
}

impl<'a> Recognition<'a> {
    fn shape(&mut self, id: &TypeId, s: &'a Struct) -> Option<Shape> {
        self.resource(id, s)
            .or_else(|| self.request(id, s))
            .or_else(|| self.linkage_body(id, s))
            .or_else(|| self.document(id, s))
    }

    /// The object behind a use of a type.
    fn object(&self, ty: &TypeRef) -> Option<(&'a TypeId, &'a Struct)> {
        match ty {
            TypeRef::Named(id) => match self.api.resolve(id)? {
                (id, Type { shape: Shape::Struct(s), .. }) => Some((id, s)),
                _ => None,
            },
            _ => None,
        }
    }

    fn member(&self, s: &Struct, name: &str) -> Option<&'a Struct> {
        Some(self.object(&s.fields.get(name)?.ty)?.1)
    }

    /// The only value of a string that has just one.
    fn constant(&self, ty: &TypeRef) -> Option<&'a str> {
        match &self.api.resolve(ty.as_named()?)?.1.shape {
            Shape::Enum(e) => match e.values.as_slice() {
                [Value::String(value)] => Some(value),
                _ => None,
            },
            _ => None,
        }
    }

    fn is_text(&self, ty: &TypeRef) -> bool {
        match ty {
            TypeRef::String => true,
            TypeRef::Named(id) => match self.api.resolve(id).map(|(_, ty)| &ty.shape) {
                Some(Shape::Alias(ty)) => *ty == TypeRef::String,
                _ => false,
            },
            _ => false,
        }
    }

    /// The constant in `type`, where `id` is a string.
    fn kind(&self, s: &Struct) -> Option<String> {
        let kind = self.constant(&s.fields.get("type")?.ty)?.to_owned();
        s.fields.get("id").is_none_or(|id| self.is_text(&id.ty)).then_some(kind)
    }

    /// The `type` of a resource identifier object.
    fn identifier(&self, ty: &TypeRef) -> Option<String> {
        let (_, s) = self.object(ty)?;
        let whole = has_only(s, &["type", "id"]) && requires(s, "type") && requires(s, "id");
        if whole { self.kind(s) } else { None }
    }

    fn linkage(&self, data: &TypeRef) -> Option<(Arity, String)> {
        match self.through(data) {
            TypeRef::List(item) => Some((Arity::Many, self.identifier(item)?)),
            one => Some((Arity::One, self.identifier(one)?)),
        }
    }

    /// The type behind names of lists and scalars.
    fn through<'t>(&self, ty: &'t TypeRef) -> &'t TypeRef
    where
        'a: 't,
    {
        match ty {
            TypeRef::Named(id) => match self.api.resolve(id).map(|(_, ty)| &ty.shape) {
                Some(Shape::Alias(inner)) => inner,
                _ => ty,
            },
            _ => ty,
        }
    }

    fn links(&self, s: &Struct) -> bool {
        !s.fields.contains_key("links") || self.member(s, "links").is_some_and(|links| has_only(links, LINKS))
    }

    fn paging_meta(&self, s: &Struct) -> bool {
        !s.fields.contains_key("meta")
            || self
                .member(s, "meta")
                .filter(|meta| has_only(meta, &["paging"]))
                .and_then(|meta| self.member(meta, "paging"))
                .is_some_and(|paging| has_only(paging, &["total", "limit", "nextCursor"]))
    }

    fn resource(&mut self, id: &TypeId, s: &'a Struct) -> Option<Shape> {
        let own = has_only(s, &["type", "id", "attributes", "relationships", "links"]);
        if !own || !requires(s, "type") || !s.fields.contains_key("id") || !self.links(s) {
            return None;
        }
        let kind = self.kind(s)?;
        let relationships = self.relationships(id, s)?;
        let attributes = self.attributes(id, s)?;
        let links = s.fields.contains_key("links");
        if requires(s, "id") {
            return Some(Shape::Resource(Resource { kind, attributes, relationships, links }));
        }
        let one_of = BTreeSet::new();
        let request =
            Request { action: Action::Inline, kind, attributes, relationships, included: None, one_of };
        (!links).then_some(Shape::Request(request))
    }

    /// The members of `attributes`, whose inline types have ids below those of `id`.
    fn attributes(&mut self, id: &TypeId, s: &'a Struct) -> Option<Fields> {
        match s.fields.get("attributes") {
            Some(field) => self.merged(&field.ty, &id.member("attributes")),
            None => Some(Fields::new()),
        }
    }

    fn relationships(&mut self, id: &TypeId, s: &'a Struct) -> Option<BTreeMap<String, Relationship>> {
        let Some(field) = s.fields.get("relationships") else { return Some(BTreeMap::new()) };
        let all = self.found(&field.ty, &id.member("relationships"))?;
        let mut out = BTreeMap::new();
        for (name, (field, _)) in &all {
            let (_, one) = self.object(&field.ty)?;
            if !has_only(one, &["links", "meta", "data"]) || !self.links(one) || !self.paging_meta(one) {
                return None;
            }
            let data = one.fields.get("data");
            let (to, kind) = match data {
                None => (Arity::Links, String::new()),
                Some(data) => self.linkage(&data.ty)?,
            };
            let nullable = to == Arity::One && data.is_some_and(|data| data.nullable);
            let (required, deprecated) = (field.required, field.deprecated);
            out.insert(name.clone(), Relationship { to, kind, required, nullable, deprecated });
        }
        Some(out)
    }

    /// A document that creates or changes a resource.
    fn request(&mut self, id: &TypeId, s: &'a Struct) -> Option<Shape> {
        if !has_only(s, &["data", "included"]) || !requires(s, "data") || self.bodies.contains(id) {
            return None;
        }
        let data = self.member(s, "data")?;
        if !has_only(data, &["type", "id", "attributes", "relationships"]) || !requires(data, "type") {
            return None;
        }
        let action = match (data.fields.contains_key("id"), requires(data, "id")) {
            (true, true) => Action::Update,
            (false, false) => Action::Create,
            _ => return None,
        };
        let kind = self.kind(data)?;
        let own = id.member("data");
        let relationships = self.relationships(&own, data)?;
        let included = self.included(id, s)?;
        let attributes = self.attributes(&own, data)?;
        let one_of = data.one_of.clone();
        Some(Shape::Request(Request { action, kind, attributes, relationships, included, one_of }))
    }

    /// The type of `included`, if any; always a union, so that a later version can add to it.
    #[allow(
        clippy::option_option,
        reason = "no `included` is another thing than one that JSON:API does not have"
    )]
    fn included(&mut self, id: &TypeId, s: &Struct) -> Option<Option<TypeRef>> {
        let Some(field) = s.fields.get("included") else { return Some(None) };
        let TypeRef::List(item) = self.through(&field.ty) else { return None };
        let own = id.member("included").items();
        if item.as_named() == Some(&own)
            && matches!(self.api.types.get(&own).map(|ty| &ty.shape), Some(Shape::Union(_)))
        {
            return Some(Some((**item).clone()));
        }
        let kind = self.kind(self.object(item)?.1)?;
        let variants = vec![Variant { tag: Some(kind), ..(**item).clone().into() }];
        let union = Union { tag: Some("type".to_owned()), variants, ..Union::default() };
        self.made.insert(own.clone(), Shape::Union(union).into());
        Some(Some(TypeRef::Named(own)))
    }

    /// The body of a relationship endpoint: `data` contains identifiers, and nothing else is sent.
    fn linkage_body(&self, id: &TypeId, s: &Struct) -> Option<Shape> {
        if !has_only(s, &["data"]) || !requires(s, "data") || !self.bodies.contains(id) {
            return None;
        }
        let data = s.fields.get("data")?;
        let (to, kind) = self.linkage(&data.ty)?;
        Some(Shape::Linkage(Linkage { to, kind, request: true, nullable: data.nullable }))
    }

    /// A document that the server sends.
    fn document(&mut self, id: &TypeId, s: &Struct) -> Option<Shape> {
        let own = has_only(s, &["data", "included", "links", "meta"]);
        let whole = requires(s, "data") && s.fields.contains_key("links");
        if !own || !whole || !self.links(s) || !self.paging_meta(s) {
            return None;
        }
        let data = &s.fields.get("data")?.ty;
        if let (Some((to, kind)), false) = (self.linkage(data), s.fields.contains_key("included")) {
            return Some(Shape::Linkage(Linkage { to, kind, request: false, nullable: false }));
        }
        let included = self.included(id, s)?;
        match self.through(data) {
            TypeRef::List(item) => {
                item.named()?;
                Some(Shape::Page(Document { data: (**item).clone(), included }))
            }
            _ => {
                let whole = data.named().is_some() && !s.fields.contains_key("meta");
                whole.then(|| Shape::Document(Document { data: data.clone(), included }))
            }
        }
    }
}
