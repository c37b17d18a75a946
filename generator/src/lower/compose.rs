//! Lowers combinations of `allOf`, `oneOf`, `anyOf` and other keywords.
//!
//! Parts are sorted into objects, which are merged; unions, whose alternatives then extend the merged object; and other
//! values, of which the one that says most is taken.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{
    AdditionalProperties, AnySchema, Discriminator, ReferenceOr, Schema, SchemaKind, Type as OasType,
};

use super::Lowering;
use super::json_api::required_set;
use super::schema::{
    Members, combined, enumeration, is_rule, members, required, resolve_in, says_nothing, values,
};
use super::union::is_null;
use crate::api::{Field, Fields, Shape, Struct, TypeId, TypeRef, Value};
use crate::diagnostic::Pointer;
use crate::stack::deeper;

/// The parts of a schema, references resolved and `allOf` flattened.
#[derive(Clone, Default)]
pub(super) struct Parts<'s> {
    /// Schemas with members.
    pub(super) objects: Vec<(&'s Schema, Pointer)>,
    /// Every name that some part requires.
    pub(super) required: BTreeSet<&'s String>,
    /// One of several each.
    pub(super) choices: Vec<Choice<'s>>,
    /// Strings, numbers, lists and enums.
    others: Vec<(Cow<'s, ReferenceOr<Schema>>, Pointer)>,
    /// True if some part says that it is an object.
    is_object: bool,
    /// Components that are parts already: a schema may be a part of itself, or be reached on many ways.
    seen: BTreeSet<&'s str>,
}

/// A part that is one of several.
#[derive(Clone)]
pub(super) struct Choice<'s> {
    pub(super) discriminator: Option<&'s Discriminator>,
    pub(super) alternatives: Vec<Alternative<'s>>,
    /// The reference to a component that is nothing but this choice.
    whole: Option<&'s ReferenceOr<Schema>>,
}

/// A schema of a `oneOf` or `anyOf`.
#[derive(Clone)]
pub(super) struct Alternative<'s> {
    pub(super) schema: &'s ReferenceOr<Schema>,
    pub(super) at: Pointer,
}

impl<'s> Parts<'s> {
    /// The names of all members.
    pub(super) fn names(&self) -> BTreeSet<&'s str> {
        let all = self.objects.iter().filter_map(|(schema, _)| members(schema));
        all.flat_map(|members| members.properties.keys().map(String::as_str)).collect()
    }

    /// True if it is an object and nothing else.
    pub(super) fn is_plain_object(&self) -> bool {
        self.choices.is_empty() && self.others.is_empty() && !self.objects.is_empty()
    }

    /// True if it may be an object with undeclared members.
    pub(super) fn is_open(&self) -> bool {
        self.objects.is_empty() && self.others.is_empty()
            || !self.choices.is_empty()
            || self.objects.iter().any(|(schema, _)| members(schema).is_some_and(|m| m.properties.is_empty()))
    }
}

impl<'a> Lowering<'a> {
    /// Lowers a schema with `allOf`, `oneOf` or `anyOf`.
    pub(super) fn composed(&mut self, schema: &Schema, id: &TypeId, at: &Pointer) -> Shape {
        let mut parts = Parts::default();
        self.gather_item(schema, at, None, &mut parts);
        let mut shape = self.assembled(parts, id, at);
        if let Shape::Struct(s) = &mut shape {
            s.one_of = self.required_sets(schema);
        }
        shape
    }

