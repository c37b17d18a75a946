//! The alternatives of a `oneOf` go in; a union comes out, and what tells its variants apart.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{Discriminator, ReferenceOr, Schema, SchemaKind, Type as OasType};

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
        let discriminator = self.declared_discriminator(schema, alternatives, at);
        let tag = match discriminator {
            Some(discriminator) => Some(discriminator.property_name.clone()),
            None => self.constant_member(alternatives),
        };
        let mut variants = Vec::new();
        let inline = alternatives.iter().filter(|a| own_word(a, None).is_some()).count();
        let mut words: Vec<String> = Vec::new();
        for (index, alternative) in alternatives.iter().enumerate() {
            let constant = tag.as_ref().and_then(|member| self.constant_of(alternative, member));
            let word = match own_word(alternative, constant) {
                Some(word) if inline > 1 => word,
                _ => "value".to_owned(),
            };
            if inline > 1 && own_word(alternative, None).is_some() && words.contains(&word) {
                let what = "a union of inline schemas that nothing tells apart";
                return Shape::Alias(self.unsupported(&at.child(index), what));
            }
            let own = format!("{id}.{word}");
            words.push(word);
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

    /// The discriminator, if a variant defines its property: what no variant has tells none of them.
    fn declared_discriminator<'s>(
        &mut self,
        schema: &'s Schema,
        alternatives: &[ReferenceOr<Schema>],
        at: &Pointer,
    ) -> Option<&'s Discriminator> {
        let discriminator = schema.schema_data.discriminator.as_ref()?;
        let name = &discriminator.property_name;
        let defines = |alternative: &ReferenceOr<Schema>| {
            let Some((schema, at)) = self.resolve(alternative, &Pointer::root()) else { return false };
            // A base that others extend has the property for them.
            self.merged(schema, &at).is_none_or(|merged| merged.members.contains_key(name))
        };
        if alternatives.iter().any(defines) {
            return Some(discriminator);
        }
        let at = at.parent().unwrap_or_default().child("discriminator");
        self.undeclared_discriminator(name, "variants are told apart by their members", &at);
        None
    }

    /// A component that others hold as a part and that has a discriminator is one of these others (OpenAPI 3.0, "Composition
    /// and Inheritance"). One that is itself such a base and has no value of its own stands for those that hold it.
    pub(super) fn family(&mut self, name: &str, schema: &Schema) -> Option<Shape> {
        let discriminator = schema.schema_data.discriminator.as_ref()?;
        let mut by_tag: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut open: Vec<&String> = self.families.get(name)?.iter().collect();
        let mut seen: BTreeSet<&String> = BTreeSet::new();
        while let Some(child) = open.pop() {
            if !seen.insert(child) {
                continue;
            }
            let values = self.tag_values(discriminator, child);
            // What holds the child is one of the base, too, unless the child has a way of its own to tell.
            let own = self.families.get(child).filter(|_| values.is_empty() || !self.is_base(child));
            open.extend(own.into_iter().flatten());
            if own.is_some() && values.is_empty() {
                continue;
            }
            let values = if values.is_empty() { vec![child.clone()] } else { values };
            for value in values {
                by_tag.entry(value).or_default().insert(child.clone());
            }
        }
        let mut variants = Vec::new();
        for (tag, types) in by_tag {
            let ty = match types.first() {
                Some(only) if types.len() == 1 => TypeRef::Named(only.clone()),
                // The tag alone does not decide, so the members do.
                _ => {
                    let id = format!("{name}.{tag}");
                    let types: BTreeSet<String> = types.iter().flat_map(|name| self.ends(name)).collect();
                    let variants =
                        types.into_iter().map(|name| Variant { tag: None, ty: TypeRef::Named(name) });
                    let union = Union { tag: None, variants: variants.collect() };
                    self.types.insert(id.clone(), Shape::Union(union).into());
                    TypeRef::Named(id)
                }
            };
            variants.push(Variant { tag: Some(tag), ty });
        }
        Some(Shape::Union(Union { tag: Some(discriminator.property_name.clone()), variants }))
    }

    /// What a component stands for that is a base in turn: those that hold it and that nothing else holds.
    fn ends(&self, name: &str) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut open = vec![name];
        while let Some(name) = open.pop() {
            match self.families.get(name).filter(|_| self.is_base(name)) {
                Some(held) if seen.insert(name) => open.extend(held.iter().map(String::as_str)),
                Some(_) => {}
                None => {
                    out.insert(name.to_owned());
                }
            }
        }
        out
    }

    /// Whether a component has a discriminator.
    fn is_base(&self, name: &str) -> bool {
        let schema = self.document.components.as_ref().and_then(|c| c.schemas.get(name));
        matches!(schema, Some(ReferenceOr::Item(schema)) if schema.schema_data.discriminator.is_some())
    }

    /// What the discriminator of its base holds for a component.
    fn tag_values(&self, discriminator: &Discriminator, name: &str) -> Vec<String> {
        let mapping = discriminator.mapping.iter();
        let mapped: Vec<String> = mapping
            .filter(|(_, target)| target.rsplit('/').next() == Some(name))
            .map(|(value, _)| value.clone())
            .collect();
        if !mapped.is_empty() {
            return mapped;
        }
        let schema = self.document.components.as_ref().and_then(|c| c.schemas.get(name));
        let Some(ReferenceOr::Item(schema)) = schema else { return Vec::new() };
        let value = schema.schema_data.extensions.get("x-ms-discriminator-value").and_then(|v| v.as_str());
        value.map(str::to_owned).into_iter().collect()
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

/// What an alternative that becomes a type of its own is called: its constant, else the members that it must have. Not
/// its place in the list, which the vendor may change.
fn own_word(alternative: &ReferenceOr<Schema>, constant: Option<String>) -> Option<String> {
    let ReferenceOr::Item(schema) = alternative else { return None };
    let word = match &schema.schema_kind {
        SchemaKind::Type(OasType::String(string)) if string.enumeration.is_empty() => return None,
        SchemaKind::Type(OasType::Integer(integer)) if integer.enumeration.is_empty() => return None,
        SchemaKind::Type(OasType::Number(_) | OasType::Boolean(_)) => return None,
        SchemaKind::Type(OasType::Array(array)) => {
            let item = array.items.clone()?.unbox();
            own_word(&item, None)?;
            "list".to_owned()
        }
        _ => {
            let members = members(schema);
            let all = members.map(|m| m.properties.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
            let mut names = members.map(|m| m.required.to_vec()).filter(|r| !r.is_empty()).unwrap_or(all);
            names.sort();
            if names.is_empty() { "value".to_owned() } else { names.join(" ") }
        }
    };
    Some(constant.unwrap_or(word))
}
