//! Lowers a schema to a use of a type, and the types that it defines inline.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties, AnySchema, OpenAPI, ReferenceOr, Schema, SchemaKind, StringFormat, Type as OasType,
    VariantOrUnknownOrEmpty,
};

use super::Lowering;
use super::constraints::constraints;
use super::operation::lifecycle;
use super::union::is_null;
use crate::api::{ConstraintSet, Enum, Field, Fields, Shape, Struct, Type, TypeId, TypeRef, Value};
use crate::diagnostic::{Code, Diagnostic, Pointer};
use crate::load::VALUE_NAMES;
use crate::stack::deeper;

/// The values of `type` (OpenAPI 3.0, "Data Types").
const TYPES: &[&str] = &["array", "boolean", "integer", "number", "object", "string"];

/// The members of an object schema, whether it says `type: object` or not.
#[derive(Clone, Copy)]
pub(super) struct Members<'a> {
    pub(super) properties: &'a IndexMap<String, ReferenceOr<Box<Schema>>>,
    pub(super) required: &'a [String],
    pub(super) additional: Option<&'a AdditionalProperties>,
}

impl Members<'_> {
    pub(super) fn requires(&self, name: &str) -> bool {
        self.required.iter().any(|r| r == name)
    }

    pub(super) fn is_closed(&self) -> bool {
        matches!(self.additional, Some(AdditionalProperties::Any(false)))
    }
}

/// The members of `schema` if it is an object.
pub(super) fn members(schema: &Schema) -> Option<Members<'_>> {
    match &schema.schema_kind {
        SchemaKind::Type(OasType::Object(object)) => Some(Members {
            properties: &object.properties,
            required: &object.required,
            additional: object.additional_properties.as_ref(),
        }),
        SchemaKind::Any(any) if !any.properties.is_empty() || any.additional_properties.is_some() => {
            Some(Members {
                properties: &any.properties,
                required: &any.required,
                additional: any.additional_properties.as_ref(),
            })
        }
        _ => None,
    }
}

/// The names that `required` lists.
pub(super) fn required(schema: &Schema) -> &[String] {
    match &schema.schema_kind {
        SchemaKind::Type(OasType::Object(object)) => &object.required,
        SchemaKind::Any(any) => &any.required,
        _ => &[],
    }
}

/// The schemas that a keyword such as `allOf` combines.
pub(super) fn combined<'s>(schema: &'s Schema, keyword: &str) -> &'s [ReferenceOr<Schema>] {
    match (&schema.schema_kind, keyword) {
        (SchemaKind::AllOf { all_of }, "allOf") => all_of,
        (SchemaKind::OneOf { one_of }, "oneOf") => one_of,
        (SchemaKind::AnyOf { any_of }, "anyOf") => any_of,
        (SchemaKind::Any(any), "allOf") => &any.all_of,
        (SchemaKind::Any(any), "oneOf") => &any.one_of,
        (SchemaKind::Any(any), "anyOf") => &any.any_of,
        _ => &[],
    }
}

/// The schema behind a reference and the pointer to it.
pub(super) fn resolve_in<'s>(
    document: &'s OpenAPI,
    schema: &'s ReferenceOr<Schema>,
    at: &Pointer,
) -> Option<(&'s Schema, Pointer)> {
    let (mut schema, mut at) = (schema, at.clone());
    let all = &document.components.as_ref()?.schemas;
    // A chain is at most as long as the number of components, unless it is a cycle.
    for _ in 0..=all.len() {
        match schema {
            ReferenceOr::Item(schema) => return Some((schema, at)),
            ReferenceOr::Reference { reference } => {
                let name = super::component(reference, "schemas")?;
                schema = all.get(name)?;
                at = Pointer::new("/components/schemas").child(name);
            }
        }
    }
    None
}

/// An inline schema that is being lowered.
#[derive(Debug)]
pub(super) struct Open {
    at: Pointer,
    id: TypeId,
    /// True if something in it refers back to it.
    is_used: bool,
}

