//! Reads and writes the members of a struct, most of them one line each.
//!
//! A member is its type after its flags: `required nullable $Pet`. A member with a constant value, such as the `type`
//! of a JSON:API resource, is `const pets` and needs no line among the enums.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::super::{
    Api, ById, Constraints, Enum, Field, Fields, Lifecycle, Shape, Struct, Type, TypeId, TypeRef, Value,
};

/// The stored form of a struct.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, Member>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    additional: Option<TypeRef>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    closed: bool,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    one_of: BTreeSet<BTreeSet<String>>,
}

/// The stored form of the struct `id`; its constants among the enums are added to `constants`.
pub(super) fn written(api: &Api, id: &TypeId, s: &Struct, constants: &mut BTreeSet<TypeId>) -> Written {
    let fields = s.fields.iter().map(|(name, field)| {
        let own = field.ty.as_named().filter(|own| **own == id.member(name.as_str()));
        let content = match own.and_then(|own| constant(api.types.get(own)?)) {
            Some(value) => {
                constants.extend(own.cloned());
                Content::Constant(value.to_owned())
            }
            None => Content::Type(field.ty.clone()),
        };
        (name.clone(), Member { field: field.clone(), content })
    });
    let (fields, additional) = (fields.collect(), s.additional.clone());
    Written { fields, additional, closed: s.closed, one_of: s.one_of.clone() }
}

/// The only value of a type of which there is nothing else to say.
fn constant(ty: &Type) -> Option<&str> {
    match &ty.shape {
        Shape::Enum(e) if !ty.deprecated && ty.doc.is_none() && !e.case_insensitive => {
            match e.values.as_slice() {
                [Value::String(value)] => Some(value),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Adds the struct `id` and its constants.
pub(super) fn read(id: TypeId, stored: Written, types: &mut ById<Type>) {
    let mut fields = Fields::new();
    for (name, Member { mut field, content }) in stored.fields {
        match content {
            Content::Type(ty) => field.ty = ty,
            Content::Constant(value) => {
                let own = id.member(name.as_str());
                let e = Enum { values: vec![Value::String(value)], ..Enum::default() };
                types.insert(own.clone(), Shape::Enum(e).into());
                field.ty = TypeRef::Named(own);
            }
        }
        fields.insert(name, field);
    }
    let s = Struct { fields, additional: stored.additional, closed: stored.closed, one_of: stored.one_of };
    types.insert(id, Shape::Struct(s).into());
}

#[derive(Debug)]
struct Member {
    field: Field,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Type(TypeRef),
    Constant(String),
}

type Flag = (&'static str, fn(&mut Field) -> &mut bool);

/// The flags of a member, in the order of its text.
const FLAGS: [Flag; 5] = [
    ("required", |field| &mut field.required),
    ("nullable", |field| &mut field.nullable),
    ("deprecated", |field| &mut field.deprecated),
    ("readOnly", |field| &mut field.read_only),
    ("writeOnly", |field| &mut field.write_only),
];

/// The text of a member without its constraints.
struct Line(Field, Content);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut field = self.0.clone();
        for (word, flag) in FLAGS {
            if *flag(&mut field) {
                write!(f, "{word} ")?;
            }
        }
        match &self.1 {
            Content::Type(ty) => ty.fmt(f),
            Content::Constant(value) => write!(f, "const {value}"),
        }
    }
}

impl FromStr for Line {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut field = Field::from(TypeRef::Any);
        let mut rest = text;
        while let Some((word, after)) = rest.split_once(' ')
            && let Some((_, flag)) = FLAGS.iter().find(|(known, _)| *known == word)
        {
            *flag(&mut field) = true;
            rest = after;
        }
        let content = match rest.strip_prefix("const ") {
            Some(value) => Content::Constant(value.to_owned()),
            None => Content::Type(rest.parse()?),
        };
        Ok(Self(field, content))
    }
}

/// A member that has constraints, or words of ours.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    #[serde(rename = "type")]
    ty: String,
    /// In format 1.
    #[serde(default, skip_serializing)]
    required: bool,
    #[serde(default, skip_serializing)]
    nullable: bool,
    #[serde(default, skip_serializing)]
    deprecated: bool,
    #[serde(default, skip_serializing)]
    read_only: bool,
    #[serde(default, skip_serializing)]
    write_only: bool,
    #[serde(default, skip_serializing_if = "super::super::is_default", alias = "limits")]
    constraints: Constraints,
    #[serde(flatten)]
    lifecycle: Lifecycle,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    doc: Option<String>,
}

impl Serialize for Member {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { field, content } = self;
        let line = Line(field.clone(), content.clone());
        let is_plain = field.constraints == Constraints::default() && field.lifecycle == Lifecycle::default();
        if is_plain && field.doc.is_none() {
            return serializer.collect_str(&line);
        }
        Form {
            ty: line.to_string(),
            required: false,
            nullable: false,
            deprecated: false,
            read_only: false,
            write_only: false,
            constraints: field.constraints.clone(),
            lifecycle: field.lifecycle.clone(),
            doc: field.doc.clone(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Member;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a type, or a map with one")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Member, E> {
                let Line(field, content) = text.parse().map_err(E::custom)?;
                Ok(Member { field, content })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Member, A::Error> {
                let form = Form::deserialize(MapAccessDeserializer::new(map))?;
                let Line(mut field, content) = form.ty.parse().map_err(serde::de::Error::custom)?;
                field.required |= form.required;
                field.nullable |= form.nullable;
                field.deprecated |= form.deprecated;
                field.read_only |= form.read_only;
                field.write_only |= form.write_only;
                (field.constraints, field.lifecycle, field.doc) =
                    (form.constraints, form.lifecycle, form.doc);
                Ok(Member { field, content })
            }
        }

        deserializer.deserialize_any(Text)
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let content = Content::Type(self.ty.clone());
        Member { field: self.clone(), content }.serialize(serializer)
    }
}

/// For headers, and for members of attributes in format 1.
impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Member { field, content } = Member::deserialize(deserializer)?;
        match content {
            Content::Type(ty) => Ok(Self { ty, ..field }),
            Content::Constant(_) => Err(serde::de::Error::custom("a constant is not allowed here")),
        }
    }
}
