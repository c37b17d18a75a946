//! Plans parameters: the arguments of methods and builders, and how each is put into a call.

use super::doc::code;
use super::field_docs::facts;
use super::{Context, Convert, RustType};
use crate::api::{In, MediaType, Operation, Parameter, Role, Style, TypeRef};
use crate::name::OperationName;

/// An argument, and how it is put into the call.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// Its name.
    pub ident: String,
    /// Its declared type.
    pub ty: RustType,
    /// The ways to put it into the call, in this order.
    pub puts: Vec<Put>,
}

/// The conversion of a scalar to text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// It has a text.
    AsRef,
    /// A number or a flag.
    ToString,
}

/// A part of the path that an argument gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The argument.
    pub ident: String,
    /// The value.
    pub value: SegmentValue,
}

impl Segment {
    /// True if it is a value of any shape.
    pub fn is_styled(&self) -> bool {
        matches!(self.value, SegmentValue::Styled { .. })
    }
}

/// The value of a part of the path.
#[derive(Debug, Clone, PartialEq)]
pub enum SegmentValue {
    /// The text of a scalar.
    Plain(Text),
    /// The text in a field of a type that the argument converts into.
    Part {
        /// The type.
        of: RustType,
        /// The field.
        field: String,
    },
    /// A value of any shape.
    Styled {
        /// The parameter.
        key: String,
        /// The style.
        style: Style,
        /// The type of the value.
        ty: RustType,
        /// The conversion from the argument to the value.
        convert: Convert,
    },
}

/// A statement that puts an argument into a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Put {
    /// A number, a flag or a text, by the method of this name.
    Scalar {
        /// `number`, `decimal`, `flag` or `text`.
        method: &'static str,
        /// The parameter.
        key: String,
        /// The value.
        value: Scalar,
    },
    /// A header.
    Header {
        /// Its name.
        key: String,
        /// Its value.
        text: Text,
    },
    /// A list in the query.
    List {
        /// The parameter.
        key: String,
        /// The style.
        style: Style,
        /// True if the items are numbers or booleans.
        to_string: bool,
        /// True if the parameter narrows the response, so that an empty list is an error.
        filter: bool,
    },
    /// The call fails where the parameter has no value.
    Require(String),
    /// A value of any shape, by the method of this name.
    Value {
        /// `value`, `header_value`, `cookie`, `field_value` or `part_value`.
        method: &'static str,
        /// The parameter.
        key: String,
        /// The style.
        style: Style,
        /// The type of the value.
        ty: RustType,
        /// The conversion from the argument to the value.
        convert: Convert,
    },
    /// A field of a form.
    Field(Field),
    /// A field of a form for each item.
    Each(Field),
    /// A field of a form that has all items, separated by commas.
    Joined {
        /// `field` or `part`.
        method: &'static str,
        /// The field.
        key: String,
    },
    /// A part of a form for each item, as JSON.
    Parts(String),
    /// Fields of a form by name, each by the method of this name.
    Fields(&'static str),
    /// Bytes of a media type.
    Bytes(String),
    /// JSON, inside of these members.
    Json(Vec<String>),
    /// The `content-type` of JSON that has another name.
    ContentType(String),
    /// Resource identifiers of a type.
    Linkages(String),
    /// A resource identifier of a type.
    Linkage {
        /// The type.
        kind: String,
        /// True if it may be null.
        nullable: bool,
    },
    /// The rule of the body is checked.
    Check,
    /// All of these, where there is a value of the type.
    Optional(RustType, Vec<Put>),
}

/// A scalar that is put into the query.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// The argument.
    Same,
    /// The number of an open enum.
    Number,
    /// The text of the argument.
    Text,
    /// The text of the value that the argument converts into.
    TextOf(RustType),
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// A file.
    File(String),
    /// A text, by the method of this name.
    Text {
        /// `field` or `part`.
        method: &'static str,
        /// The field.
        key: String,
        /// The value.
        text: Text,
    },
    /// A part of its own media type.
    Typed {
        /// The field.
        key: String,
        /// The media type.
        media_type: String,
        /// The value.
        text: Text,
    },
}