impl<'a> Lowering<'a> {
    /// The schema behind a reference and the pointer to it.
    pub(super) fn resolve<'s>(
        &'s self,
        schema: &'s ReferenceOr<Schema>,
        at: &Pointer,
    ) -> Option<(&'s Schema, Pointer)> {
        match schema {
            ReferenceOr::Item(schema) => Some((schema, at.clone())),
            ReferenceOr::Reference { .. } => resolve_in(self.document, schema, at),
        }
    }

    /// The same for a member of an object.
    pub(super) fn resolve_member<'s>(&self, schema: &'s ReferenceOr<Box<Schema>>) -> Option<&'s Schema>
    where
        'a: 's,
    {
        match schema {
            ReferenceOr::Item(schema) => match single(schema) {
                Some(reference) => {
                    resolve_in(self.document, reference, &Pointer::root()).map(|(schema, _)| schema)
                }
                None => Some(schema),
            },
            ReferenceOr::Reference { reference } => {
                let name = super::component(reference, "schemas")?;
                let next = self.document.components.as_ref()?.schemas.get(name)?;
                resolve_in(self.document, next, &Pointer::root()).map(|(schema, _)| schema)
            }
        }
    }

    /// Lowers the schema that a component has under `name`.
    pub(super) fn named(&mut self, name: &str, schema: &Schema, at: &Pointer) {
        let shape = match self.family(name, schema) {
            Some(shape) => shape,
            None => self.shape(schema, &TypeId::schema(name), at),
        };
        let data = &schema.schema_data;
        let (constraints, doc) = (constraints(schema), data.description.clone());
        let ty = Type { shape, deprecated: data.deprecated, constraints, doc };
        self.types.insert(TypeId::schema(name), ty);
    }

    /// A member of an object, a parameter or a list item; `id` is the id of its inline type, if any.
    pub(super) fn field(&mut self, schema: &ReferenceOr<Schema>, id: &TypeId, at: &Pointer) -> Field {
        match self.work.take(1) {
            true => deeper(|| self.lowered_field(schema, id, at)),
            false => TypeRef::Any.into(),
        }
    }

    fn lowered_field(&mut self, schema: &ReferenceOr<Schema>, id: &TypeId, at: &Pointer) -> Field {
        let nullable = self.is_nullable(schema);
        let schema = match schema {
            ReferenceOr::Reference { reference } => {
                let Some(name) = self.target(reference, at) else { return TypeRef::Any.into() };
                self.referred(|| id.label());
                let Some(schema) = self.transparent(name) else {
                    return Field { nullable, ..TypeRef::Named(TypeId::schema(name)).into() };
                };
                let at = Pointer::new("/components/schemas").child(name);
                let field = self.field(&ReferenceOr::Item(schema), id, &at);
                self.leave();
                return field;
            }
            ReferenceOr::Item(schema) => schema,
        };
        let data = &schema.schema_data;
        let mut constraints = constraints(schema);
        let ty = match (only(schema, at), self.definition(schema, || id.label(), at)) {
            (_, Some(name)) => TypeRef::Named(TypeId::schema(name)),
            (Some((inner, at)), None) => {
                let inner = self.field(inner, id, &at);
                // The default is that of this place.
                let both = ConstraintSet::from(constraints.and(&inner.constraints));
                constraints = ConstraintSet { default: constraints.default.clone(), ..both }.into();
                inner.ty
            }
            (None, None) => self.inline(schema, id, at),
        };
        Field {
            ty,
            required: false,
            nullable,
            deprecated: data.deprecated,
            read_only: data.read_only,
            write_only: data.write_only,
            lifecycle: lifecycle(&data.extensions),
            constraints,
            doc: data.description.clone(),
        }
    }

    /// The schema that a reference names, if there is one.
    pub(super) fn target<'r>(&mut self, reference: &'r str, at: &Pointer) -> Option<&'r str> {
        let name = super::component(reference, "schemas");
        let all = self.document.components.as_ref().map(|c| &c.schemas);
        let known = name.filter(|name| all.is_some_and(|all| all.contains_key(*name)));
        if known.is_none() {
            let message = format!("the reference `{reference}` is not to a schema; it becomes any JSON");
            self.approximated(at, message, "replace the reference in the overlay");
        }
        known
    }

    /// The same as an item of a list or a value of a map.
    fn item(&mut self, schema: &ReferenceOr<Schema>, id: &TypeId, at: &Pointer) -> TypeRef {
        let field = self.field(schema, id, at);
        match (field.nullable, field.ty) {
            // Any JSON may be null without more.
            (true, ty) if ty != TypeRef::Any => TypeRef::Nullable(Box::new(ty)),
            (_, ty) => ty,
        }
    }

    fn inline(&mut self, schema: &Schema, id: &TypeId, at: &Pointer) -> TypeRef {
        // A schema that is merged into one of its own members leads back here: it is the type that is being made.
        if let Some(open) = self.open.iter_mut().find(|open| open.at == *at) {
            open.is_used = true;
            return TypeRef::Named(open.id.clone());
        }
        self.open.push(Open { at: at.clone(), id: id.clone(), is_used: false });
        let shape = self.shape(schema, id, at);
        let is_used = self.open.pop().is_some_and(|open| open.is_used);
        if let (Shape::Alias(_), true) = (&shape, is_used) {
            self.types.insert(id.clone(), shape.into());
            return TypeRef::Named(id.clone());
        }
        let doc = schema.schema_data.description.clone();
        match (vendor_name(schema), &shape) {
            (Some(name), Shape::Enum(e)) => match self.named_enum(name, e, at) {
                Some((id, all)) => self.placed(Shape::Enum(all), &id, doc),
                None => self.placed(shape, id, doc),
            },
            _ => self.placed(shape, id, doc),
        }
    }

    /// Keeps an inline type under `id`, unless it is another name of something.
    pub(super) fn placed(&mut self, shape: Shape, id: &TypeId, doc: Option<String>) -> TypeRef {
        if let Shape::Alias(ty) = shape {
            return ty;
        }
        self.types.insert(id.clone(), Type { doc, ..shape.into() });
        TypeRef::Named(id.clone())
    }

    /// The type that `x-ms-enum` names, and its values: those of all its places, so that their order means nothing. None if
    /// the name is that of a schema.
    fn named_enum(&mut self, name: &str, own: &Enum, at: &Pointer) -> Option<(TypeId, Enum)> {
        let help = "give the enum another name in the overlay, or remove its `x-ms-enum`";
        let id = TypeId::schema(name);
        if self.document.components.as_ref().is_some_and(|c| c.schemas.contains_key(name)) {
            let message = format!(
                "`{name}` in `x-ms-enum` is the name of a schema; the enum gets a name from its location"
            );
            self.approximated(at, message, help);
            return None;
        }
        let mut all = own.clone();
        if let Some(Type { shape: Shape::Enum(known), .. }) = self.types.get(&id)
            && known.values != own.values
        {
            all.values.extend(known.values.iter().cloned());
            all.values.sort();
            all.values.dedup();
            all.case_insensitive |= known.case_insensitive;
            all.names.extend(known.names.clone());
            let message =
                format!("`{name}` in `x-ms-enum` has other values elsewhere; the type has all of them");
            self.approximated(at, message, help);
        }
        Some((id, all))
    }

    pub(super) fn shape(&mut self, schema: &Schema, id: &TypeId, at: &Pointer) -> Shape {
        match &schema.schema_kind {
            SchemaKind::Type(OasType::String(string)) => {
                let values: Vec<Value> =
                    string.enumeration.iter().flatten().cloned().map(Value::String).collect();
                if !values.is_empty() {
                    return enumeration(schema, values);
                }
                Shape::Alias(match &string.format {
                    VariantOrUnknownOrEmpty::Item(StringFormat::DateTime) => TypeRef::Timestamp,
                    VariantOrUnknownOrEmpty::Item(StringFormat::Date) => TypeRef::Date,
                    VariantOrUnknownOrEmpty::Item(StringFormat::Binary) => TypeRef::Binary,
                    _ => TypeRef::String,
                })
            }
            SchemaKind::Type(OasType::Integer(integer)) => {
                let values: Vec<Value> =
                    integer.enumeration.iter().flatten().copied().map(Value::Integer).collect();
                match (&integer.format, values.is_empty()) {
                    (_, false) => enumeration(schema, values),
                    (VariantOrUnknownOrEmpty::Unknown(format), true) => {
                        Shape::Alias(TypeRef::integer(Some(format)))
                    }
                    _ => Shape::Alias(TypeRef::Integer),
                }
            }
            SchemaKind::Type(OasType::Number(number)) => {
                if number.enumeration.iter().any(Option::is_some) {
                    self.unchecked(at, "numbers", "a number");
                }
                Shape::Alias(TypeRef::Number)
            }
            SchemaKind::Type(OasType::Boolean(boolean)) => {
                if boolean.enumeration.iter().any(Option::is_some) {
                    self.unchecked(at, "booleans", "a boolean");
                }
                Shape::Alias(TypeRef::Boolean)
            }
            SchemaKind::Type(OasType::Array(array)) => Shape::Alias(self.list(array.items.as_ref(), id, at)),
            SchemaKind::Type(OasType::Object(_)) => self.object(schema, id, at),
            SchemaKind::OneOf { .. } | SchemaKind::AnyOf { .. } | SchemaKind::AllOf { .. } => {
                self.composed(schema, id, at)
            }
            SchemaKind::Not { .. } => {
                self.ignored_not(at);
                Shape::Alias(TypeRef::Any)
            }
            SchemaKind::Any(any) => self.any(schema, any, id, at),
        }
    }

    /// A schema without `type`, or with keywords that say nothing about its type.
    fn any(&mut self, schema: &Schema, any: &AnySchema, id: &TypeId, at: &Pointer) -> Shape {
        if any.not.is_some() {
            self.ignored_not(at);
        }
        if [&any.all_of, &any.one_of, &any.any_of].iter().any(|list| !list.is_empty()) {
            return self.composed(schema, id, at);
        }
        if let Some(unknown) = any.typ.as_deref().filter(|ty| !TYPES.contains(ty) && *ty != "null") {
            let message = format!("the type `{unknown}` is unknown; the value becomes any JSON");
            let help = format!("write one of {} in the overlay", TYPES.join(", "));
            return Shape::Alias(self.approximated(&at.child("type"), message, &help));
        }
        if members(schema).is_some() || any.typ.as_deref() == Some("object") {
            return self.object(schema, id, at);
        }
        if any.items.is_some() {
            return Shape::Alias(self.list(any.items.as_ref(), id, at));
        }
        if any.enumeration.iter().all(serde_json::Value::is_null) {
            return Shape::Alias(plain(any));
        }
        match values(schema) {
            Some(values) => enumeration(schema, values),
            None => {
                let kind = |is: fn(&serde_json::Value) -> bool| {
                    any.enumeration.iter().filter(|v| !v.is_null()).all(is)
                };
                let (ty, what, name) = match plain(any) {
                    TypeRef::Any if kind(serde_json::Value::is_boolean) => {
                        (TypeRef::Boolean, "booleans", "a boolean")
                    }
                    TypeRef::Any if kind(serde_json::Value::is_number) => {
                        (TypeRef::Number, "numbers", "a number")
                    }
                    TypeRef::Any => (TypeRef::Any, "values of several types", "any JSON"),
                    ty => (ty, "values of another type", "the type that `type` names"),
                };
                self.unchecked(at, what, name);
                Shape::Alias(ty)
            }
        }
    }

    /// Reports that an `enum` only restricts values.
    fn unchecked(&mut self, at: &Pointer, what: &str, ty: &str) {
        let message = format!("an `enum` of {what} has no Rust enum; the type is {ty}");
        self.approximated(&at.child("enum"), message, "remove `enum` in the overlay: values are not checked");
    }

    fn ignored_not(&mut self, at: &Pointer) {
        let message = "`not` is ignored: no Rust type excludes values";
        self.approximated(&at.child("not"), message, "remove it in the overlay");
    }

    fn list(&mut self, items: Option<&ReferenceOr<Box<Schema>>>, id: &TypeId, at: &Pointer) -> TypeRef {
        let item = match items {
            Some(items) => self.item(&items.clone().unbox(), &id.items(), &at.child("items")),
            None => TypeRef::Any,
        };
        TypeRef::List(Box::new(item))
    }

    fn object(&mut self, schema: &Schema, id: &TypeId, at: &Pointer) -> Shape {
        let Some(members) = members(schema) else {
            self.undefined(required(schema), at);
            return Shape::Alias(TypeRef::Map(Box::new(TypeRef::Any)));
        };
        let additional = self.additional(members, id, at);
        let closed = members.is_closed();
        if members.properties.is_empty() {
            self.undefined(members.required, at);
            return match additional {
                _ if closed => Shape::Struct(Struct { closed, ..Struct::default() }),
                item => Shape::Alias(TypeRef::Map(Box::new(item.unwrap_or(TypeRef::Any)))),
            };
        }
        Shape::Struct(Struct {
            fields: self.fields(members, id, at),
            additional,
            closed,
            ..Struct::default()
        })
    }

    /// The type of undeclared members.
    pub(super) fn additional(&mut self, members: Members<'_>, id: &TypeId, at: &Pointer) -> Option<TypeRef> {
        match members.additional? {
            AdditionalProperties::Schema(item) => {
                Some(self.item(item, &id.values(), &at.child("additionalProperties")))
            }
            AdditionalProperties::Any(open) => open.then_some(TypeRef::Any),
        }
    }

    /// The members of an object.
    pub(super) fn fields(&mut self, members: Members<'_>, id: &TypeId, at: &Pointer) -> Fields {
        let fields = members.properties.iter().map(|(name, schema)| {
            let here = at.child("properties").child(name);
            let mut field = self.field(&schema.clone().unbox(), &id.member(name), &here);
            field.required = members.requires(name);
            (name.clone(), field)
        });
        let out: Fields = fields.collect();
        self.undefined(members.required.iter().filter(|name| !out.contains_key(*name)), at);
        out
    }

    /// Reports names of `required` that are not properties.
    pub(super) fn undefined<'n>(&mut self, names: impl IntoIterator<Item = &'n String>, at: &Pointer) {
        for name in names {
            let message = format!("`required` lists `{name}`, but `properties` does not define it");
            let help = "define the property in the overlay, or remove the name from `required`";
            self.noticed(Code::InvalidDocument, at, message, help);
        }
    }

    /// Reports once that a type is approximate, and uses any value in its place.
    pub(super) fn approximated(&mut self, at: &Pointer, message: impl Into<String>, help: &str) -> TypeRef {
        self.noticed(Code::Unsupported, at, message, help);
        TypeRef::Any
    }

    /// Pushes a notice, once for each place: the parts of an `allOf` are lowered again wherever they are used.
    fn noticed(&mut self, code: Code, at: &Pointer, message: impl Into<String>, help: &str) {
        let (at, message) = (self.spec.origin(at), message.into());
        if self.said.insert((at.clone(), message.clone())) {
            self.out.push(Diagnostic::notice(code, &at, message).help(help));
        }
    }

    /// Reports an unsupported construct and uses any value in its place, so that the run goes on and finds the rest.
    pub(super) fn unsupported(&mut self, at: &Pointer, what: &str) -> TypeRef {
        let message = format!("{what} is not supported here");
        self.out.push(
            Diagnostic::error(Code::Unsupported, &self.spec.origin(at), message)
                .help("fix it in the overlay, or skip it with `x-skip: <reason>`"),
        );
        TypeRef::Any
    }
}

