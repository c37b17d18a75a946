//! Resolves a use of a type to its form on the wire.

use super::change::Direction;
use crate::api::{Api, Field, Shape, Struct, Type, TypeId, TypeRef, Union, Value};

/// The set of values of a use of a type.
#[derive(Debug)]
pub(super) enum View<'a> {
    Scalar(String),
    List(&'a TypeRef),
    Map(&'a TypeRef),
    Nullable(&'a TypeRef),
    Object(&'a TypeId, &'a Struct),
    Enum(&'a TypeId, &'a [Value]),
    Union(&'a TypeId, &'a Union),
    /// A type that the `Api` does not have.
    Missing,
}

/// The directions in which a member exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Both,
    /// It is in responses only.
    ReadOnly,
    /// It is in requests only.
    WriteOnly,
}

impl Access {
    pub(super) fn of(field: &Field) -> Self {
        match (field.read_only, field.write_only) {
            (true, false) => Self::ReadOnly,
            (false, true) => Self::WriteOnly,
            _ => Self::Both,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Both => "read and write",
            Self::ReadOnly => "read-only",
            Self::WriteOnly => "write-only",
        }
    }

    /// The direction in which it does not exist.
    pub(super) fn hidden(self) -> Option<Direction> {
        match self {
            Self::Both => None,
            Self::ReadOnly => Some(Direction::Request),
            Self::WriteOnly => Some(Direction::Response),
        }
    }
}

impl Direction {
    /// The same for a thing that does not exist in one direction.
    pub(super) fn without(self, hidden: Option<Self>) -> Self {
        match (self, hidden) {
            (own, Some(hidden)) if own == hidden => Self::None,
            (Self::Both, Some(Self::Request)) => Self::Response,
            (Self::Both, Some(Self::Response)) => Self::Request,
            (own, _) => own,
        }
    }
}

/// The set of its values, through aliases.
pub(super) fn view<'a>(ty: &'a TypeRef, api: &'a Api) -> View<'a> {
    match ty {
        TypeRef::Named(id) => match api.resolve(id) {
            Some((id, Type { shape, .. })) => match shape {
                Shape::Struct(s) => View::Object(id, s),
                Shape::Enum(e) => View::Enum(id, &e.values),
                Shape::Union(union) => View::Union(id, union),
                Shape::Alias(ty) => view(ty, api),
                // A model does not exist on the wire.
                _ => View::Missing,
            },
            None => View::Missing,
        },
        TypeRef::List(item) => View::List(item),
        TypeRef::Map(item) => View::Map(item),
        TypeRef::Nullable(inner) => View::Nullable(inner),
        scalar => View::Scalar(scalar.to_string()),
    }
}

/// An unnamed object as a person writes it: identifiers and relationships of JSON:API by their target types.
pub(super) fn shown(s: &Struct, api: &Api) -> String {
    let Some(data) = s.fields.get("data") else {
        let is_links = s.fields.len() == 1 && s.fields.contains_key("links");
        return match identified(s, api) {
            Some(kind) => format!("id of {kind}"),
            None if is_links => "links".to_owned(),
            None => "object".to_owned(),
        };
    };
    let (many, one) = match view(&data.ty, api) {
        View::List(item) => (true, item),
        _ => (false, &data.ty),
    };
    let kind = match view(one, api) {
        View::Object(_, s) => identified(s, api),
        _ => None,
    };
    match (many, kind) {
        (_, None) => "object".to_owned(),
        (true, Some(kind)) => format!("any number of {kind}"),
        (false, Some(kind)) => format!("one of {kind}"),
    }
}

/// The `type` of a resource identifier.
fn identified<'a>(s: &'a Struct, api: &'a Api) -> Option<&'a str> {
    if s.fields.len() != 2 || !s.fields.contains_key("id") {
        return None;
    }
    match view(&s.fields.get("type")?.ty, api) {
        View::Enum(_, [Value::String(kind)]) => Some(kind),
        _ => None,
    }
}

/// The name of the type that a node uses, where it has one of its own, through other names of it.
pub(super) fn name_of<'n>(node: &'n TypeRef, api: &'n Api) -> Option<&'n TypeId> {
    let mut id = node.as_named().filter(|id| !id.is_inline())?;
    let mut ty = api.types.get(id)?;
    for _ in 0..64 {
        let Shape::Alias(TypeRef::Named(next)) = &ty.shape else { break };
        if next.is_inline() {
            break;
        }
        id = next;
        let Some(next) = api.types.get(next) else { break };
        ty = next;
    }
    Some(id)
}

/// An enum's value as text.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
    }
}