    /// Adds `schema` and its parts.
    pub(super) fn gather<'s>(&self, schema: &'s ReferenceOr<Schema>, at: &Pointer, out: &mut Parts<'s>)
    where
        'a: 's,
    {
        let Some((item, here)) = resolve_in(self.document, schema, at) else {
            return out.others.push((Cow::Borrowed(schema), at.clone()));
        };
        let ReferenceOr::Reference { reference } = schema else {
            return self.gather_item(item, &here, Some(schema), out);
        };
        if !super::component(reference, "schemas").is_some_and(|name| out.seen.insert(name)) {
            return;
        }
        let mut own = Parts { seen: std::mem::take(&mut out.seen), ..Parts::default() };
        self.gather_item(item, &here, Some(schema), &mut own);
        out.seen = std::mem::take(&mut own.seen);
        // A component that is not an object keeps its name.
        if own.objects.is_empty() && !own.is_object && !own.others.is_empty() {
            out.others.push((Cow::Borrowed(schema), at.clone()));
            return;
        }
        out.objects.append(&mut own.objects);
        out.required.append(&mut own.required);
        out.choices.append(&mut own.choices);
        out.others.append(&mut own.others);
        out.is_object |= own.is_object;
    }

    /// The same for a schema at `at`; `whole` is the reference to it, if there is one.
    pub(super) fn gather_item<'s>(
        &self,
        schema: &'s Schema,
        at: &Pointer,
        whole: Option<&'s ReferenceOr<Schema>>,
        out: &mut Parts<'s>,
    ) where
        'a: 's,
    {
        if self.work.take(1) {
            deeper(|| self.gather_parts(schema, at, whole, out));
        }
    }

    fn gather_parts<'s>(
        &self,
        schema: &'s Schema,
        at: &Pointer,
        whole: Option<&'s ReferenceOr<Schema>>,
        out: &mut Parts<'s>,
    ) where
        'a: 's,
    {
        for (index, part) in combined(schema, "allOf").iter().enumerate() {
            self.gather(part, &at.child("allOf").child(index), out);
        }
        let reference = match whole {
            Some(ReferenceOr::Reference { reference }) => super::component(reference, "schemas"),
            _ => None,
        };
        // A base that lists its children is not one of them again where it is a part of a child.
        let children = reference.and_then(|name| self.families.get(name));
        let is_child = |alternative: &Alternative<'_>| match alternative.schema {
            ReferenceOr::Reference { reference } => super::component(reference, "schemas")
                .is_some_and(|name| children.is_some_and(|all| all.iter().any(|child| child == name))),
            ReferenceOr::Item(_) => false,
        };
        let is_pure = matches!(schema.schema_kind, SchemaKind::OneOf { .. } | SchemaKind::AnyOf { .. });
        for keyword in ["oneOf", "anyOf"] {
            let list = combined(schema, keyword).iter().enumerate();
            let alternatives: Vec<Alternative<'s>> = list
                .map(|(index, schema)| Alternative { schema, at: at.child(keyword).child(index) })
                .collect();
            let beside_rules =
                !is_pure && alternatives.iter().all(|a| is_validation(a.schema) || is_requirement(a.schema));
            if alternatives.is_empty() || beside_rules || alternatives.iter().any(is_child) {
                continue;
            }
            let discriminator = schema.schema_data.discriminator.as_ref();
            let whole = whole.filter(|_| is_pure && reference.is_some());
            out.choices.push(Choice { discriminator, alternatives, whole });
        }
        out.required.extend(required(schema));
        match &schema.schema_kind {
            SchemaKind::Type(OasType::Object(_)) => out.is_object = true,
            SchemaKind::Any(any) if members(schema).is_some() || any.typ.as_deref() == Some("object") => {
                out.is_object = true;
            }
            SchemaKind::Any(any)
                if any.typ.is_none() && any.items.is_none() && any.enumeration.is_empty() => {}
            SchemaKind::Any(any) => {
                let plain = [&any.all_of, &any.one_of, &any.any_of].iter().all(|list| list.is_empty());
                let other = match whole.filter(|_| plain) {
                    Some(whole) => Cow::Borrowed(whole),
                    None => Cow::Owned(ReferenceOr::Item(alone(schema, any))),
                };
                out.others.push((other, at.clone()));
            }
            SchemaKind::Type(_) => {
                let other =
                    whole.map_or_else(|| Cow::Owned(ReferenceOr::Item(schema.clone())), Cow::Borrowed);
                out.others.push((other, at.clone()));
            }
            _ => {}
        }
        let says_more = |m: &Members<'_>| !m.properties.is_empty() || m.additional.is_some();
        if members(schema).is_some_and(|members| says_more(&members)) {
            out.objects.push((schema, at.clone()));
        }
    }

    /// The type that all parts together describe.
    pub(super) fn assembled(&mut self, mut parts: Parts<'_>, id: &TypeId, at: &Pointer) -> Shape {
        if let Some(values) = enumerated(&parts) {
            return values;
        }
        if !parts.others.is_empty() {
            // Alternatives without a type restrict the value; others replace less exact ones.
            let kinds: Vec<_> = parts.others.iter().map(|(other, _)| self.json_kind(other)).collect();
            let is_bare = parts.others.iter().all(|(other, _)| weight(other) == 0);
            parts.choices.retain(|choice| {
                let says_no_more = |a: &Alternative<'_>| {
                    is_validation(a.schema) || (!is_bare && kinds.contains(&self.json_kind(a.schema)))
                };
                !choice.alternatives.iter().all(says_no_more)
            });
            if parts.choices.is_empty() && parts.objects.is_empty() {
                return self.strongest(parts.others, id, at);
            }
            if !is_bare || !parts.objects.is_empty() {
                let message = "the parts of `allOf` are of different types; the value becomes any JSON";
                return Shape::Alias(self.approximated(at, message, CONFLICT));
            }
            parts.others.clear();
        }
        if parts.choices.len() > 1 {
            return self.flattened(parts, id, at);
        }
        match parts.choices.pop() {
            None if !parts.objects.is_empty() => Shape::Struct(self.merged(&parts, id, at)),
            None if parts.is_object => Shape::Alias(TypeRef::Map(Box::new(TypeRef::Any))),
            None => Shape::Alias(TypeRef::Any),
            Some(Choice { whole: Some(whole), .. }) if parts.objects.is_empty() => {
                Shape::Alias(self.field(whole, id, at).ty)
            }
            Some(Choice { discriminator, alternatives, .. }) => {
                let base = (!parts.objects.is_empty()).then_some(&parts);
                self.union(discriminator, alternatives, base, id, at)
            }
        }
    }

    /// The most specific of the non-object schemas; of equals, the last.
    fn strongest(
        &mut self,
        others: Vec<(Cow<'_, ReferenceOr<Schema>>, Pointer)>,
        id: &TypeId,
        at: &Pointer,
    ) -> Shape {
        let kinds: BTreeSet<&str> = others.iter().filter_map(|(other, _)| self.json_kind(other)).collect();
        let is_number = kinds.iter().all(|kind| matches!(*kind, "integer" | "number"));
        if kinds.len() > 1 && !is_number {
            let message = "the parts of `allOf` are of different types; the value becomes any JSON";
            return Shape::Alias(self.approximated(at, message, CONFLICT));
        }
        let best = others.iter().max_by_key(|(other, _)| weight(other));
        match best.map(|(other, at)| (other.as_ref(), at)) {
            Some((ReferenceOr::Item(schema), at)) => self.shape(schema, id, at),
            Some((reference, at)) => Shape::Alias(self.field(reference, id, at).ty),
            None => Shape::Alias(TypeRef::Any),
        }
    }

    /// One object with the members of all.
    pub(super) fn merged(&mut self, parts: &Parts<'_>, id: &TypeId, at: &Pointer) -> Struct {
        let mut out = Struct::default();
        let mut fields = BTreeMap::new();
        let mut kinds: BTreeMap<&str, &str> = BTreeMap::new();
        for (schema, here) in &parts.objects {
            let Some(all) = members(schema) else { continue };
            for (name, property) in all.properties {
                let schema = property.clone().unbox();
                let Some(kind) = self.json_kind(&schema) else { continue };
                if kinds.insert(name, kind).is_some_and(|before| before != kind) {
                    let message = format!(
                        "`{name}` has another type than in an earlier part of `allOf`, which is ignored"
                    );
                    self.approximated(&here.child("properties").child(name), message, CONFLICT);
                }
            }
            let own = self.fields(Members { required: &[], ..all }, id, here);
            overlay(&mut fields, own);
            // A part that is closed refuses the members of the others, which nobody means.
            out.closed = all.is_closed() && parts.objects.len() == 1;
            if let Some(AdditionalProperties::Schema(_)) = all.additional {
                out.additional = self.additional(all, id, here);
            }
        }
        out.fields = fields.into_iter().collect();
        let mut undefined = Vec::new();
        for name in &parts.required {
            match out.fields.get_mut(*name) {
                Some(field) => field.required = true,
                None => undefined.push(*name),
            }
        }
        self.undefined(undefined, at);
        out
    }

    /// Several unions at once have no Rust type; an object with the members of all alternatives takes every value.
    fn flattened(&mut self, mut parts: Parts<'_>, id: &TypeId, at: &Pointer) -> Shape {
        let mut fields: BTreeMap<String, Field> = BTreeMap::new();
        for alternative in std::mem::take(&mut parts.choices).iter().flat_map(|choice| &choice.alternatives) {
            let mut own = Parts { seen: parts.seen.clone(), ..Parts::default() };
            self.gather(alternative.schema, &alternative.at, &mut own);
            if is_null(alternative.schema) || says_nothing(alternative.schema) {
                continue;
            }
            if !own.is_plain_object() {
                let message = "several unions at once have no Rust type; the value becomes any JSON";
                return Shape::Alias(self.approximated(at, message, CONFLICT));
            }
            own.required.clear();
            for (name, field) in self.merged(&own, id, &alternative.at).fields {
                let known = fields.entry(name).or_insert_with(|| field.clone());
                if known.ty != field.ty {
                    *known = Field::from(TypeRef::Any);
                }
            }
        }
        let message =
            "several unions at once have no Rust type; all members are optional members of one object";
        self.approximated(at, message, CONFLICT);
        let mut own = self.merged(&parts, id, at);
        overlay(&mut fields, std::mem::take(&mut own.fields));
        Shape::Struct(Struct { fields: fields.into_iter().collect(), ..own })
    }

    /// The JSON type of a schema, where it says one.
    fn json_kind(&self, schema: &ReferenceOr<Schema>) -> Option<&'static str> {
        let (schema, _) = resolve_in(self.document, schema, &Pointer::root())?;
        Some(match &schema.schema_kind {
            SchemaKind::Type(OasType::String(_)) => "string",
            SchemaKind::Type(OasType::Integer(_)) => "integer",
            SchemaKind::Type(OasType::Number(_)) => "number",
            SchemaKind::Type(OasType::Boolean(_)) => "boolean",
            SchemaKind::Type(OasType::Array(_)) => "array",
            SchemaKind::Type(OasType::Object(_)) => "object",
            SchemaKind::Any(any) if any.typ.is_none() && values(schema).is_some() => {
                match any.enumeration.iter().any(serde_json::Value::is_string) {
                    true => "string",
                    false => "integer",
                }
            }
            SchemaKind::Any(any) => match any.typ.as_deref()? {
                "string" => "string",
                "integer" => "integer",
                "number" => "number",
                "boolean" => "boolean",
                "array" => "array",
                "object" => "object",
                _ => return None,
            },
            _ => return None,
        })
    }
}

