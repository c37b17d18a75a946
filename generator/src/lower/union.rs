//! Lowers the alternatives of a `oneOf` or `anyOf` to a union, and finds the member that distinguishes its variants.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt as _};
use openapiv3::{Discriminator, ReferenceOr, Schema, SchemaKind, Type as OasType};

use super::Lowering;
use super::compose::{Alternative, Parts};
use super::constraints::constraints;
use super::dereferenced::canonical_text;
use super::operation::lifecycle;
use super::schema::{combined, members, says_nothing, values};
use crate::api::{self, Field, Shape, TypeId, TypeRef, Union, Value, Variant};
use crate::diagnostic::Pointer;
use crate::load::DEFAULT_MAPPING;
use crate::stack::deeper;

/// An alternative with its members, which may be declared in parts of it.
struct Arm<'s> {
    alternative: Alternative<'s>,
    parts: Parts<'s>,
    /// The component that it refers to.
    name: Option<&'s str>,
}

impl<'a> Lowering<'a> {
    /// Lowers alternatives. A discriminator decides, else a member that is a constant in them, else their shape. Objects
    /// among them have the members of `base`, too.
    pub(super) fn union<'s>(
        &mut self,
        discriminator: Option<&'s Discriminator>,
        alternatives: Vec<Alternative<'s>>,
        base: Option<&Parts<'s>>,
        id: &TypeId,
        at: &Pointer,
    ) -> Shape
    where
        'a: 's,
    {
        let mut open: Vec<Alternative<'s>> = Vec::new();
        flatten(alternatives, &mut open);
        let all = open.len();
        open.retain(|a| !is_null(a.schema) && (base.is_none() || !says_nothing(a.schema)));
        if let ([one], true) = (open.as_slice(), base.is_none()) {
            // A single reference stays a union, so that a later version can add to it.
            match one.schema {
                ReferenceOr::Item(schema) => return self.shape(schema, id, &one.at),
                ReferenceOr::Reference { .. } if all > 1 => {
                    return Shape::Alias(self.field(one.schema, id, &one.at).ty);
                }
                ReferenceOr::Reference { .. } => {}
            }
        }
        let arms: Vec<Arm<'s>> = open.into_iter().map(|a| self.arm(a)).collect();
        let fact = discriminator.map(fact);
        let discriminator = self.declared(discriminator, (&arms, base), at);
        let tag = match discriminator {
            Some(discriminator) => Some(discriminator.property_name.clone()),
            None => self.constant_member(&arms),
        };
        let constants: Vec<Option<String>> =
            arms.iter().map(|arm| self.constant_of(&arm.parts, tag.as_ref()?)).collect();
        let words = words(&arms, &constants);
        let mapped = discriminator.map(mapped).unwrap_or_default();
        let mut variants = Vec::new();
        for ((arm, constant), word) in arms.iter().zip(constants).zip(words) {
            let own = id.member(word);
            let variant = self.variant(arm, base, &own);
            let Some(_) = &tag else {
                variants.push(variant);
                continue;
            };
            let named = variant.ty.named().filter(|id| **id != own);
            let name = arm.name.or_else(|| named.and_then(TypeId::schema_name));
            let tags = match (name.and_then(|name| mapped.get(name)), constant, name) {
                (Some(values), _, _) => values.clone(),
                (None, Some(value), _) => vec![value],
                // A value of a union without discriminator has a constant, or an unknown tag.
                (None, None, Some(name)) if discriminator.is_some() && may_be_object(arm) => {
                    vec![name.to_owned()]
                }
                (None, None, _) => {
                    variants.push(variant);
                    continue;
                }
            };
            variants.extend(tags.into_iter().map(|tag| Variant { tag: Some(tag), ..variant.clone() }));
        }
        variants.extend(discriminator.and_then(|one| self.default_variant(one, at)));
        Variant::order(&mut variants);
        match variants.is_empty() {
            true => match base {
                Some(base) => Shape::Struct(self.merged(base, id, at)),
                None => Shape::Alias(TypeRef::Any),
            },
            false => Shape::Union(Union { tag, variants, discriminator: fact }),
        }
    }

    /// The variant of values without a known tag (OpenAPI 3.2).
    fn default_variant(&mut self, discriminator: &Discriminator, at: &Pointer) -> Option<Variant> {
        let target = discriminator.extensions.get(DEFAULT_MAPPING)?.as_str().unwrap_or_default();
        let name = super::component(target, "schemas").unwrap_or(target);
        if !self.document.components.as_ref().is_some_and(|c| c.schemas.contains_key(name)) {
            let message = format!("`{target}` in `defaultMapping` is not a schema; it is ignored");
            self.approximated(&at.child("discriminator"), message, "name a schema in the overlay");
            return None;
        }
        Some(TypeRef::Named(TypeId::schema(name)).into())
    }

    fn arm<'s>(&self, alternative: Alternative<'s>) -> Arm<'s>
    where
        'a: 's,
    {
        let mut parts = Parts::default();
        self.gather(alternative.schema, &alternative.at, &mut parts);
        let name = match alternative.schema {
            ReferenceOr::Reference { reference } => super::component(reference, "schemas"),
            ReferenceOr::Item(_) => None,
        };
        Arm { alternative, parts, name }
    }

    /// A variant without its tag; an object that has not all members of the base becomes one that has them.
    fn variant<'s>(&mut self, arm: &Arm<'s>, base: Option<&Parts<'s>>, own: &TypeId) -> Variant
    where
        'a: 's,
    {
        let Alternative { schema, at } = &arm.alternative;
        let is_more = |base: &&Parts<'s>| {
            arm.parts.is_open()
                || (arm.parts.is_plain_object() && !base.names().is_subset(&arm.parts.names()))
        };
        let Some(base) = base.filter(is_more) else {
            return self.field(schema, own, at).into();
        };
        let mut out = Field::from(TypeRef::Any);
        if let Some(schema) = schema.as_item() {
            out.constraints = constraints(schema);
            out.deprecated = schema.schema_data.deprecated;
            out.lifecycle = lifecycle(&schema.schema_data.extensions);
        }
        if self.work.take(base.objects.len()) {
            let mut whole = base.clone();
            self.gather(schema, at, &mut whole);
            let shape = self.assembled(whole, own, at);
            out.ty = self.placed(shape, own, None);
        }
        out.into()
    }

    /// The discriminator, if a variant defines its property: a property that no variant has distinguishes none of them.
    fn declared<'s>(
        &mut self,
        discriminator: Option<&'s Discriminator>,
        (arms, base): (&[Arm<'_>], Option<&Parts<'_>>),
        at: &Pointer,
    ) -> Option<&'s Discriminator> {
        let discriminator = discriminator?;
        let name = discriminator.property_name.as_str();
        // Variants of a variant define it for themselves, and a value that is not an object is distinguished by its type.
        let is_common = base.is_some_and(|base| base.names().contains(name));
        if is_common
            || arms.iter().any(|arm| !arm.parts.is_plain_object() || arm.parts.names().contains(name))
        {
            return Some(discriminator);
        }
        self.undeclared.push((name.to_owned(), at.child("discriminator")));
        None
    }

    /// A component with a discriminator that others contain as a part is one of these others (OpenAPI 3.0, "Composition
    /// and Inheritance"). One that is itself such a base and has no own value represents those that contain it.
    pub(super) fn family(&mut self, name: &str, schema: &Schema) -> Option<Shape> {
        let discriminator = schema.schema_data.discriminator.as_ref()?;
        let mapped = mapped(discriminator);
        let mut by_tag: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut open: Vec<&String> = self.families.get(name)?.iter().collect();
        let mut seen: BTreeSet<&String> = BTreeSet::new();
        while let Some(child) = open.pop() {
            if !seen.insert(child) {
                continue;
            }
            let values = self.tag_values(&mapped, child);
            // Components that contain the child are variants of the base, too, unless the child has its own discriminator.
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
                Some(only) if types.len() == 1 => TypeRef::Named(TypeId::schema(only)),
                // The tag alone does not decide, so the members do.
                _ => {
                    let id = TypeId::schema(name).member(&tag);
                    let types: BTreeSet<String> = types.iter().flat_map(|name| self.ends(name)).collect();
                    let variants = types.into_iter().map(|name| TypeRef::Named(TypeId::schema(name)).into());
                    let union = Union { variants: variants.collect(), ..Union::default() };
                    self.types.insert(id.clone(), Shape::Union(union).into());
                    TypeRef::Named(id)
                }
            };
            variants.push(Variant { tag: Some(tag), ..ty.into() });
        }
        Some(Shape::Union(Union {
            tag: Some(discriminator.property_name.clone()),
            variants,
            discriminator: Some(fact(discriminator)),
        }))
    }

    /// The variants of a component that is a base in turn: those that contain it and that nothing else contains.
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

    /// True if a component has a discriminator.
    fn is_base(&self, name: &str) -> bool {
        let schema = self.document.components.as_ref().and_then(|c| c.schemas.get(name));
        matches!(schema, Some(ReferenceOr::Item(schema)) if schema.schema_data.discriminator.is_some())
    }

    /// The values of its base's discriminator for a component.
    fn tag_values(&self, mapped: &HashMap<&str, Vec<String>>, name: &str) -> Vec<String> {
        if let Some(values) = mapped.get(name) {
            return values.clone();
        }
        let schema = self.document.components.as_ref().and_then(|c| c.schemas.get(name));
        let Some(ReferenceOr::Item(schema)) = schema else { return Vec::new() };
        let value = schema.schema_data.extensions.get("x-ms-discriminator-value").and_then(|v| v.as_str());
        value.map(str::to_owned).into_iter().collect()
    }

    /// A member that alternatives declare as a constant: of several, the one that most of them have.
    fn constant_member(&self, arms: &[Arm<'_>]) -> Option<String> {
        let mut constants: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for arm in arms {
            for name in arm.parts.names() {
                constants.entry(name).or_default().extend(self.constant_of(&arm.parts, name));
            }
        }
        let ranked = constants.into_iter().filter_map(|(name, constants)| {
            let distinct = constants.iter().collect::<BTreeSet<_>>().len();
            // One value that all have distinguishes none.
            let tells = distinct > 1 || (distinct == 1 && (constants.len() < arms.len() || arms.len() == 1));
            tells.then_some((constants.len(), distinct, std::cmp::Reverse(name)))
        });
        ranked.max().map(|(_, _, std::cmp::Reverse(name))| name.to_owned())
    }

    fn constant_of(&self, parts: &Parts<'_>, member: &str) -> Option<String> {
        let properties =
            parts.objects.iter().filter_map(|(schema, _)| members(schema)?.properties.get(member));
        properties.rev().find_map(|property| only_value(self.resolve_member(property)?))
    }

    /// True if a schema allows null, directly or in one of its parts.
    pub(super) fn is_nullable(&mut self, schema: &ReferenceOr<Schema>) -> bool {
        let item = match schema {
            ReferenceOr::Item(item) => item,
            ReferenceOr::Reference { reference } => {
                let Some(name) = super::component(reference, "schemas") else { return false };
                if let Some(known) = self.nullable.get(name) {
                    return *known;
                }
                // A component that contains itself is not nullable for that.
                self.nullable.insert(name.to_owned(), false);
                let document = self.document;
                let Some(target) = document.components.as_ref().and_then(|c| c.schemas.get(name)) else {
                    return false;
                };
                let nullable = deeper(|| self.is_nullable(target));
                self.nullable.insert(name.to_owned(), nullable);
                return nullable;
            }
        };
        let parts = combined(item, "allOf");
        let describes = |part: &&ReferenceOr<Schema>| says_nothing(part);
        item.schema_data.nullable
            || is_null(schema)
            || has_null(item)
            || ["oneOf", "anyOf"]
                .iter()
                .any(|keyword| combined(item, keyword).iter().any(|a| is_null(a) || self.is_nullable(a)))
            || parts.iter().filter(describes).any(|part| self.is_nullable(part))
            || (parts.iter().any(|part| !says_nothing(part))
                && parts.iter().filter(|part| !says_nothing(part)).all(|part| self.is_nullable(part)))
    }
}

