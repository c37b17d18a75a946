//! The alternatives of a `oneOf` go in; a union comes out, and what tells its variants apart.

use openapiv3::{ReferenceOr, Schema};

use super::Lowering;
use super::schema::{constant, members};
use crate::api::{Shape, TypeRef, Union, Variant};
use crate::diagnostic::Pointer;

impl Lowering<'_> {
    /// Lowers the alternatives; a discriminator decides, else a member that is a different constant in each.
    pub(super) fn union(
        &mut self,
        schema: &Schema,
        alternatives: &[ReferenceOr<Schema>],
        id: &str,
        at: &Pointer,
    ) -> Shape {
        if let [one] = alternatives {
            let ty = self.field(one, id, &at.child(0)).ty;
            if !matches!(&ty, TypeRef::Named(_)) {
                return Shape::Alias(ty);
            }
        }
        let discriminator = schema.schema_data.discriminator.as_ref();
        let tag = match discriminator {
            Some(discriminator) => Some(discriminator.property_name.clone()),
            None => self.constant_member(alternatives),
        };
        let mut variants = Vec::new();
        let inline = alternatives.iter().filter(|a| matches!(a, ReferenceOr::Item(_))).count();
        for (index, alternative) in alternatives.iter().enumerate() {
            let own = if inline > 2 { format!("{id}.value{index}") } else { format!("{id}.value") };
            let ty = self.field(alternative, &own, &at.child(index)).ty;
            let Some(member) = &tag else {
                variants.push(Variant { tag: None, ty });
                continue;
            };
            let name = ty.named().unwrap_or_default();
            let mapped: Vec<String> = discriminator
                .into_iter()
                .flat_map(|d| &d.mapping)
                .filter(|(_, target)| target.rsplit('/').next() == Some(name))
                .map(|(value, _)| value.clone())
                .collect();
            let tags = match (mapped.is_empty(), self.constant_of(alternative, member)) {
                (false, _) => mapped,
                (true, Some(value)) => vec![value],
                (true, None) => vec![name.to_owned()],
            };
            variants.extend(tags.into_iter().map(|tag| Variant { tag: Some(tag), ty: ty.clone() }));
        }
        variants.sort();
        variants.dedup();
        let ambiguous =
            variants.iter().zip(variants.iter().skip(1)).any(|(a, b)| a.tag.is_some() && a.tag == b.tag);
        if ambiguous {
            return Shape::Alias(self.unsupported(at, "a union in which two variants have one tag"));
        }
        Shape::Union(Union { tag, variants })
    }

    /// A required member that every alternative declares as a constant of its own.
    fn constant_member(&self, alternatives: &[ReferenceOr<Schema>]) -> Option<String> {
        let (first, _) = self.resolve(alternatives.first()?, &Pointer::root())?;
        let names = members(first)?.properties.keys();
        names
            .filter(|name| {
                let values: Vec<_> = alternatives.iter().map(|a| self.constant_of(a, name)).collect();
                let mut distinct: Vec<_> = values.iter().flatten().collect();
                distinct.sort();
                distinct.dedup();
                distinct.len() == alternatives.len()
            })
            .min()
            .cloned()
    }

    fn constant_of(&self, alternative: &ReferenceOr<Schema>, member: &str) -> Option<String> {
        let (schema, _) = self.resolve(alternative, &Pointer::root())?;
        let property = members(schema)?.properties.get(member)?;
        constant(self.resolve_member(property)?).map(str::to_owned)
    }
}
