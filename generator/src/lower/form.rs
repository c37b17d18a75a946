//! Lowers bodies that are forms: each field is a parameter, for it is an argument in Rust.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{
    AdditionalProperties, Encoding, MediaType as OasMediaType, Operation as OasOperation, ParameterData,
    ParameterSchemaOrContent, QueryStyle, ReferenceOr, Schema,
};

use super::Lowering;
use super::constraints::constraints;
use super::operation::{forms, item};
use super::parameter::{Accepted, Written, bare};
use super::schema::members;
use crate::api::{Fields, Form, FormRules, In, MediaType, Parameter, Shape, Style, TypeId, TypeRef};
use crate::diagnostic::Pointer;

impl Lowering<'_> {
    /// The media type, the fields and the rules of a body that is a form with named fields, or may be one.
    pub(super) fn form(
        &mut self,
        id: &str,
        operation: &OasOperation,
        at: &Pointer,
        accepted: &mut Accepted,
    ) -> Option<(String, Vec<Parameter>, FormRules)> {
        let components = self.document.components.as_ref();
        let body =
            item(operation.request_body.as_ref()?, components, |c| &c.request_bodies, "requestBodies")?;
        // The form that can contain files comes first.
        let (form, media_type, media) = forms(&body.content)
            .filter_map(|(name, media)| Some((MediaType::parse(name).form()?, name, media)))
            .min_by_key(|(form, name, _)| (*form, name.as_str()))?;
        let at = at.child("requestBody").child("content").child(media_type);
        let (fields, rules) = self.form_fields(id, form, media, &at, accepted)?;
        Some((media_type.clone(), fields, rules))
    }

    /// The media types of the forms that are not sent.
    pub(super) fn other_forms(&self, operation: &OasOperation, sent: &str) -> BTreeSet<String> {
        let components = self.document.components.as_ref();
        let body = operation.request_body.as_ref();
        let body = body.and_then(|body| item(body, components, |c| &c.request_bodies, "requestBodies"));
        let forms = body.into_iter().flat_map(|body| forms(&body.content)).map(|(name, _)| name);
        let others = forms.filter(|name| *name != sent && MediaType::parse(name).form().is_some());
        others.cloned().collect()
    }

    fn form_fields(
        &mut self,
        id: &str,
        form: Form,
        media: &OasMediaType,
        at: &Pointer,
        accepted: &mut Accepted,
    ) -> Option<(Vec<Parameter>, FormRules)> {
        let declared = media.schema.as_ref()?;
        let place = at.child("schema");
        let (schema, here) = self.resolve(declared, &place).map(|(schema, at)| (schema.clone(), at))?;
        let mut out = BTreeMap::new();
        let rules = FormRules {
            constraints: constraints(&schema),
            closed: members(&schema).is_some_and(|members| members.is_closed()),
            one_of: self.required_sets(&schema),
        };
        let Some(members) = members(&schema).filter(|members| !members.properties.is_empty()) else {
            return self.composed_fields((id, form), media, declared, rules, at);
        };
        if matches!(
            members.additional,
            Some(AdditionalProperties::Any(true) | AdditionalProperties::Schema(_))
        ) {
            let message = "fields that the form does not name have no setters";
            self.not_read(&here, message, "add them with `into_call().field(name, value)` or `part`");
        }
        for (name, schema) in members.properties {
            let schema = schema.clone().unbox();
            let description = match &schema {
                ReferenceOr::Item(schema) => schema.schema_data.description.clone(),
                ReferenceOr::Reference { .. } => None,
            };
            let data = ParameterData {
                name: name.clone(),
                description,
                required: members.requires(name),
                deprecated: None,
                format: ParameterSchemaOrContent::Schema(schema.clone()),
                example: None,
                examples: Default::default(),
                explode: None,
                extensions: Default::default(),
            };
            // Objects are JSON text unless the encoding says otherwise.
            let written = Written { object: Style::Json, ..Written::new(In::Form, Style::Repeat) };
            let place = here.child("properties").child(name);
            let mut field = self.parameter(id, &data, (&schema, &place), written, accepted);
            let encoding = media.encoding.get(name);
            self.encode(&mut field, form, encoding);
            field.headers = self.part_headers(id, name, form, encoding, at);
            out.insert(name.clone(), field);
        }
        Some((out.into_values().collect(), rules))
    }

    /// The fields of an object that is composed of others, which is recognized by its type.
    fn composed_fields(
        &mut self,
        (id, form): (&str, Form),
        media: &OasMediaType,
        declared: &ReferenceOr<Schema>,
        mut rules: FormRules,
        at: &Pointer,
    ) -> Option<(Vec<Parameter>, FormRules)> {
        let ty = self.field(declared, &TypeId::operation(id).member("body"), &at.child("schema")).ty;
        let TypeRef::Named(name) = self.through(&ty) else { return None };
        let Some(Shape::Struct(s)) = self.types.get(name).map(|t| t.shape.clone()) else { return None };
        (rules.closed, rules.one_of) = (s.closed, s.one_of);
        let mut out = Vec::new();
        for (name, field) in s.fields {
            let mut parameter = Parameter {
                required: field.required,
                deprecated: field.deprecated,
                nullable: field.nullable,
                lifecycle: field.lifecycle,
                constraints: field.constraints,
                doc: field.doc,
                ..bare(&name, In::Form, field.ty)
            };
            let encoding = media.encoding.get(&name);
            self.encode(&mut parameter, form, encoding);
            parameter.headers = self.part_headers(id, &name, form, encoding, at);
            out.push(parameter);
        }
        (!out.is_empty()).then_some((out, rules))
    }

    /// The headers of a part. Only multipart forms have parts.
    fn part_headers(
        &mut self,
        id: &str,
        field: &str,
        form: Form,
        encoding: Option<&Encoding>,
        at: &Pointer,
    ) -> Fields {
        let Some(encoding) = encoding.filter(|_| form == Form::Multipart) else { return Fields::new() };
        let at = at.child("encoding").child(field);
        // A field may be called as a status, whose headers are others.
        self.headers(id, &format!("part {field}"), &encoding.headers, &at)
    }

    /// Settles the serialization of a field, by its encoding.
    fn encode(&self, field: &mut Parameter, form: Form, encoding: Option<&Encoding>) {
        // Only multipart forms contain files.
        if form == Form::Encoded {
            match &mut field.ty {
                TypeRef::List(item) if *self.through(item) == TypeRef::Binary => **item = TypeRef::String,
                ty if *self.through(ty) == TypeRef::Binary => *ty = TypeRef::String,
                _ => {}
            }
        }
        // A part without a type is one of the media type of its encoding (OpenAPI 3.1, "Special Considerations for multipart").
        if form == Form::Multipart && encoding.is_some_and(is_file) {
            match &mut field.ty {
                TypeRef::List(item) if **item == TypeRef::Any => **item = TypeRef::Binary,
                ty if *ty == TypeRef::Any => *ty = TypeRef::Binary,
                _ => {}
            }
        }
        let item = match &field.ty {
            TypeRef::List(item) => item,
            ty => ty,
        };
        let is_list = matches!(field.ty, TypeRef::List(_));
        let is_file = matches!(self.through(item), TypeRef::Binary);
        let scalar = is_file || self.is_scalar(item);
        let style = encoding.and_then(|e| e.style.as_ref());
        field.style = match (style, is_list, scalar) {
            _ if is_file => {
                if is_list {
                    Style::Repeat
                } else {
                    Style::Comma
                }
            }
            (Some(QueryStyle::DeepObject), ..) if is_list || !scalar => Style::Deep,
            (Some(QueryStyle::SpaceDelimited), ..) => Style::Space,
            (Some(QueryStyle::PipeDelimited), ..) => Style::Pipe,
            (Some(QueryStyle::Form), true, true) if encoding.is_some_and(|e| !e.explode) => Style::Comma,
            (Some(QueryStyle::Form), false, false) if encoding.is_some_and(|e| e.explode) => Style::Repeat,
            (_, true, true) => Style::Repeat,
            // Each object of a list is a separate part, which contains JSON.
            (_, true, false) if form == Form::Multipart => Style::Repeat,
            (_, _, false) => Style::Json,
            (_, false, true) => Style::Comma,
        };
        if form != Form::Multipart {
            return;
        }
        // Of several media types, and of a range of them, the caller chooses.
        let media_type = encoding.and_then(|e| e.content_type.as_deref()).map(str::trim);
        let media_type = media_type.filter(|text| !text.is_empty() && !text.contains([',', '*']));
        match media_type {
            Some(text) if !is_file && MediaType::parse(text).is_json() => field.style = Style::Json,
            Some(text) if scalar && !is_file => field.media_type = Some(text.to_owned()),
            _ => field.accepts = encoding.and_then(|e| e.content_type.as_deref()).map(normal),
        }
    }

    /// The type of a form without named fields: texts by name.
    pub(super) fn free_form(&mut self, media: &OasMediaType, at: &Pointer) -> TypeRef {
        let ty = media.schema.as_ref().and_then(|schema| self.resolve(schema, at)).map(|(schema, _)| schema);
        if ty.is_some_and(|schema| {
            matches!(&schema.schema_kind, openapiv3::SchemaKind::Type(openapiv3::Type::String(_)))
        }) {
            return TypeRef::Binary;
        }
        TypeRef::Map(Box::new(TypeRef::String))
    }
}

/// True if an encoding names media types that are neither JSON nor text.
fn is_file(encoding: &Encoding) -> bool {
    let named = encoding.content_type.as_deref().unwrap_or_default().split(',').map(str::trim);
    let named: Vec<MediaType<'_>> = named.filter(|text| !text.is_empty()).map(MediaType::parse).collect();
    !named.is_empty() && named.iter().all(|media| !media.reads_json() && !media.is_text())
}

/// A list of media types without spaces.
fn normal(list: &str) -> String {
    list.split(',').map(str::trim).collect::<Vec<_>>().join(", ")
}