/// The values of a discriminator by the name of their schema.
fn mapped(discriminator: &Discriminator) -> HashMap<&str, Vec<String>> {
    let mut out: HashMap<&str, Vec<String>> = HashMap::new();
    for (value, target) in &discriminator.mapping {
        out.entry(target.rsplit('/').next().unwrap_or(target)).or_default().push(value.clone());
    }
    out
}

/// The stored facts of a discriminator.
fn fact(discriminator: &Discriminator) -> api::Discriminator {
    let mapping = discriminator.mapping.iter().map(|(value, target)| {
        let name = super::component(target, "schemas").unwrap_or(target);
        (value.clone(), name.to_owned())
    });
    api::Discriminator { property: discriminator.property_name.clone(), mapping: mapping.collect() }
}

/// The only value that a schema allows, as a text: a tag may be a number.
fn only_value(schema: &Schema) -> Option<String> {
    match values(schema)?.as_slice() {
        [Value::String(text)] => Some(text.clone()),
        [Value::Integer(number)] => Some(number.to_string()),
        _ => None,
    }
}

/// True if an `enum` lists null.
fn has_null(schema: &Schema) -> bool {
    match &schema.schema_kind {
        SchemaKind::Type(OasType::String(string)) => string.enumeration.iter().any(Option::is_none),
        SchemaKind::Type(OasType::Integer(integer)) => integer.enumeration.iter().any(Option::is_none),
        SchemaKind::Type(OasType::Number(number)) => number.enumeration.iter().any(Option::is_none),
        SchemaKind::Type(OasType::Boolean(boolean)) => boolean.enumeration.iter().any(Option::is_none),
        SchemaKind::Any(any) => any.enumeration.iter().any(serde_json::Value::is_null),
        _ => false,
    }
}