impl Context<'_> {
    /// An argument of the path, and the part of the path that it gives.
    pub(super) fn path_argument(&self, parameter: &Parameter, name: &OperationName) -> (Argument, Segment) {
        let named = name.parameter(parameter);
        if let Some(part) = named.and_then(|name| name.part.as_ref()) {
            let of = RustType::Root(part.of.clone(), Vec::new());
            let value = SegmentValue::Part { of: of.clone(), field: part.field.clone() };
            let (ident, ty) = (part.argument.clone(), of.into_arg());
            return (Argument { ident: ident.clone(), ty, puts: Vec::new() }, Segment { ident, value });
        }
        let ident = named.map_or("id", |p| &p.ident).to_owned();
        let (ty, value) = match (self.is_plain(parameter, name), self.through(&parameter.ty)) {
            (false, _) => {
                let (declared, ty, convert) = self.value(parameter, name);
                let (key, style) = (parameter.name.clone(), parameter.style);
                (declared, SegmentValue::Styled { key, style, ty, convert })
            }
            (true, through) => match self.token(parameter, name) {
                Some(token) => (token, SegmentValue::Plain(Text::AsRef)),
                None if is_scalar(through) => (self.ty(through), SegmentValue::Plain(Text::ToString)),
                None => (RustType::text(), SegmentValue::Plain(Text::AsRef)),
            },
        };
        (Argument { ident: ident.clone(), ty, puts: Vec::new() }, Segment { ident, value })
    }

    /// An argument outside of the path.
    pub(super) fn sent_argument(
        &self,
        operation: &Operation,
        parameter: &Parameter,
        own: &str,
        name: &OperationName,
    ) -> Argument {
        let (ty, puts) = match (&operation.form, parameter.place) {
            (Some(form), In::Form) => self.form_argument(parameter, form, name),
            _ if self.is_plain(parameter, name) => self.query_argument(parameter, name),
            _ => {
                let method = match parameter.place {
                    In::Header => "header_value",
                    In::Cookie => "cookie",
                    _ => "value",
                };
                self.value_argument(method, parameter, name)
            }
        };
        Argument { ident: own.to_owned(), ty, puts }
    }

    /// The token type of a parameter's values.
    fn token(&self, parameter: &Parameter, name: &OperationName) -> Option<RustType> {
        let token = name.parameter(parameter)?.token.as_ref()?;
        Some(RustType::Model(token.clone()))
    }

    /// True if a parameter is a scalar, or a list of scalars in the query, in a style that has its own method.
    fn is_plain(&self, parameter: &Parameter, name: &OperationName) -> bool {
        let (item, is_list) = item(&parameter.ty);
        let scalar = self.token(parameter, name).is_some()
            || match self.through(item) {
                TypeRef::Named(id) => self.is_enum(id),
                ty => !matches!(ty, TypeRef::List(_) | TypeRef::Map(_) | TypeRef::Any | TypeRef::Binary),
            };
        let listed = matches!(parameter.style, Style::Comma | Style::Space | Style::Pipe | Style::Repeat);
        match parameter.place {
            In::Query => scalar && listed,
            In::Path | In::Header => scalar && !is_list && parameter.style == Style::Comma,
            In::Cookie | In::Form => false,
        }
    }

    /// A value of any shape: the declared type, its type, and how the one becomes the other.
    fn value(&self, parameter: &Parameter, name: &OperationName) -> (RustType, RustType, Convert) {
        match (self.token(parameter, name), item(&parameter.ty).1) {
            (Some(token), true) => (token.iterator(), RustType::string().list(), Convert::CollectText),
            (Some(token), false) => (token, RustType::string(), Convert::Text),
            (None, _) => {
                let (declared, convert) = self.argument(&parameter.ty);
                (declared, self.ty(&parameter.ty), convert)
            }
        }
    }

    fn value_argument(
        &self,
        method: &'static str,
        parameter: &Parameter,
        name: &OperationName,
    ) -> (RustType, Vec<Put>) {
        let (declared, ty, convert) = self.value(parameter, name);
        let (key, style) = (parameter.name.clone(), parameter.style);
        (declared, vec![Put::Value { method, key, style, ty, convert }])
    }

    /// A scalar whose text is needed.
    fn scalar(&self, ty: &TypeRef, token: Option<RustType>) -> (RustType, Text) {
        match (token, self.through(ty)) {
            (Some(token), _) => (token, Text::AsRef),
            (None, scalar) if is_scalar(scalar) => (self.ty(ty), Text::ToString),
            (None, TypeRef::Named(id)) if self.is_integer_enum(id) => (self.ty(ty), Text::ToString),
            (None, TypeRef::Named(_) | TypeRef::Timestamp | TypeRef::Date) => (self.ty(ty), Text::AsRef),
            _ => (RustType::text(), Text::AsRef),
        }
    }

    /// A plain query or header parameter.
    fn query_argument(&self, parameter: &Parameter, name: &OperationName) -> (RustType, Vec<Put>) {
        let key = parameter.name.clone();
        let token = self.token(parameter, name);
        let (item, is_list) = item(&parameter.ty);
        if parameter.place == In::Header {
            let (ty, text) = self.scalar(item, token);
            return (ty, vec![Put::Header { key, text }]);
        }
        let base = self.through(item);
        let is_time = token.is_none() && matches!(base, TypeRef::Timestamp | TypeRef::Date);
        let number = match base {
            TypeRef::Integer => Some((self.ty(base), "number", Scalar::Same)),
            TypeRef::Unsigned => Some((self.ty(base), "unsigned", Scalar::Same)),
            TypeRef::Number => Some((self.ty(base), "decimal", Scalar::Same)),
            TypeRef::Boolean => Some((self.ty(base), "flag", Scalar::Same)),
            TypeRef::Named(id) if self.is_integer_enum(id) => Some((self.ty(item), "number", Scalar::Number)),
            _ => None,
        };
        let to_string = number.is_some();
        let (ty, method, value) = number.unwrap_or_else(|| {
            let ty = match (token, base) {
                (Some(token), _) => token,
                (None, TypeRef::Named(_) | TypeRef::Timestamp | TypeRef::Date) => self.ty(item),
                _ => RustType::text(),
            };
            (ty, "text", Scalar::Text)
        });
        if is_list {
            let filter = is_filter(parameter);
            let require = (parameter.required && !filter).then(|| Put::Require(key.clone()));
            let list = Put::List { key, style: parameter.style, to_string, filter };
            return (ty.iterator(), std::iter::once(list).chain(require).collect());
        }
        let (ty, value) = if is_time { (ty.clone().into_arg(), Scalar::TextOf(ty)) } else { (ty, value) };
        (ty, vec![Put::Scalar { method, key, value }])
    }

    /// A field of a form.
    fn form_argument(&self, parameter: &Parameter, form: &str, name: &OperationName) -> (RustType, Vec<Put>) {
        let key = parameter.name.clone();
        let multipart = MediaType::parse(form).is_multipart();
        let (method, value_method) =
            if multipart { ("part", "part_value") } else { ("field", "field_value") };
        let (item, is_list) = item(&parameter.ty);
        let token = self.token(parameter, name);
        let base = self.through(item);
        let is_scalar = token.is_some()
            || match base {
                TypeRef::Named(id) => self.is_enum(id),
                ty => !matches!(ty, TypeRef::List(_) | TypeRef::Map(_) | TypeRef::Any),
            };
        let field = || match (base, self.scalar(item, token), &parameter.media_type) {
            (TypeRef::Binary, ..) => (RustType::runtime("File").into_arg(), Field::File(key.clone())),
            (_, (ty, text), Some(media_type)) => {
                (ty, Field::Typed { key: key.clone(), media_type: media_type.clone(), text })
            }
            (_, (ty, text), None) => (ty, Field::Text { method, key: key.clone(), text }),
        };
        match (is_scalar, is_list, parameter.style) {
            (true, false, Style::Comma) => {
                let (ty, field) = field();
                (ty, vec![Put::Field(field)])
            }
            (true, true, Style::Repeat) => {
                let (ty, field) = field();
                (ty.iterator(), vec![Put::Each(field)])
            }
            (true, true, Style::Comma) if *base == TypeRef::String => {
                (RustType::text().iterator(), vec![Put::Joined { method, key }])
            }
            (false, true, Style::Repeat) if multipart => (self.ty(item).iterator(), vec![Put::Parts(key)]),
            _ => self.value_argument(value_method, parameter, name),
        }
    }

    pub(super) fn parameter_docs(&self, operation: &Operation, parameter: &Parameter) -> Vec<String> {
        let mut line = code(&parameter.name);
        let role = match parameter.role() {
            Role::Fields(_) => Some("the fields to return"),
            Role::Include => Some("related resources to include in the response"),
            Role::Sort => Some("the sort order; `desc` reverses one"),
            Role::Filter(_) => Some("selects resources that have one of these values"),
            Role::Exists(_) => Some("selects resources that have this, or that do not"),
            // Without pages that we know, a `limit` may mean anything.
            Role::Limit if self.has_pages(operation) => Some("the page size"),
            Role::LimitOf(_) => Some("the number of included resources"),
            Role::Limit | Role::Other => None,
        };
        let role =
            role.filter(|_| !matches!((parameter.role(), &parameter.ty), (Role::Filter(_), TypeRef::String)));
        let facts: Vec<String> =
            role.into_iter().map(str::to_owned).chain(facts(&parameter.ty, &parameter.constraints)).collect();
        if !facts.is_empty() {
            line.push_str(": ");
            line.push_str(&facts.join(", "));
        }
        line.push('.');
        if is_filter(parameter) {
            line.push_str(" An empty list is an error.");
            let is_text =
                parameter.values.is_none() && *self.through(item(&parameter.ty).0) == TypeRef::String;
            if is_text && parameter.style == Style::Comma {
                line.push_str(" The server may split a value at a comma.");
            }
        }
        let mut lines = vec![line];
        if let Some(doc) = &parameter.doc {
            lines.extend([String::new(), doc.trim().to_owned()]);
        }
        lines
    }
}

/// The item of a list, and whether it is one; any other type is its own item.
fn item(ty: &TypeRef) -> (&TypeRef, bool) {
    match ty {
        TypeRef::List(item) => (item, true),
        ty => (ty, false),
    }
}

/// True if the parameter narrows the response: an empty list must not be sent as none.
fn is_filter(parameter: &Parameter) -> bool {
    let selects = !matches!(parameter.role(), Role::Fields(_) | Role::Include | Role::Sort);
    selects && parameter.place == In::Query && matches!(parameter.ty, TypeRef::List(_))
}

/// True if the text of a value is that of a number or a boolean.
fn is_scalar(ty: &TypeRef) -> bool {
    matches!(ty, TypeRef::Integer | TypeRef::Unsigned | TypeRef::Number | TypeRef::Boolean)
}
