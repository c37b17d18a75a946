//! Merges the parts and variants of an object schema into one set of members.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use openapiv3::{Discriminator, ReferenceOr, Schema, SchemaKind, StringType, Type as OasType};

use super::Lowering;
use super::schema::{Members, members};
use crate::diagnostic::Pointer;

/// A chain of `allOf` and `oneOf` that is longer has a cycle.
const MAX_DEPTH: usize = 64;

/// A member of a merged object.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) schema: ReferenceOr<Schema>,
    pub(super) at: Pointer,
    pub(super) required: bool,
}

/// The members that a value of the object may have.
#[derive(Default)]
pub(super) struct Merged {
    pub(super) members: IndexMap<String, Member>,
    /// Those of its unions, each with its location.
    pub(super) discriminators: Vec<(Discriminator, Pointer)>,
    /// Names that `required` lists, each with the location of the properties beside it.
    pub(super) required: Vec<(String, Pointer)>,
}

impl Merged {
    /// Adds the members of another part of the same value.
    fn and(&mut self, other: Self) {
        for (name, member) in other.members {
            match self.members.get_mut(&name) {
                Some(known) => known.required |= member.required,
                None => {
                    self.members.insert(name, member);
                }
            }
        }
        for (name, _) in &other.required {
            if let Some(member) = self.members.get_mut(name) {
                member.required = true;
            }
        }
        for (name, _) in &self.required {
            if let Some(member) = self.members.get_mut(name) {
                member.required = true;
            }
        }
        self.discriminators.extend(other.discriminators);
        self.required.extend(other.required);
    }

    /// Adds the members of another variant: a value has these or those.
    fn or(&mut self, other: Self, same: impl Fn(&Member, &Member) -> bool) {
        for (name, member) in &mut self.members {
            member.required &= other.members.get(name).is_some_and(|other| other.required);
        }
        for (name, member) in other.members {
            match self.members.get_mut(&name) {
                Some(known) if same(known, &member) => {}
                Some(known) => known.schema = either(known, &member),
                None => {
                    self.members.insert(name, Member { required: false, ..member });
                }
            }
        }
        self.discriminators.extend(other.discriminators);
        self.required.extend(other.required);
    }
}

/// A member that variants declare differently: constants become one enum, other types a union.
fn either(one: &Member, other: &Member) -> ReferenceOr<Schema> {
    if let (Some(values), Some(more)) = (constants(&one.schema), constants(&other.schema)) {
        let all: BTreeSet<&String> = values.into_iter().chain(more).collect();
        return string_enum(all.into_iter());
    }
    let mut alternatives = match &one.schema {
        // A third variant joins the union of the first two.
        ReferenceOr::Item(Schema { schema_kind: SchemaKind::OneOf { one_of }, .. }) => one_of.clone(),
        schema => vec![schema.clone()],
    };
    if !alternatives.contains(&other.schema) {
        alternatives.push(other.schema.clone());
    }
    ReferenceOr::Item(Schema {
        schema_data: Default::default(),
        schema_kind: SchemaKind::OneOf { one_of: alternatives },
    })
}

/// The values of a string enum.
fn constants(schema: &ReferenceOr<Schema>) -> Option<Vec<&String>> {
    match schema {
        ReferenceOr::Item(Schema { schema_kind: SchemaKind::Type(OasType::String(string)), .. }) => {
            let values: Vec<&String> = string.enumeration.iter().flatten().collect();
            (!values.is_empty()).then_some(values)
        }
        _ => None,
    }
}

/// A schema that only constrains objects, such as `required` alone.
fn is_untyped(schema: &Schema) -> bool {
    match &schema.schema_kind {
        SchemaKind::Any(any) => {
            any.typ.as_deref().is_none_or(|ty| ty == "object")
                && any.items.is_none()
                && any.enumeration.is_empty()
        }
        _ => false,
    }
}

fn is_free_text(schema: &Schema) -> bool {
    matches!(&schema.schema_kind, SchemaKind::Type(OasType::String(string)) if string.enumeration.is_empty())
}

