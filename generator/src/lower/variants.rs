//! Merges the parts and variants of an object schema into one set of members.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use openapiv3::{Discriminator, ReferenceOr, Schema, SchemaKind, StringType, Type as OasType};

use super::Lowering;
use super::compose::Parts;
use super::schema::{Members, members};
use crate::diagnostic::Pointer;

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
        self.discriminators.extend(other.discriminators);
        self.required.extend(other.required);
    }

    /// Requires members, wherever they are defined.
    fn require(&mut self, names: impl Iterator<Item = (String, Pointer)>) {
        for (name, at) in names {
            if let Some(member) = self.members.get_mut(&name) {
                member.required = true;
            }
            self.required.push((name, at));
        }
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

impl<'a> Lowering<'a> {
    /// The members that values of `schema` may have, through `allOf`, `oneOf` and `anyOf`; none if it is not an object
    /// of named members.
    ///
    /// A discriminating member without a list of values gets those of the mapping.
    pub(super) fn all_members(&self, schema: &Schema, at: &Pointer) -> Option<Merged> {
        let mut parts = Parts::default();
        self.gather_item(schema, at, None, &mut parts);
        let mut out = self.members_of(&parts, at)?;
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

    fn members_of(&self, parts: &Parts<'_>, at: &Pointer) -> Option<Merged> {
        if !parts.is_object_only() {
            return None;
        }
        let mut out = Merged::default();
        for (schema, at) in &parts.objects {
            let own = members(schema).filter(|own| own.additional.is_none())?;
            out.and(own_members(own, at));
        }
        for choice in &parts.choices {
            let mut variants: Option<Merged> = None;
            for (index, variant) in choice.alternatives.iter().enumerate() {
                // A schema that is listed twice, as for two values of a discriminator, is one variant.
                if choice.alternatives.iter().take(index).any(|earlier| earlier.schema == variant.schema) {
                    continue;
                }
                let mut parts = Parts::default();
                self.gather(variant.schema, &variant.at, &mut parts);
                // The members that one variant requires are optional for the others.
                let variant = Merged { required: Vec::new(), ..self.members_of(&parts, &variant.at)? };
                match &mut variants {
                    None => variants = Some(variant),
                    Some(variants) => variants.or(variant, |one, other| self.is_same(one, other)),
                }
            }
            out.and(variants.unwrap_or_default());
            if let Some(discriminator) = choice.discriminator {
                out.discriminators.push((discriminator.clone(), at.child("discriminator")));
            }
        }
        out.require(parts.required.iter().map(|name| ((*name).clone(), at.child("properties"))));
        Some(out)
    }

    fn is_same(&self, one: &Member, other: &Member) -> bool {
        one.schema == other.schema
            || self.resolve(&one.schema, &one.at).map(|(schema, _)| schema)
                == self.resolve(&other.schema, &other.at).map(|(schema, _)| schema)
    }
}

fn own_members(own: Members<'_>, at: &Pointer) -> Merged {
    let at = at.child("properties");
    let members = own.properties.iter().map(|(name, schema)| {
        let required = own.requires(name);
        (name.clone(), Member { schema: schema.clone().unbox(), at: at.child(name), required })
    });
    Merged { members: members.collect(), ..Merged::default() }
}
