//! Reports JSON:API rules that a document breaks and shapes that it misses.

use std::collections::BTreeSet;

use openapiv3::{ReferenceOr, Schema, SchemaKind, Type as OasType};

use super::Lowering;
use super::schema::combined;
use crate::api::{Api, ById, Request, Resource, Shape, Type, TypeId, Value};
use crate::diagnostic::{Code, Diagnostic, Pointer};

/// Members of a resource object (JSON:API 1.1, "Resource Objects").
const RESOURCE: &[&str] = &["type", "id", "attributes", "relationships", "links", "meta"];

impl Lowering<'_> {
    /// The sets of members of which `anyOf` or `oneOf` next to `properties` requires one; none if they say more.
    pub(super) fn required_sets(&self, schema: &Schema) -> BTreeSet<BTreeSet<String>> {
        let alternatives = ["anyOf", "oneOf"].into_iter().flat_map(|keyword| combined(schema, keyword));
        let sets = alternatives.map(|alternative| {
            let (schema, _) = self.resolve(alternative, &Pointer::root())?;
            required_set(schema)
        });
        sets.collect::<Option<_>>().unwrap_or_default()
    }

    /// Reports discriminators that distinguish nothing. The attributes and relationships of a resource are read as
    /// those of all variants, so theirs only have to exist.
    pub(super) fn undeclared_discriminators(&mut self, recognised: &ById<Type>) {
        for (name, at) in std::mem::take(&mut self.undeclared) {
            let parts: Vec<String> = at.tokens().collect();
            let known = parts.get(2).and_then(|schema| recognised.get(&TypeId::schema(schema.as_str())));
            let is_part = parts.iter().any(|part| RESOURCE.contains(&part.as_str()));
            let result = match known.filter(|_| is_part).map(|ty| &ty.shape) {
                Some(Shape::Resource(r)) if r.relationships.contains_key(&name) => continue,
                Some(Shape::Request(r)) if r.relationships.contains_key(&name) => continue,
                Some(
                    Shape::Resource(Resource { attributes, .. }) | Shape::Request(Request { attributes, .. }),
                ) => {
                    let is_attribute = !parts.iter().any(|part| part == "attributes");
                    match attributes.contains_key(&name) {
                        true if is_attribute => continue,
                        true => "it is read as one of the values of `mapping`",
                        false => "the relationships of all variants are read",
                    }
                }
                _ => "variants are distinguished by their members",
            };
            let message = format!("the discriminator `{name}` is a property of no variant; {result}");
            self.out.push(
                Diagnostic::notice(Code::UndeclaredDiscriminator, &self.spec.origin(&at), message).help(
                    "define the property in each variant in the overlay, or remove the discriminator there",
                ),
            );
        }
    }

    /// Reports components with `type` and `id` that are plain objects: in a document with resources they should be one.
    pub(super) fn unrecognised_resources(&mut self, api: &Api, recognised: &ById<Type>) {
        let has_resources = recognised.values().any(|ty| matches!(ty.shape, Shape::Resource(_)));
        for (id, ty) in api.types.iter().filter(|(id, _)| !recognised.contains_key(*id)) {
            let (Some(name), Shape::Struct(s)) = (id.schema_name(), &ty.shape) else { continue };
            let has = |name: &str| s.fields.contains_key(name);
            let kind = s.fields.get("type").and_then(|field| api.resolve(field.ty.as_named()?));
            let is_typed = matches!(kind.map(|(_, ty)| &ty.shape),
                Some(Shape::Enum(e)) if matches!(e.values.as_slice(), [Value::String(_)]));
            if is_typed && has("id") && (has_resources || has("attributes") || has("relationships")) {
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
}

/// The attributes and relationships that a schema requires, if it requires some and says nothing else.
pub(super) fn required_set(schema: &Schema) -> Option<BTreeSet<String>> {
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