const CONFLICT: &str = "say in the overlay which of them is meant";

/// Puts `over` on top of the fields: the later part wins, unless it says nothing.
fn overlay(fields: &mut BTreeMap<String, Field>, over: Fields) {
    for (name, field) in over {
        match fields.get_mut(&name) {
            Some(known) if field.ty == TypeRef::Any => {
                known.read_only |= field.read_only;
                known.write_only |= field.write_only;
                known.deprecated |= field.deprecated;
            }
            _ => {
                fields.insert(name, field);
            }
        }
    }
}

/// The enum that the alternatives of a choice spell value by value: `oneOf: [{enum: [on]}, {enum: [off]}]`.
fn enumerated(parts: &Parts<'_>) -> Option<Shape> {
    let [choice] = parts.choices.as_slice() else { return None };
    let is_scalar = |other: &ReferenceOr<Schema>| match other {
        ReferenceOr::Item(schema) => values(schema).is_none() && !says_items(schema),
        ReferenceOr::Reference { .. } => false,
    };
    if !parts.objects.is_empty() || !parts.others.iter().all(|(other, _)| is_scalar(other)) {
        return None;
    }
    let alternatives = choice.alternatives.iter().filter(|a| !is_null(a.schema));
    let mut all: Vec<Value> = Vec::new();
    let mut first = None;
    let mut is_text = false;
    for alternative in alternatives {
        let ReferenceOr::Item(schema) = alternative.schema else { return None };
        match (values(schema), &schema.schema_kind) {
            (Some(values), _) => {
                first.get_or_insert(schema);
                all.extend(values);
            }
            // An enum next to any text is an enum, which takes values that it does not list anyway.
            (None, SchemaKind::Type(OasType::String(string)))
                if string.enumeration.is_empty() && is_bare_text(string) =>
            {
                is_text = true;
            }
            _ => return None,
        }
    }
    let strings = all.iter().filter(|v| matches!(v, Value::String(_))).count();
    let of_one_kind = strings == all.len() || (strings == 0 && !is_text);
    Some(enumeration(first?, all)).filter(|_| of_one_kind)
}