/// The name that the vendor gives an inline enum.
pub(super) fn vendor_name(schema: &Schema) -> Option<&str> {
    schema.schema_data.extensions.get("x-ms-enum")?.get("name")?.as_str()
}

/// The one schema that `allOf` wraps, as load does to keep the siblings of a `$ref`.
pub(super) fn single(schema: &Schema) -> Option<&ReferenceOr<Schema>> {
    match &schema.schema_kind {
        SchemaKind::AllOf { all_of } => match all_of.as_slice() {
            [one @ ReferenceOr::Reference { .. }] => Some(one),
            _ => None,
        },
        _ => None,
    }
}

/// The one schema that `schema` wraps to describe it or to allow null, as `allOf: [X, {nullable: true}]` and
/// `anyOf: [X, {type: null}]` do.
fn only<'s>(schema: &'s Schema, at: &Pointer) -> Option<(&'s ReferenceOr<Schema>, Pointer)> {
    let (list, keyword, is_nothing): (_, _, fn(&ReferenceOr<Schema>) -> bool) = match &schema.schema_kind {
        SchemaKind::AllOf { all_of } => (all_of, "allOf", says_nothing),
        SchemaKind::OneOf { one_of } => (one_of, "oneOf", is_null),
        SchemaKind::AnyOf { any_of } => (any_of, "anyOf", is_null),
        _ => return None,
    };
    let mut left = list.iter().enumerate().filter(|(_, part)| !is_nothing(part));
    let (index, part) = left.next().filter(|_| keyword == "allOf" || list.len() > 1)?;
    left.next().is_none().then(|| (part, at.child(keyword).child(index)))
}

