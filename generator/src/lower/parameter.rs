//! Lowers the parameters of operations.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{
    Content, Parameter as OasParameter, ParameterData, ParameterSchemaOrContent, PathStyle, QueryStyle,
    ReferenceOr, Schema, SchemaKind, Type as OasType,
};

use super::Lowering;
use super::constraints::constraints;
use super::operation::{item, lifecycle};
use super::schema::vendor_name;
use crate::api::{Constraints, In, MediaType, Parameter, Shape, Style, TypeId, TypeRef, Variant};
use crate::diagnostic::{Code, Diagnostic, Pointer};
use crate::load::WHOLE_QUERY;

/// The values that parameters accept, by the parameter's name, its operation and its place.
pub(super) type Accepted = BTreeMap<(String, String, In), Vec<String>>;

/// Headers that OpenAPI leaves to other parts of the document.
const IGNORED: [&str; 3] = ["accept", "content-type", "authorization"];

/// A parameter's place and style, as far as they do not depend on its schema.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written {
    pub(super) place: In,
    /// The serialization of a list.
    pub(super) style: Style,
    /// The serialization of an object, if it differs.
    pub(super) object: Style,
}

/// The constraints of a parameter; those of another named schema are at that schema.
fn own_constraints(schema: &ReferenceOr<Schema>, list: Option<openapiv3::ArrayType>) -> Constraints {
    match (schema, list) {
        (ReferenceOr::Item(schema), _) => constraints(schema),
        (_, Some(list)) => constraints(&Schema {
            schema_data: Default::default(),
            schema_kind: SchemaKind::Type(OasType::Array(list)),
        }),
        _ => Default::default(),
    }
}

impl Written {
    /// The style of a list, a scalar or an object.
    fn style_of(self, is_list: bool, scalar: bool) -> Style {
        match (is_list, scalar) {
            (true, _) => self.style,
            // Separators, and the style that OpenAPI gives to objects, say nothing of a scalar.
            (false, true) => match self.style {
                Style::Comma | Style::Repeat | Style::Space | Style::Pipe | Style::Deep => Style::Comma,
                style => style,
            },
            (false, false) => self.object,
        }
    }

    pub(super) fn new(place: In, style: Style) -> Self {
        Self { place, style, object: style }
    }

    fn of(parameter: &OasParameter) -> Self {
        let explode = parameter.parameter_data_ref().explode;
        match parameter {
            OasParameter::Path { style, .. } => {
                let each = explode == Some(true);
                match (style, each) {
                    (PathStyle::Simple, false) => Self::new(In::Path, Style::Comma),
                    // A list is the same either way.
                    (PathStyle::Simple, true) => {
                        Self { object: Style::Repeat, ..Self::new(In::Path, Style::Comma) }
                    }
                    (PathStyle::Label, false) => Self::new(In::Path, Style::Label),
                    (PathStyle::Label, true) => Self::new(In::Path, Style::LabelEach),
                    (PathStyle::Matrix, false) => Self::new(In::Path, Style::Matrix),
                    (PathStyle::Matrix, true) => Self::new(In::Path, Style::MatrixEach),
                }
            }
            OasParameter::Query { style, .. } => Self::new(
                In::Query,
                match (style, explode) {
                    (QueryStyle::Form, Some(false)) => Style::Comma,
                    (QueryStyle::Form, _) => Style::Repeat,
                    (QueryStyle::SpaceDelimited, _) => Style::Space,
                    (QueryStyle::PipeDelimited, _) => Style::Pipe,
                    (QueryStyle::DeepObject, _) => Style::Deep,
                },
            ),
            OasParameter::Header { .. } => {
                let object = if explode == Some(true) { Style::Repeat } else { Style::Comma };
                Self { object, ..Self::new(In::Header, Style::Comma) }
            }
            OasParameter::Cookie { .. } => {
                let style = if explode == Some(false) { Style::Comma } else { Style::Repeat };
                Self::new(In::Cookie, style)
            }
        }
    }
}

