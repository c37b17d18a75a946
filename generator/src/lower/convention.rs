//! Components go in; those that the runtime stands for come out with their members and where they stand.

use std::collections::BTreeMap;

use openapiv3::{ReferenceOr, Schema};

use super::Lowering;
use super::schema::{Members, limits, members};
use crate::api::{Arity, Convention, ConventionUse, Field, Fields, Shape, TypeId, TypeRef};

impl Lowering<'_> {
    /// Schemas behind `links` and `meta` of what has a JSON:API shape.
    pub(super) fn conventions(&self) -> BTreeMap<String, Convention> {
        let mut out: BTreeMap<String, Convention> = BTreeMap::new();
        let schemas = self.document.components.iter().flat_map(|c| &c.schemas);
        for (name, schema) in schemas {
            let ReferenceOr::Item(schema) = schema else { continue };
            let Some(whole) = members(schema) else { continue };
            let place = match self.types.get(&TypeId::schema(name)).map(|t| &t.shape) {
                Some(Shape::Document(_)) => ConventionUse::Document,
                Some(Shape::Page(_)) => ConventionUse::Page,
                Some(Shape::Linkage(l)) if !l.request && l.to == Arity::Many => ConventionUse::Page,
                Some(Shape::Linkage(l)) if !l.request => ConventionUse::Document,
                Some(Shape::Resource(_)) => ConventionUse::Resource,
                _ => continue,
            };
            self.collect(whole, place, &mut out);
            if place == ConventionUse::Resource
                && let Some(all) = self.inner(whole, "relationships")
            {
                for one in all.properties.values() {
                    if let Some(one) = self.resolve_member(one).and_then(members) {
                        self.collect(one, ConventionUse::Relationship, &mut out);
                    }
                }
            }
        }
        out
    }

    fn inner<'s>(&'s self, of: Members<'s>, name: &str) -> Option<Members<'s>> {
        self.resolve_member(of.properties.get(name)?).and_then(members)
    }

    fn collect(&self, of: Members<'_>, place: ConventionUse, out: &mut BTreeMap<String, Convention>) {
        for member in ["links", "meta"] {
            let Some(ReferenceOr::Reference { reference }) = of.properties.get(member) else { continue };
            let Some(name) = super::component(reference, "schemas") else { continue };
            let Some(schema) = self.inner(of, member) else { continue };
            let convention = out.entry(name.to_owned()).or_default();
            if convention.uses.insert(place) && convention.members.is_empty() {
                self.leaves(schema, "", 0, &mut convention.members);
            }
        }
    }

    fn leaves(&self, of: Members<'_>, before: &str, depth: usize, out: &mut Fields) {
        for (name, schema) in of.properties {
            let Some(schema) = self.resolve_member(schema) else { continue };
            let path = format!("{before}{name}");
            let mut field = Field::from(self.leaf(schema));
            field.required = of.requires(name);
            field.nullable = schema.schema_data.nullable;
            field.deprecated = schema.schema_data.deprecated;
            field.limits = limits(schema);
            out.insert(path.clone(), field);
            if let (Some(inner), true) = (members(schema), depth < 4) {
                self.leaves(inner, &format!("{path}."), depth + 1, out);
            }
        }
    }

    fn leaf(&self, schema: &Schema) -> TypeRef {
        use openapiv3::{SchemaKind, Type};
        match &schema.schema_kind {
            SchemaKind::Type(Type::String(_)) => TypeRef::String,
            SchemaKind::Type(Type::Integer(_)) => TypeRef::Integer,
            SchemaKind::Type(Type::Number(_)) => TypeRef::Number,
            SchemaKind::Type(Type::Boolean(_)) => TypeRef::Boolean,
            SchemaKind::Type(Type::Array(_)) => TypeRef::List(Box::new(TypeRef::Any)),
            _ => TypeRef::Any,
        }
    }
}