/// True if a schema says nothing about its value except that it may be null, as one with only a description.
pub(super) fn says_nothing(schema: &ReferenceOr<Schema>) -> bool {
    match schema {
        ReferenceOr::Item(Schema { schema_kind: SchemaKind::Any(any), .. }) => {
            any.typ.is_none() && any.format.is_none() && any.required.is_empty() && is_rule(any)
        }
        _ => false,
    }
}

/// True if a schema has no keyword that decides about a type: `required`, `not`, `pattern` are for validators.
pub(super) fn is_rule(any: &AnySchema) -> bool {
    any.typ.is_none()
        && any.properties.is_empty()
        && any.additional_properties.is_none()
        && any.items.is_none()
        && any.enumeration.is_empty()
        && [&any.all_of, &any.one_of, &any.any_of].iter().all(|list| list.is_empty())
}

/// The values of an `enum` that can be a Rust enum: all strings, or all integers.
pub(super) fn values(schema: &Schema) -> Option<Vec<Value>> {
    let all: Vec<Value> = match &schema.schema_kind {
        SchemaKind::Type(OasType::String(string)) => {
            string.enumeration.iter().flatten().cloned().map(Value::String).collect()
        }
        SchemaKind::Type(OasType::Integer(integer)) => {
            integer.enumeration.iter().flatten().copied().map(Value::Integer).collect()
        }
        SchemaKind::Any(any) => {
            let value = |value: &serde_json::Value| match (any.typ.as_deref(), value) {
                (Some("string") | None, serde_json::Value::String(text)) => Some(Value::String(text.clone())),
                // YAML reads `2.0` and `no` as a number and a boolean.
                (Some("string"), serde_json::Value::Number(_) | serde_json::Value::Bool(_)) => {
                    Some(Value::String(value.to_string()))
                }
                (Some("integer"), serde_json::Value::String(text)) => text.parse().ok().map(Value::Integer),
                (Some("integer") | None, number) => number.as_i64().map(Value::Integer),
                _ => None,
            };
            any.enumeration.iter().filter(|v| !v.is_null()).map(value).collect::<Option<_>>()?
        }
        _ => return None,
    };
    let strings = all.iter().filter(|v| matches!(v, Value::String(_))).count();
    (!all.is_empty() && (strings == 0 || strings == all.len())).then_some(all)
}