fn is_bare_text(string: &openapiv3::StringType) -> bool {
    matches!(string.format, openapiv3::VariantOrUnknownOrEmpty::Empty)
}

/// True if a schema only restricts values: it does not decide about a type.
fn is_validation(schema: &ReferenceOr<Schema>) -> bool {
    match schema {
        ReferenceOr::Item(Schema { schema_kind: SchemaKind::Any(any), .. }) => is_rule(any),
        ReferenceOr::Item(Schema { schema_kind: SchemaKind::Type(OasType::Object(object)), .. }) => {
            object.properties.is_empty()
                && object.additional_properties.is_none()
                && !object.required.is_empty()
        }
        ReferenceOr::Item(Schema { schema_kind: SchemaKind::Not { .. }, .. }) => true,
        _ => false,
    }
}

/// True if a schema only lists required members, at any depth.
fn is_requirement(schema: &ReferenceOr<Schema>) -> bool {
    match schema {
        ReferenceOr::Item(schema) => required_set(schema).is_some_and(|set| !set.is_empty()),
        ReferenceOr::Reference { .. } => false,
    }
}

fn says_items(schema: &Schema) -> bool {
    match &schema.schema_kind {
        SchemaKind::Type(kind) => matches!(kind, OasType::Array(_)),
        SchemaKind::Any(any) => any.items.is_some() || any.typ.as_deref() == Some("array"),
        _ => false,
    }
}

/// The specificity of a non-object schema: a component is more specific than an enum, and that more than a type alone.
fn weight(schema: &ReferenceOr<Schema>) -> u8 {
    let ReferenceOr::Item(schema) = schema else { return 3 };
    match &schema.schema_kind {
        _ if values(schema).is_some() => 2,
        SchemaKind::Type(OasType::String(string)) => u8::from(!is_bare_text(string)),
        SchemaKind::Type(OasType::Array(array)) => u8::from(array.items.is_some()),
        SchemaKind::Type(OasType::Integer(_)) => 1,
        SchemaKind::Any(any) => u8::from(any.format.is_some() || any.items.is_some()),
        _ => 0,
    }
}

/// The schema without the ones that it is combined with.
fn alone(schema: &Schema, any: &AnySchema) -> Schema {
    let any =
        AnySchema { all_of: Vec::new(), one_of: Vec::new(), any_of: Vec::new(), not: None, ..any.clone() };
    Schema { schema_data: schema.schema_data.clone(), schema_kind: SchemaKind::Any(any) }
}
