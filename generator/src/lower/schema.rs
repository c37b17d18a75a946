//! A schema goes in; a use of a type comes out, and the types that stand inline in it.

use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties, AnySchema, ArrayType, ReferenceOr, Schema, SchemaKind, StringFormat,
    Type as OasType, VariantOrUnknownOrEmpty,
};
use std::collections::BTreeSet;

use super::Lowering;
use crate::api::{Enum, Field, Fields, Limits, Shape, Struct, Type, TypeRef, Value};
use crate::diagnostic::{Code, Diagnostic, Pointer};

/// What `type` may say (OpenAPI 3.0, "Data Types").
const TYPES: &[&str] = &["array", "boolean", "integer", "number", "object", "string"];

/// The members of an object schema, whether it says `type: object` or not.
#[derive(Clone, Copy)]
pub(super) struct Members<'a> {
    pub(super) properties: &'a IndexMap<String, ReferenceOr<Box<Schema>>>,
    pub(super) required: &'a [String],
    pub(super) additional: Option<&'a AdditionalProperties>,
}

impl<'a> Members<'a> {
    pub(super) fn requires(&self, name: &str) -> bool {
        self.required.iter().any(|r| r == name)
    }

    pub(super) fn has_only(&self, names: &[&str]) -> bool {
        self.additional.is_none() && self.properties.keys().all(|k| names.contains(&k.as_str()))
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

/// The only value of a string that has just one.
pub(super) fn constant(schema: &Schema) -> Option<&str> {
    match &schema.schema_kind {
        SchemaKind::Type(OasType::String(string)) => match string.enumeration.as_slice() {
            [Some(value)] => Some(value),
            _ => None,
        },
        _ => None,
    }
}

impl Lowering<'_> {
    /// The schema behind a reference and the pointer to it.
    pub(super) fn resolve<'s>(
        &'s self,
        schema: &'s ReferenceOr<Schema>,
        at: &Pointer,
    ) -> Option<(&'s Schema, Pointer)> {
        match schema {
            ReferenceOr::Item(schema) => Some((schema, at.clone())),
            ReferenceOr::Reference { reference } => {
                let name = super::component(reference, "schemas")?;
                let next = self.document.components.as_ref()?.schemas.get(name)?;
                let at = Pointer::new("/components/schemas").child(name);
                match next {
                    // Invariant: load refuses chains of references that lead back to themselves.
                    ReferenceOr::Reference { .. } => self.resolve(next, &at),
                    ReferenceOr::Item(schema) => Some((schema, at)),
                }
            }
        }
    }

    /// The same for a member of an object.
    pub(super) fn resolve_member<'s>(&'s self, schema: &'s ReferenceOr<Box<Schema>>) -> Option<&'s Schema> {
        match schema {
            ReferenceOr::Item(schema) => match single(schema) {
                Some(reference) => self.resolve(reference, &Pointer::root()).map(|(schema, _)| schema),
                None => Some(schema),
            },
            ReferenceOr::Reference { reference } => {
                let name = super::component(reference, "schemas")?;
                let next = self.document.components.as_ref()?.schemas.get(name)?;
                self.resolve(next, &Pointer::root()).map(|(schema, _)| schema)
            }
        }
    }

    /// Lowers the schema that a component has under `name`.
    pub(super) fn named(&mut self, name: &str, schema: &Schema, at: &Pointer) {
        let shape = self.family(name, schema).or_else(|| self.json_api(name, schema, at));
        let shape = match shape {
            Some(shape) => shape,
            None => {
                self.unrecognised(name, schema, at);
                self.shape(schema, name, at)
            }
        };
        let data = &schema.schema_data;
        let ty = Type { shape, deprecated: data.deprecated, doc: data.description.clone() };
        self.types.insert(name.to_owned(), ty);
    }

    /// A member of an object, a parameter or a list item; `id` is what a type that stands inline in it is called.
    pub(super) fn field(&mut self, schema: &ReferenceOr<Schema>, id: &str, at: &Pointer) -> Field {
        let schema = match schema {
            ReferenceOr::Reference { reference } => {
                let Some(name) = super::component(reference, "schemas") else {
                    return self.unsupported(at, &format!("the reference `{reference}`")).into();
                };
                self.referred(id);
                let Some(schema) = self.transparent(name) else {
                    return TypeRef::Named(name.to_owned()).into();
                };
                let at = Pointer::new("/components/schemas").child(name);
                let field = self.field(&ReferenceOr::Item(schema), id, &at);
                self.leave();
                return field;
            }
            ReferenceOr::Item(schema) => schema,
        };
        let data = &schema.schema_data;
        let ty = match (single(schema), self.definition(schema, id, at)) {
            (_, Some(name)) => TypeRef::Named(name),
            (Some(inner), None) => self.field(inner, id, &at.child("allOf").child(0)).ty,
            (None, None) => self.inline(schema, id, at),
        };
        Field {
            ty,
            required: false,
            nullable: data.nullable,
            deprecated: data.deprecated,
            read_only: data.read_only,
            write_only: data.write_only,
            limits: limits(schema),
            doc: data.description.clone(),
        }
    }