impl Lowering<'_> {
    /// The parameters of an operation: those of its path, and its own.
    pub(super) fn parameters(
        &mut self,
        id: &str,
        path: &str,
        all: &[(&ReferenceOr<OasParameter>, Pointer)],
        operation: &Pointer,
        accepted: &mut Accepted,
    ) -> Vec<Parameter> {
        let components = self.document.components.as_ref();
        let places: BTreeSet<&str> = placeholders(path).collect();
        // The operation's own parameter replaces the path's of the same name and place.
        let mut out: BTreeMap<(In, String), Parameter> = BTreeMap::new();
        for (parameter, at) in all {
            let Some(parameter) = item(parameter, components, |c| &c.parameters, "parameters") else {
                continue;
            };
            let data = parameter.parameter_data_ref();
            let written = Written::of(parameter);
            if written.place == In::Header && IGNORED.contains(&data.name.to_ascii_lowercase().as_str()) {
                continue;
            }
            if written.place == In::Path && !places.contains(data.name.as_str()) {
                let message =
                    format!("the path parameter `{}` has no place in the path; it is ignored", data.name);
                self.path_parameter(at, message, "remove it in the overlay, or name it as the path does");
                continue;
            }
            let mut lowered = match &data.format {
                ParameterSchemaOrContent::Schema(schema) => {
                    self.parameter(id, data, (schema, &at.child("schema")), written, accepted)
                }
                ParameterSchemaOrContent::Content(content) => {
                    let (ty, style) = self.content(&TypeId::operation(id).member(&data.name), content, at);
                    let is_whole = style == Style::Json && data.extensions.contains_key(WHOLE_QUERY);
                    let style = if is_whole { Style::Whole } else { style };
                    let mut lowered = plain(data, ty, written.place, style);
                    if let Some(schema) = content.first().and_then(|(_, media)| media.schema.as_ref()) {
                        lowered.constraints = own_constraints(schema, None);
                        lowered.nullable = self.is_nullable(schema);
                    }
                    lowered
                }
            };
            if let OasParameter::Query { allow_reserved, allow_empty_value, .. } = parameter {
                lowered.allow_reserved = *allow_reserved;
                lowered.allow_empty = allow_empty_value.unwrap_or_default();
            }
            out.insert((written.place, data.name.clone()), lowered);
        }
        for name in places {
            out.entry((In::Path, name.to_owned())).or_insert_with(|| {
                let message = format!("`{{{name}}}` of the path is not declared; it is a string");
                self.path_parameter(operation, message, "declare it with `in: path` in the overlay");
                Parameter { required: true, ..bare(name, In::Path, TypeRef::String) }
            });
        }
        let mut out: Vec<Parameter> = out.into_values().collect();
        // A path's arguments come in the order in which the template has their places.
        out.sort_by_key(|p| {
            (p.place, if p.place == In::Path { path.find(&format!("{{{}}}", p.name)) } else { None })
        });
        out
    }

    /// Says once of each place that a path and its parameters disagree.
    fn path_parameter(&mut self, at: &Pointer, message: String, help: &str) {
        let notice = Diagnostic::notice(Code::PathParameter, &self.spec.origin(at), message).help(help);
        if !self.out.diagnostics().contains(&notice) {
            self.out.push(notice);
        }
    }

    /// One parameter, or one field of a form.
    pub(super) fn parameter(
        &mut self,
        id: &str,
        data: &ParameterData,
        (schema, at): (&ReferenceOr<Schema>, &Pointer),
        written: Written,
        accepted: &mut Accepted,
    ) -> Parameter {
        // A list may be behind a reference; anything else keeps its name.
        let list = match self.resolve(schema, at) {
            Some((Schema { schema_kind: SchemaKind::Type(OasType::Array(array)), .. }, _)) => {
                Some(array.clone())
            }
            _ => None,
        };
        let is_list = list.is_some();
        let item = match &list {
            Some(list) => match &list.items {
                Some(items) => items.clone().unbox(),
                None => {
                    let strings = TypeRef::List(Box::new(TypeRef::String));
                    return plain(data, strings, written.place, written.style);
                }
            },
            None => schema.clone(),
        };
        let mut values = None;
        let mut ty = match enum_strings(&item) {
            Some(mut strings) => {
                strings.sort();
                strings.dedup();
                accepted.insert((data.name.clone(), id.to_owned(), written.place), strings);
                values = Some(data.name.clone());
                TypeRef::String
            }
            None => self.field(&item, &TypeId::operation(id).member(&data.name), at).ty,
        };
        let binary = matches!(self.through(&ty), TypeRef::Binary);
        let mut variants = Vec::new();
        if let Some(scalars) = self.scalars(&ty) {
            variants.extend_from_slice(scalars);
            let message = format!("`{}` is one of several scalars; it is sent as a string", data.name);
            self.not_read(at, message, "declare one type in the overlay");
            ty = TypeRef::String;
        } else if binary && written.place != In::Form {
            ty = TypeRef::String;
        }
        let scalar = binary || self.is_scalar(&ty);
        if is_list {
            ty = TypeRef::List(Box::new(ty));
        }
        let style = written.style_of(is_list, scalar);
        let defined = matches!(style, Style::Deep | Style::Json) || written.place == In::Form;
        if !scalar && !defined && self.is_nested(&ty) {
            let message = format!(
                "no style of OpenAPI says how `{}` is written; its objects and lists within are JSON text",
                data.name
            );
            self.not_read(at, message, "declare another style, or `content`, in the overlay");
        }
        let mut out = plain(data, ty, written.place, style);
        out.nullable = self.is_nullable(schema);
        (out.values, out.variants) = (values, variants);
        out.constraints = own_constraints(schema, list);
        if is_list && self.is_nullable(&item) {
            out.constraints = out.constraints.with_null_items();
        }
        out
    }

    /// A parameter that is a text of a media type.
    fn content(&mut self, id: &TypeId, content: &Content, at: &Pointer) -> (TypeRef, Style) {
        let at = at.child("content");
        match content.first() {
            Some((media_type, media)) if MediaType::parse(media_type).reads_json() => {
                let ty = self.media(id, media_type, media, &at.child(media_type));
                // JSON has no bytes.
                let is_binary = matches!(self.through(&ty), TypeRef::Binary);
                (if is_binary { TypeRef::String } else { ty }, Style::Json)
            }
            _ => (TypeRef::String, Style::Comma),
        }
    }

    /// The type behind names of lists, maps and scalars.
    pub(super) fn through<'t>(&'t self, ty: &'t TypeRef) -> &'t TypeRef {
        let mut ty = ty;
        // Cyclic aliases were removed before operations are lowered.
        while let TypeRef::Named(id) = ty
            && let Some(Shape::Alias(next)) = self.types.get(id).map(|t| &t.shape)
        {
            ty = next;
        }
        ty
    }

    /// True if a value is one string.
    pub(super) fn is_scalar(&self, ty: &TypeRef) -> bool {
        match self.through(ty) {
            TypeRef::Named(id) => matches!(self.types.get(id).map(|t| &t.shape), Some(Shape::Enum(_))),
            ty => !matches!(ty, TypeRef::List(_) | TypeRef::Map(_) | TypeRef::Any | TypeRef::Binary),
        }
    }

    /// The variants of a union of scalars.
    fn scalars(&self, ty: &TypeRef) -> Option<&[Variant]> {
        let TypeRef::Named(id) = self.through(ty) else { return None };
        let Some(Shape::Union(union)) = self.types.get(id).map(|t| &t.shape) else { return None };
        let is_scalar = union.tag.is_none() && union.variants.iter().all(|v| self.is_scalar(&v.ty));
        is_scalar.then_some(&union.variants)
    }

    /// True if a list or an object contains another one, or may.
    fn is_nested(&self, ty: &TypeRef) -> bool {
        let flat = |ty: &TypeRef| match self.through(ty) {
            TypeRef::List(item) => self.is_scalar(item),
            ty => self.is_scalar(ty),
        };
        match self.through(ty) {
            TypeRef::List(item) => !self.is_scalar(item),
            TypeRef::Map(value) => !flat(value) && **value != TypeRef::Any,
            TypeRef::Named(id) => match self.types.get(id).map(|t| &t.shape) {
                Some(Shape::Struct(s)) => s.fields.values().any(|field| !flat(&field.ty)),
                Some(Shape::Union(union)) => union.variants.iter().any(|v| !flat(&v.ty)),
                _ => false,
            },
            _ => false,
        }
    }
}