/// True if an alternative is only null: `{type: null}`, `{enum: [null]}`, or `{nullable: true}` as schemars writes it.
pub(super) fn is_null(schema: &ReferenceOr<Schema>) -> bool {
    let ReferenceOr::Item(item) = schema else { return false };
    let SchemaKind::Any(any) = &item.schema_kind else { return false };
    any.typ.as_deref() == Some("null")
        || (!any.enumeration.is_empty() && any.enumeration.iter().all(serde_json::Value::is_null))
        || (item.schema_data.nullable && says_nothing(schema))
}

/// Puts alternatives of alternatives side by side: a union in a union says no more than one.
fn flatten<'s>(alternatives: Vec<Alternative<'s>>, out: &mut Vec<Alternative<'s>>) {
    for alternative in alternatives {
        let inner = match alternative.schema {
            ReferenceOr::Item(schema) if schema.schema_data.discriminator.is_none() => {
                match &schema.schema_kind {
                    SchemaKind::OneOf { one_of } => Some(("oneOf", one_of)),
                    SchemaKind::AnyOf { any_of } => Some(("anyOf", any_of)),
                    _ => None,
                }
            }
            _ => None,
        };
        match inner {
            Some((keyword, list)) => {
                let at = alternative.at.child(keyword);
                let list = list.iter().enumerate();
                flatten(list.map(|(i, schema)| Alternative { schema, at: at.child(i) }).collect(), out);
            }
            None => out.push(alternative),
        }
    }
}