/// An enum of values that are all strings or all integers.
pub(super) fn enumeration(schema: &Schema, values: Vec<Value>) -> Shape {
    let names = vendor_names(schema, &values);
    let values: BTreeSet<Value> = values.into_iter().collect();
    let extension = schema.schema_data.extensions.get("x-case-insensitive");
    let case_insensitive = extension == Some(&serde_json::Value::Bool(true));
    Shape::Enum(Enum { values: values.into_iter().collect(), case_insensitive, names })
}

/// The vendor's names of integers, by the text of the value. Strings are names themselves.
fn vendor_names(schema: &Schema, values: &[Value]) -> BTreeMap<String, String> {
    let extension = |key: &str| schema.schema_data.extensions.get(key);
    let lists = VALUE_NAMES.iter().filter_map(|key| extension(key)?.as_array());
    let list = lists.into_iter().find(|list| list.len() == values.len());
    let listed = list.into_iter().flatten().zip(values).filter_map(|(name, value)| match value {
        Value::Integer(value) => Some((value.to_string(), name.as_str()?.to_owned())),
        Value::String(_) => None,
    });
    let of_microsoft = extension("x-ms-enum").and_then(|own| own.get("values")?.as_array());
    let described = of_microsoft.into_iter().flatten().filter_map(|entry| {
        let value = entry.get("value")?.as_i64()?;
        Some((value.to_string(), entry.get("name")?.as_str()?.to_owned()))
    });
    described.chain(listed).filter(|(_, name)| !name.trim().is_empty()).collect()
}

/// The type of a schema without members, items and values.
fn plain(any: &AnySchema) -> TypeRef {
    match (any.typ.as_deref(), any.format.as_deref()) {
        (Some("string"), Some("date-time")) => TypeRef::Timestamp,
        (Some("string"), Some("date")) => TypeRef::Date,
        (Some("string"), Some("binary")) => TypeRef::Binary,
        (Some("string"), _) => TypeRef::String,
        (Some("integer"), format) => TypeRef::integer(format),
        (Some("number"), _) => TypeRef::Number,
        (Some("boolean"), _) => TypeRef::Boolean,
        (Some("array"), _) => TypeRef::List(Box::new(TypeRef::Any)),
        (Some("object"), _) => TypeRef::Map(Box::new(TypeRef::Any)),
        _ => TypeRef::Any,
    }
}