    fn inline(&mut self, schema: &Schema, id: &str, at: &Pointer) -> TypeRef {
        match self.shape(schema, id, at) {
            Shape::Alias(ty) => ty,
            shape => {
                let doc = schema.schema_data.description.clone();
                let id = match (vendor_name(schema), &shape) {
                    (Some(name), Shape::Enum(_)) => {
                        self.named_enum(name, &shape, at);
                        name
                    }
                    _ => id,
                };
                self.types.insert(id.to_owned(), Type { shape, deprecated: false, doc });
                TypeRef::Named(id.to_owned())
            }
        }
    }

    /// One name stands for one set of values.
    fn named_enum(&mut self, name: &str, shape: &Shape, at: &Pointer) {
        let is_new = self.named_enums.insert(name.to_owned());
        let other = self.types.get(name).is_some_and(|known| known.shape != *shape);
        let component = self.document.components.as_ref().is_some_and(|c| c.schemas.contains_key(name));
        if other || (is_new && component) {
            let message = format!("`{name}` in `x-ms-enum` is the name of something else, too");
            self.out.push(
                Diagnostic::error(Code::InvalidDocument, &self.spec.origin(at), message)
                    .help("give the enum another name in the overlay, or take its `x-ms-enum` away"),
            );
        }
    }

