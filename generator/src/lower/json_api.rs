//! A schema goes in; what it is in JSON:API (version 1.1) comes out, if it has one of that standard's shapes.
//!
//! A schema that differs from these shapes in any member is not one of them and is lowered as a plain object, so
//! nothing that a vendor adds is lost.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{ReferenceOr, Schema, SchemaKind, Type as OasType};

use super::Lowering;
use super::schema::{Members, constant, members, single};
use super::variants::{Member, string_enum};
use crate::api::{
    Action, Arity, Document, Fields, Linkage, Relationship, Request, Resource, Shape, Type, TypeId, TypeRef,
    Union, Variant,
};
use crate::diagnostic::{Code, Diagnostic, Pointer};

/// Members of a resource object (JSON:API 1.1, "Resource Objects").
const RESOURCE: &[&str] = &["type", "id", "attributes", "relationships", "links", "meta"];
/// Members of the links objects that the runtime knows.
const LINKS: &[&str] = &["self", "related", "first", "next"];

impl Lowering<'_> {
    /// The JSON:API shape of the component `name`.
    pub(super) fn json_api(&mut self, name: &str, schema: &Schema, at: &Pointer) -> Option<Shape> {
        let members = members(schema)?;
        self.resource(name, members, at)
            .or_else(|| self.request(name, members, at))
            .or_else(|| self.linkage_body(name, members))
            .or_else(|| self.document(name, members, at))
    }

    fn member<'s>(&'s self, members: Members<'s>, name: &str) -> Option<&'s Schema> {
        self.resolve_member(members.properties.get(name)?)
    }

    /// The constant in `type`, where `id` is a string.
    fn kind(&self, of: Members<'_>) -> Option<String> {
        let kind = constant(self.member(of, "type")?)?.to_owned();
        if let Some(id) = of.properties.get("id") {
            let id = self.resolve_member(id)?;
            matches!(&id.schema_kind, SchemaKind::Type(OasType::String(_))).then_some(())?;
        }
        Some(kind)
    }

    /// The `type` of a resource identifier object.
    fn identifier(&self, schema: &Schema) -> Option<String> {
        let members = members(schema)?;
        let whole = members.has_only(&["type", "id"]) && members.requires("type") && members.requires("id");
        if whole { self.kind(members) } else { None }
    }

    fn links(&self, of: Members<'_>) -> bool {
        match of.properties.get("links") {
            None => true,
            Some(links) => {
                let links = self.resolve_member(links).and_then(members);
                links.is_some_and(|links| links.has_only(LINKS))
            }
        }
    }

    fn paging_meta(&self, of: Members<'_>) -> bool {
        let Some(meta) = of.properties.get("meta") else { return true };
        let paging = self.resolve_member(meta).and_then(members).filter(|m| m.has_only(&["paging"]));
        paging
            .and_then(|m| m.properties.get("paging"))
            .and_then(|p| self.resolve_member(p))
            .and_then(members)
            .is_some_and(|m| m.has_only(&["total", "limit", "nextCursor"]))
    }

    fn list_item<'s>(&self, schema: &'s Schema) -> Option<&'s ReferenceOr<Box<Schema>>> {
        match &schema.schema_kind {
            SchemaKind::Type(OasType::Array(array)) => array.items.as_ref(),
            _ => None,
        }
    }

    fn resource(&mut self, name: &str, of: Members<'_>, at: &Pointer) -> Option<Shape> {
        let own = of.has_only(&["type", "id", "attributes", "relationships", "links"]);
        if !own || !of.requires("type") || !of.properties.contains_key("id") || !self.links(of) {
            return None;
        }
        let kind = self.kind(of)?;
        let relationships = self.relationships(of, at)?;
        let attributes = self.attributes(of, &TypeId::schema(name), at)?;
        if of.requires("id") {
            let links = of.properties.contains_key("links");
            return Some(Shape::Resource(Resource { kind, attributes, relationships, links }));
        }
        let one_of = BTreeSet::new();
        let request =
            Request { action: Action::Inline, kind, attributes, relationships, included: None, one_of };
        (!of.properties.contains_key("links")).then_some(Shape::Request(request))
    }

    fn attributes(&mut self, of: Members<'_>, id: &TypeId, at: &Pointer) -> Option<Fields> {
        let Some((schema, at)) = self.part(of, "attributes", at) else { return Some(Fields::new()) };
        let mut merged = self.all_members(&schema, &at)?;
        for (discriminator, at) in &merged.discriminators {
            let name = &discriminator.property_name;
            if !merged.members.contains_key(name) {
                self.undeclared_discriminator(name, "it is read as one of the values of `mapping`", at);
                let schema = string_enum(discriminator.mapping.keys());
                let member = Member { schema, at: at.clone(), required: false };
                merged.members.insert(name.clone(), member);
            }
        }
        let mut out = Fields::new();
        for (name, member) in merged.members {
            let mut field =
                self.field(&member.schema, &id.member("attributes").member(name.as_str()), &member.at);
            field.required = member.required;
            out.insert(name, field);
        }
        for (name, at) in merged.required {
            if !out.contains_key(&name) {
                self.undefined([&name], &at);
            }
        }
        Some(out)
    }

    /// A schema behind the wrapper in which load keeps the keywords beside a `$ref`.
    fn unwrapped<'s>(&self, schema: &'s ReferenceOr<Schema>) -> &'s ReferenceOr<Schema> {
        match schema {
            ReferenceOr::Item(item) => single(item).unwrap_or(schema),
            ReferenceOr::Reference { .. } => schema,
        }
    }

    pub(super) fn undeclared_discriminator(&mut self, name: &str, result: &str, at: &Pointer) {
        let message = format!("the discriminator `{name}` is a property of no variant; {result}");
        self.out.push(
            Diagnostic::notice(Code::UndeclaredDiscriminator, &self.spec.origin(at), message).help(
                "define the property in each variant in the overlay, or remove the discriminator there",
            ),
        );
    }

    /// Reports components with `type` and `id` that are plain objects: in a document with resources they should be one.
    pub(super) fn unrecognised_resources(&mut self) {
        let is_resource = |ty: &Type| matches!(ty.shape, Shape::Resource(_));
        let has_resources = self.types.values().any(is_resource);
        let document = self.document;
        for (name, schema) in document.components.iter().flat_map(|c| &c.schemas) {
            let ReferenceOr::Item(schema) = schema else { continue };
            let Some(members) = members(schema) else { continue };
            let has = |name: &str| members.properties.contains_key(name);
            let is_typed = self.member(members, "type").and_then(constant).is_some();
            let is_plain =
                matches!(self.types.get(&TypeId::schema(name)).map(|ty| &ty.shape), Some(Shape::Struct(_)));
            if is_typed
                && is_plain
                && has("id")
                && (has_resources || has("attributes") || has("relationships"))
            {
                let message = format!(
                    "`{name}` has `type` and `id` but not the shape of a JSON:API resource; it is a plain object"
                );
                let at = self.spec.origin(&Pointer::new("/components/schemas").child(name));
                self.out.push(Diagnostic::notice(Code::UnrecognisedResource, &at, message).help(
                    "in the overlay, give `attributes`, `relationships`, `links` and `meta` the form of JSON:API 1.1, \
                     and move other members into `attributes`",
                ));
            }
        }
    }

    /// A part of a resource (`attributes`, `relationships`) and its location; none if the resource has no such part.
    fn part(&self, of: Members<'_>, name: &str, at: &Pointer) -> Option<(Schema, Pointer)> {
        let schema = of.properties.get(name)?.clone().unbox();
        let at = at.child("properties").child(name);
        let (schema, at) = self.resolve(self.unwrapped(&schema), &at)?;
        Some((schema.clone(), at))
    }

    fn relationships(&mut self, of: Members<'_>, at: &Pointer) -> Option<BTreeMap<String, Relationship>> {
        let Some((schema, at)) = self.part(of, "relationships", at) else { return Some(BTreeMap::new()) };
        let all = self.all_members(&schema, &at)?;
        let mut out = BTreeMap::new();
        for (name, member) in &all.members {
            let (schema, _) = self.resolve(self.unwrapped(&member.schema), &member.at)?;
            let one = members(schema).filter(|m| m.has_only(&["links", "meta", "data"]))?;
            if !self.links(one) || !self.paging_meta(one) {
                return None;
            }
            let (to, kind, nullable) = match one.properties.get("data") {
                None => (Arity::Links, String::new(), false),
                Some(data) => {
                    let data = self.resolve_member(data)?;
                    match self.list_item(data) {
                        Some(item) => (Arity::Many, self.identifier(self.resolve_member(item)?)?, false),
                        None => (Arity::One, self.identifier(data)?, data.schema_data.nullable),
                    }
                }
            };
            let required = member.required;
            let deprecated = schema.schema_data.deprecated;
            out.insert(name.clone(), Relationship { to, kind, required, nullable, deprecated });
        }
        // All variants are read as one, so the discriminator decides nothing; it only has to exist somewhere.
        let attributes =
            self.part(of, "attributes", &at).and_then(|(schema, at)| self.all_members(&schema, &at));
        for (discriminator, at) in &all.discriminators {
            let name = &discriminator.property_name;
            if !attributes.as_ref().is_some_and(|a| a.members.contains_key(name))
                && !all.members.contains_key(name)
            {
                self.undeclared_discriminator(name, "the relationships of all variants are read", at);
            }
        }
        Some(out)
    }

    /// A document that creates or changes a resource.
    fn request(&mut self, name: &str, of: Members<'_>, at: &Pointer) -> Option<Shape> {
        if !of.has_only(&["data", "included"])
            || !of.requires("data")
            || self.relationship_bodies.contains(name)
        {
            return None;
        }
        let schema = self.member(of, "data")?.clone();
        let data = members(&schema)?;
        if !data.has_only(&["type", "id", "attributes", "relationships"]) || !data.requires("type") {
            return None;
        }
        let action = match (data.properties.contains_key("id"), data.requires("id")) {
            (true, true) => Action::Update,
            (false, false) => Action::Create,
            _ => return None,
        };
        let kind = self.kind(data)?;
        let at_data = at.child("properties").child("data");
        let relationships = self.relationships(data, &at_data)?;
        let included = match of.properties.get("included") {
            Some(_) => Some(self.included(name, of, at)?),
            None => None,
        };
        let attributes = self.attributes(data, &TypeId::schema(name).member("data"), &at_data)?;
        let one_of = self.required_sets(&schema, &at_data);
        Some(Shape::Request(Request { action, kind, attributes, relationships, included, one_of }))
    }

    /// The sets of fields of which `anyOf` requires one, next to the properties of a resource.
    fn required_sets(&mut self, schema: &Schema, at: &Pointer) -> BTreeSet<BTreeSet<String>> {
        let SchemaKind::Any(any) = &schema.schema_kind else { return BTreeSet::new() };
        let mut out = BTreeSet::new();
        for (keyword, variants) in [("anyOf", &any.any_of), ("oneOf", &any.one_of)] {
            for (index, variant) in variants.iter().enumerate() {
                let at = at.child(keyword).child(index);
                let set = self.resolve(variant, &at).and_then(|(schema, _)| required_set(schema));
                match set {
                    Some(set) => {
                        out.insert(set);
                    }
                    None => {
                        let message = format!("a variant in `{keyword}` next to `properties` is ignored");
                        let help =
                            "in the overlay, move its members into `properties` and leave `required` alone";
                        self.out.push(
                            Diagnostic::notice(Code::Unsupported, &self.spec.origin(&at), message).help(help),
                        );
                        return BTreeSet::new();
                    }
                }
            }
        }
        out
    }

    /// What `included` holds, always as a union, so that a later version can add to it.
    fn included(&mut self, name: &str, of: Members<'_>, at: &Pointer) -> Option<TypeRef> {
        let schema = self.member(of, "included")?;
        let item = self.list_item(schema)?.clone();
        let id = TypeId::schema(name).member("included").items();
        let at = at.child("properties").child("included").child("items");
        let ty = self.field(&item.clone().unbox(), &id, &at).ty;
        let inline = matches!(&item, ReferenceOr::Item(_)) && ty.named() == Some(&id);
        if inline {
            return Some(ty);
        }
        let kind = self.kind(members(self.resolve_member(&item)?)?)?;
        let union = Union { tag: Some("type".to_owned()), variants: vec![Variant { tag: Some(kind), ty }] };
        self.types.insert(id.clone(), Type::from(Shape::Union(union)));
        Some(TypeRef::Named(id))
    }

    /// A body of a relationship endpoint: `data` holds identifiers, and nothing else is sent.
    fn linkage_body(&self, name: &str, of: Members<'_>) -> Option<Shape> {
        if !of.has_only(&["data"]) || !of.requires("data") || !self.relationship_bodies.contains(name) {
            return None;
        }
        let data = self.member(of, "data")?;
        let nullable = data.schema_data.nullable;
        let (to, kind) = self.linkage(data)?;
        Some(Shape::Linkage(Linkage { to, kind, request: true, nullable }))
    }

    fn linkage(&self, data: &Schema) -> Option<(Arity, String)> {
        match self.list_item(data) {
            Some(item) => Some((Arity::Many, self.identifier(self.resolve_member(item)?)?)),
            None => Some((Arity::One, self.identifier(data)?)),
        }
    }

    /// A document that the server sends.
    fn document(&mut self, name: &str, of: Members<'_>, at: &Pointer) -> Option<Shape> {
        let own = of.has_only(&["data", "included", "links", "meta"]);
        if !own
            || !of.requires("data")
            || !of.properties.contains_key("links")
            || !self.links(of)
            || !self.paging_meta(of)
        {
            return None;
        }
        let property = of.properties.get("data")?.clone();
        let data = self.resolve_member(&property)?.clone();
        if let (Some((to, kind)), false) = (self.linkage(&data), of.properties.contains_key("included")) {
            return Some(Shape::Linkage(Linkage { to, kind, request: false, nullable: false }));
        }
        let included = match of.properties.get("included") {
            Some(_) => Some(self.included(name, of, at)?),
            None => None,
        };
        let at = at.child("properties").child("data");
        match self.list_item(&data) {
            Some(item) => {
                let id = TypeId::schema(name).member("data").items();
                let data = self.field(&item.clone().unbox(), &id, &at.child("items")).ty;
                data.named()?;
                Some(Shape::Page(Document { data, included }))
            }
            None => {
                let data = self.field(&property.unbox(), &TypeId::schema(name).member("data"), &at).ty;
                let meta = of.properties.contains_key("meta");
                (data.named().is_some() && !meta).then_some(Shape::Document(Document { data, included }))
            }
        }
    }
}

/// The attributes and relationships that a schema requires, if it requires some and says nothing else.
fn required_set(schema: &Schema) -> Option<BTreeSet<String>> {
    let (properties, required) = match &schema.schema_kind {
        SchemaKind::Type(OasType::Object(object)) => (&object.properties, &object.required),
        SchemaKind::Any(any) => (&any.properties, &any.required),
        _ => return None,
    };
    let mut out: BTreeSet<String> =
        required.iter().filter(|name| !RESOURCE.contains(&name.as_str())).cloned().collect();
    for (part, schema) in properties {
        let ReferenceOr::Item(schema) = schema else { return None };
        let named = ["attributes", "relationships"].contains(&part.as_str());
        out.extend(required_set(schema).filter(|_| named)?);
    }
    Some(out)
}