/// An enum of these values.
pub(super) fn string_enum<'v>(values: impl Iterator<Item = &'v String>) -> ReferenceOr<Schema> {
    let string = StringType { enumeration: values.cloned().map(Some).collect(), ..StringType::default() };
    ReferenceOr::Item(Schema {
        schema_data: Default::default(),
        schema_kind: SchemaKind::Type(OasType::String(string)),
    })
}

impl Lowering<'_> {
    /// The members that values of `schema` may have, through `allOf`, `oneOf` and `anyOf`; none if it is not an object
    /// of named members.
    ///
    /// A discriminating member without a list of values gets those of the mapping.
    pub(super) fn merged(&self, schema: &Schema, at: &Pointer) -> Option<Merged> {
        let mut out = self.parts(schema, at, 0)?;
        for (discriminator, _) in &out.discriminators {
            if let Some(member) = out.members.get_mut(&discriminator.property_name)
                && !discriminator.mapping.is_empty()
                && self.resolve(&member.schema, &member.at).is_some_and(|(schema, _)| is_free_text(schema))
            {
                member.schema = string_enum(discriminator.mapping.keys());
            }
        }
        Some(out)
    }

    fn parts(&self, schema: &Schema, at: &Pointer, depth: usize) -> Option<Merged> {
        if depth > MAX_DEPTH {
            return None;
        }
        let no_parts: &[ReferenceOr<Schema>] = &[];
        let (all, one, any) = match &schema.schema_kind {
            SchemaKind::AllOf { all_of } => (all_of.as_slice(), no_parts, no_parts),
            SchemaKind::OneOf { one_of } => (no_parts, one_of.as_slice(), no_parts),
            SchemaKind::AnyOf { any_of } => (no_parts, no_parts, any_of.as_slice()),
            SchemaKind::Any(any) => (any.all_of.as_slice(), any.one_of.as_slice(), any.any_of.as_slice()),
            SchemaKind::Type(OasType::Object(_)) => (no_parts, no_parts, no_parts),
            SchemaKind::Type(_) | SchemaKind::Not { .. } => return None,
        };
        let mut out = Merged::default();
        match members(schema) {
            Some(own) if own.additional.is_some() => return None,
            Some(own) => out.and(self.own(own, at)),
            None if all.is_empty() && one.is_empty() && any.is_empty() && !is_untyped(schema) => return None,
            None => {}
        }
        for (index, part) in all.iter().enumerate() {
            let (part, at) = self.resolve(part, &at.child("allOf").child(index))?;
            out.and(self.parts(part, &at, depth + 1)?);
        }
        for (keyword, variants) in [("oneOf", one), ("anyOf", any)] {
            let at = at.child(keyword);
            let mut merged: Option<Merged> = None;
            for (index, variant) in variants.iter().enumerate() {
                // A schema that is listed twice, as for two values of a discriminator, is one variant.
                if variants.iter().take(index).any(|earlier| earlier == variant) {
                    continue;
                }
                let (variant, at) = self.resolve(variant, &at.child(index))?;
                // The members that one variant requires are optional for the others.
                let variant = Merged { required: Vec::new(), ..self.parts(variant, &at, depth + 1)? };
                match &mut merged {
                    None => merged = Some(variant),
                    Some(merged) => merged.or(variant, |one, other| self.is_same(one, other)),
                }
            }
            out.and(merged.unwrap_or_default());
        }
        if let Some(discriminator) = &schema.schema_data.discriminator
            && !(one.is_empty() && any.is_empty())
        {
            out.discriminators.push((discriminator.clone(), at.child("discriminator")));
        }
        Some(out)
    }

    fn own(&self, own: Members<'_>, at: &Pointer) -> Merged {
        let at = at.child("properties");
        let members = own.properties.iter().map(|(name, schema)| {
            let required = own.requires(name);
            (name.clone(), Member { schema: schema.clone().unbox(), at: at.child(name), required })
        });
        let required = own.required.iter().map(|name| (name.clone(), at.clone()));
        Merged { members: members.collect(), discriminators: Vec::new(), required: required.collect() }
    }

    fn is_same(&self, one: &Member, other: &Member) -> bool {
        one.schema == other.schema
            || self.resolve(&one.schema, &one.at).map(|(schema, _)| schema)
                == self.resolve(&other.schema, &other.at).map(|(schema, _)| schema)
    }
}