    fn shape(&mut self, schema: &Schema, id: &str, at: &Pointer) -> Shape {
        match &schema.schema_kind {
            SchemaKind::Type(OasType::String(string)) => {
                let values: Vec<Value> =
                    string.enumeration.iter().flatten().cloned().map(Value::String).collect();
                if !string.enumeration.is_empty() {
                    return self.enumeration(schema, values, at);
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
                if values.is_empty() {
                    Shape::Alias(TypeRef::Integer)
                } else {
                    self.enumeration(schema, values, at)
                }
            }
            SchemaKind::Type(OasType::Number(_)) => Shape::Alias(TypeRef::Number),
            SchemaKind::Type(OasType::Boolean(_)) => Shape::Alias(TypeRef::Boolean),
            SchemaKind::Type(OasType::Array(array)) => Shape::Alias(self.list(array, id, at)),
            SchemaKind::Type(OasType::Object(_)) => self.object(schema, id, at),
            SchemaKind::OneOf { one_of } => self.union(schema, one_of, id, &at.child("oneOf")),
            SchemaKind::AnyOf { any_of } => self.union(schema, any_of, id, &at.child("anyOf")),
            SchemaKind::AllOf { all_of } => self.all_of(all_of, id, at),
            SchemaKind::Not { .. } => Shape::Alias(self.unsupported(at, "`not`")),
            SchemaKind::Any(any) => self.any(schema, any, id, at),
        }
    }

    /// A schema without `type`, or with a keyword that says nothing about its type.
    fn any(&mut self, schema: &Schema, any: &AnySchema, id: &str, at: &Pointer) -> Shape {
        for (keyword, list) in [("oneOf", &any.one_of), ("allOf", &any.all_of), ("anyOf", &any.any_of)] {
            if !list.is_empty() {
                if keyword == "allOf" {
                    let own = ReferenceOr::Item(without_all_of(schema, any));
                    let parts: Vec<_> = list.iter().cloned().chain([own]).collect();
                    return self.all_of(&parts, id, at);
                }
                return Shape::Alias(self.unsupported(at, &format!("`{keyword}` beside other keywords")));
            }
        }
        if any.not.is_some() {
            return Shape::Alias(self.unsupported(at, "`not`"));
        }
        if let Some(unknown) = any.typ.as_deref().filter(|ty| !TYPES.contains(ty)) {
            return Shape::Alias(self.unsupported(&at.child("type"), &format!("the type `{unknown}`")));
        }
        if members(schema).is_some() {
            return self.object(schema, id, at);
        }
        if any.items.is_some() {
            let list = ArrayType {
                items: any.items.clone(),
                min_items: any.min_items,
                max_items: any.max_items,
                unique_items: false,
            };
            return Shape::Alias(self.list(&list, id, at));
        }
        let values: Option<Vec<Value>> = any
            .enumeration
            .iter()
            .filter(|v| !v.is_null())
            .map(|v| match v {
                serde_json::Value::String(s) => Some(Value::String(s.clone())),
                v => v.as_i64().map(Value::Integer),
            })
            .collect();
        match values {
            Some(values) if !values.is_empty() => self.enumeration(schema, values, at),
            Some(_) => Shape::Alias(plain(any)),
            None => {
                Shape::Alias(self.unsupported(at, "an enum of values that are neither strings nor integers"))
            }
        }
    }

    fn enumeration(&mut self, schema: &Schema, values: Vec<Value>, at: &Pointer) -> Shape {
        let values: BTreeSet<Value> = values.into_iter().collect();
        let strings = values.iter().filter(|v| matches!(v, Value::String(_))).count();
        if values.is_empty() || (strings != 0 && strings != values.len()) {
            return Shape::Alias(
                self.unsupported(at, "an enum without values, or of strings and numbers at once"),
            );
        }
        let case_insensitive = schema
            .schema_data
            .extensions
            .get("x-case-insensitive")
            .is_some_and(|v| v == &serde_json::json!(true));
        Shape::Enum(Enum { values: values.into_iter().collect(), case_insensitive })
    }

    fn list(&mut self, array: &ArrayType, id: &str, at: &Pointer) -> TypeRef {
        let item = match &array.items {
            Some(items) => self.field(&items.clone().unbox(), &format!("{id}[]"), &at.child("items")).ty,
            None => TypeRef::Any,
        };
        TypeRef::List(Box::new(item))
    }

    fn object(&mut self, schema: &Schema, id: &str, at: &Pointer) -> Shape {
        let Some(members) = members(schema) else {
            return Shape::Alias(TypeRef::Map(Box::new(TypeRef::Any)));
        };
        let additional = match members.additional {
            Some(AdditionalProperties::Schema(item)) => {
                Some(self.field(item, &format!("{id}{{}}"), &at.child("additionalProperties")).ty)
            }
            Some(AdditionalProperties::Any(true)) => Some(TypeRef::Any),
            Some(AdditionalProperties::Any(false)) | None => None,
        };
        if members.properties.is_empty() && members.required.is_empty() {
            let closed = matches!(members.additional, Some(AdditionalProperties::Any(false)));
            return match additional {
                _ if closed => Shape::Struct(Struct::default()),
                Some(item) => Shape::Alias(TypeRef::Map(Box::new(item))),
                None => Shape::Alias(TypeRef::Map(Box::new(TypeRef::Any))),
            };
        }
        Shape::Struct(Struct { fields: self.fields(members, id, at), additional })
    }

    /// The members of an object.
    pub(super) fn fields(&mut self, members: Members<'_>, id: &str, at: &Pointer) -> Fields {
        let at = at.child("properties");
        let mut out = Fields::new();
        for (name, schema) in members.properties {
            let mut field = self.field(&schema.clone().unbox(), &format!("{id}.{name}"), &at.child(name));
            field.required = members.requires(name);
            out.insert(name.clone(), field);
        }
        for name in members.required {
            if !out.contains_key(name) {
                self.undefined_required(name, &at);
            }
        }
        out
    }

    /// Reports a name that `required` lists although the properties at `at` do not define it.
    pub(super) fn undefined_required(&mut self, name: &str, at: &Pointer) {
        let message = format!("`required` names `{name}`, which is no property");
        self.out.push(
            Diagnostic::error(Code::InvalidDocument, &self.spec.origin(at), message)
                .help("declare the property or take the name out of `required` in the overlay"),
        );
    }

    fn all_of(&mut self, parts: &[ReferenceOr<Schema>], id: &str, at: &Pointer) -> Shape {
        let mut merged = Struct::default();
        let mut required: BTreeSet<String> = BTreeSet::new();
        if !self.merge(parts, id, at, &mut merged, &mut required, 0) {
            return Shape::Alias(self.unsupported(at, "`allOf` of something else than objects"));
        }
        for name in required {
            match merged.fields.get_mut(&name) {
                Some(field) => field.required = true,
                None => {
                    let message =
                        format!("`required` names `{name}`, which is a property of no part of `allOf`");
                    self.out.push(
                        Diagnostic::error(Code::InvalidDocument, &self.spec.origin(at), message)
                            .help("declare the property or take the name out of `required` in the overlay"),
                    );
                }
            }
        }
        Shape::Struct(merged)
    }

    fn merge(
        &mut self,
        parts: &[ReferenceOr<Schema>],
        id: &str,
        at: &Pointer,
        merged: &mut Struct,
        required: &mut BTreeSet<String>,
        depth: usize,
    ) -> bool {
        // A schema that is its own part has no values, and no depth that stops.
        if depth > 64 {
            return false;
        }
        for (index, part) in parts.iter().enumerate() {
            let here = at.child("allOf").child(index);
            let Some((schema, here)) = self.resolve(part, &here).map(|(s, at)| (s.clone(), at)) else {
                return false;
            };
            match &schema.schema_kind {
                SchemaKind::AllOf { all_of } => {
                    if !self.merge(all_of, id, &here, merged, required, depth + 1) {
                        return false;
                    }
                }
                SchemaKind::Any(any) if !any.all_of.is_empty() => {
                    let own = ReferenceOr::Item(without_all_of(&schema, any));
                    let parts: Vec<_> = any.all_of.iter().cloned().chain([own]).collect();
                    if !self.merge(&parts, id, &here, merged, required, depth + 1) {
                        return false;
                    }
                }
                SchemaKind::Type(OasType::Object(_)) | SchemaKind::Any(_) => {
                    let names: &[String] = match &schema.schema_kind {
                        SchemaKind::Type(OasType::Object(object)) => &object.required,
                        SchemaKind::Any(any) => &any.required,
                        _ => &[],
                    };
                    required.extend(names.iter().cloned());
                    if let Some(members) = members(&schema) {
                        let open = Members { required: &[], ..members };
                        merged.fields.extend(self.fields(open, id, &here));
                        if let Some(AdditionalProperties::Schema(item)) = members.additional {
                            let at = here.child("additionalProperties");
                            merged.additional = Some(self.field(item, &format!("{id}{{}}"), &at).ty);
                        }
                    }
                }
                _ => return false,
            }
        }
        true
    }

    /// Reports `what` and stands in with any value, so that the run goes on and finds the rest.
    pub(super) fn unsupported(&mut self, at: &Pointer, what: &str) -> TypeRef {
        let message = format!("{what} is not supported here");
        self.out.push(
            Diagnostic::error(Code::Unsupported, &self.spec.origin(at), message)
                .help("mend the place in the overlay, or leave it out there with `x-skip: <reason>`"),
        );
        TypeRef::Any
    }
}

/// The name that the vendor gives an enum that stands inline.
pub(super) fn vendor_name(schema: &Schema) -> Option<&str> {
    schema.schema_data.extensions.get("x-ms-enum")?.get("name")?.as_str()
}

/// The one schema that `allOf` wraps, as load does to keep what stands beside a `$ref`.
pub(super) fn single(schema: &Schema) -> Option<&ReferenceOr<Schema>> {
    match &schema.schema_kind {
        SchemaKind::AllOf { all_of } => match all_of.as_slice() {
            [one @ ReferenceOr::Reference { .. }] => Some(one),
            _ => None,
        },
        _ => None,
    }
}

/// What a schema without members, items and values holds.
fn plain(any: &AnySchema) -> TypeRef {
    match (any.typ.as_deref(), any.format.as_deref()) {
        (Some("string"), Some("date-time")) => TypeRef::Timestamp,
        (Some("string"), Some("date")) => TypeRef::Date,
        (Some("string"), Some("binary")) => TypeRef::Binary,
        (Some("string"), _) => TypeRef::String,
        (Some("integer"), _) => TypeRef::Integer,
        (Some("number"), _) => TypeRef::Number,
        (Some("boolean"), _) => TypeRef::Boolean,
        (Some("array"), _) => TypeRef::List(Box::new(TypeRef::Any)),
        (Some("object"), _) => TypeRef::Map(Box::new(TypeRef::Any)),
        _ => TypeRef::Any,
    }
}

fn without_all_of(schema: &Schema, any: &AnySchema) -> Schema {
    let any = AnySchema { all_of: Vec::new(), ..any.clone() };
    Schema { schema_data: schema.schema_data.clone(), schema_kind: SchemaKind::Any(any) }
}

/// The bounds that a schema gives its value.
pub(super) fn limits(schema: &Schema) -> Limits {
    let mut out = Limits { default: schema.schema_data.default.clone(), ..Limits::default() };
    match &schema.schema_kind {
        SchemaKind::Type(OasType::String(string)) => {
            out.min_length = string.min_length.map(|n| n as u64);
            out.max_length = string.max_length.map(|n| n as u64);
            out.pattern = string.pattern.clone();
            out.format = match &string.format {
                VariantOrUnknownOrEmpty::Unknown(format) => Some(format.clone()),
                VariantOrUnknownOrEmpty::Item(StringFormat::Byte) => Some("byte".to_owned()),
                VariantOrUnknownOrEmpty::Item(StringFormat::Password) => Some("password".to_owned()),
                _ => None,
            };
        }
        SchemaKind::Type(OasType::Integer(integer)) => {
            out.minimum = integer.minimum.map(|n| n as f64);
            out.maximum = integer.maximum.map(|n| n as f64);
        }
        SchemaKind::Type(OasType::Number(number)) => {
            out.minimum = number.minimum;
            out.maximum = number.maximum;
        }
        SchemaKind::Type(OasType::Array(array)) => {
            out.min_items = array.min_items.map(|n| n as u64);
            out.max_items = array.max_items.map(|n| n as u64);
        }
        _ => {}
    }
    out
}