/// True if a value of the alternative can have a member.
fn may_be_object(arm: &Arm<'_>) -> bool {
    arm.parts.is_plain_object() || arm.parts.is_open()
}

/// The last part of the id of each alternative that becomes a type. Not its place in the list, which the vendor may
/// change: its constant, else the members that it must have, else all of its members; a number only where all of these
/// are the same.
fn words(arms: &[Arm<'_>], constants: &[Option<String>]) -> Vec<String> {
    let own: Vec<Option<String>> = arms.iter().map(own_word).collect();
    let inline = own.iter().flatten().count();
    let mut words: Vec<String> = Vec::new();
    for ((arm, constant), own) in arms.iter().zip(constants).zip(&own) {
        words.push(match own {
            _ if arm.name.is_some() => arm.name.unwrap_or_default().to_owned(),
            Some(word) if inline > 1 => constant.clone().unwrap_or_else(|| word.clone()),
            _ => "value".to_owned(),
        });
    }
    // The alternatives that become types of one name.
    let repeated = |words: &[String]| -> Vec<usize> {
        let inline = || (0..words.len()).filter(|index| own.get(*index).is_some_and(Option::is_some));
        let mut counts: HashMap<&String, usize> = HashMap::new();
        inline().filter_map(|index| words.get(index)).for_each(|word| *counts.entry(word).or_default() += 1);
        let is_repeated = |index: &usize| words.get(*index).is_some_and(|word| counts.get(word) > Some(&1));
        inline().filter(is_repeated).collect()
    };
    for index in repeated(&words) {
        if let (Some(arm), Some(word)) = (arms.get(index), words.get_mut(index)) {
            let names: Vec<&str> = arm.parts.names().into_iter().collect();
            if !names.is_empty() {
                *word = names.join(" ");
            }
        }
    }
    let texts = repeated(&words).into_iter();
    let mut repeated: Vec<(String, usize)> =
        texts.map(|index| (arms.get(index).and_then(text).unwrap_or_default(), index)).collect();
    repeated.sort();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (_, index) in repeated {
        if let Some(word) = words.get_mut(index) {
            let count = counts.entry(word.clone()).or_default();
            *count += 1;
            if *count > 1 {
                word.push_str(&format!(" {count}"));
            }
        }
    }
    words
}

fn text(arm: &Arm<'_>) -> Option<String> {
    match arm.alternative.schema {
        ReferenceOr::Item(schema) => canonical_text(schema),
        ReferenceOr::Reference { reference } => Some(reference.clone()),
    }
}

/// The name of an alternative that becomes a separate type, without its constant.
fn own_word(arm: &Arm<'_>) -> Option<String> {
    let ReferenceOr::Item(schema) = arm.alternative.schema else { return None };
    inline_word(schema, &arm.parts)
}

fn inline_word(schema: &Schema, parts: &Parts<'_>) -> Option<String> {
    match &schema.schema_kind {
        SchemaKind::Type(OasType::String(string)) if string.enumeration.is_empty() => None,
        SchemaKind::Type(OasType::Integer(integer)) if integer.enumeration.is_empty() => None,
        SchemaKind::Type(OasType::Number(_) | OasType::Boolean(_)) => None,
        SchemaKind::Type(OasType::Array(array)) => match array.items.as_ref()? {
            ReferenceOr::Item(item) => inline_word(item, &Parts::default()).map(|_| "list".to_owned()),
            ReferenceOr::Reference { .. } => None,
        },
        _ => {
            let required: Vec<&str> = parts.required.iter().map(|name| name.as_str()).collect();
            let all: Vec<&str> = parts.names().into_iter().collect();
            let names = if required.is_empty() { all } else { required };
            Some(if names.is_empty() { "value".to_owned() } else { names.join(" ") })
        }
    }
}