/// The names in the braces of a path template, in order.
fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

pub(super) fn bare(name: &str, place: In, ty: TypeRef) -> Parameter {
    Parameter {
        name: name.to_owned(),
        place,
        ty,
        values: None,
        required: false,
        deprecated: false,
        style: Style::Comma,
        media_type: None,
        constraints: Default::default(),
        doc: None,
        nullable: false,
        allow_reserved: false,
        allow_empty: false,
        accepts: None,
        headers: Default::default(),
        variants: Vec::new(),
        lifecycle: Default::default(),
    }
}

fn plain(data: &ParameterData, ty: TypeRef, place: In, style: Style) -> Parameter {
    Parameter {
        required: data.required || place == In::Path,
        deprecated: data.deprecated.unwrap_or_default(),
        style,
        doc: data.description.clone(),
        lifecycle: lifecycle(&data.extensions),
        ..bare(&data.name, place, ty)
    }
}

fn enum_strings(schema: &ReferenceOr<Schema>) -> Option<Vec<String>> {
    match schema {
        // One that the vendor names is a type like any other.
        ReferenceOr::Item(schema) if vendor_name(schema).is_some() => None,
        ReferenceOr::Item(Schema { schema_kind: SchemaKind::Type(OasType::String(string)), .. }) => {
            let values: Vec<String> = string.enumeration.iter().flatten().cloned().collect();
            (!values.is_empty()).then_some(values)
        }
        _ => None,
    }
}
