//! An `Api` goes in; the text of its files under `specs/<api>/api/` comes out, one noun per file, and back.

mod format1;

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Api, FORMAT, Field, Limits, Shape, Type, TypeId, TypeRef};
use crate::diagnostic::{Code, Diagnostic, Place, Sink};

/// What a type has beside its shape, which few types do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deprecated: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    doc: Option<String>,
}

const HELP: &str =
    "store the Api again with `cargo xtask update`, or take the file back from version control";

/// Names of the stored files, in the order that a person reads them.
pub const FILES: &[&str] = &[
    "info.yaml",
    "operations.yaml",
    "values.yaml",
    "resources.yaml",
    "requests.yaml",
    "documents.yaml",
    "pages.yaml",
    "linkages.yaml",
    "structs.yaml",
    "enums.yaml",
    "unions.yaml",
    "aliases.yaml",
    "notes.yaml",
];

/// The stored form: file name and text, one file a noun.
///
/// # Errors
///
/// When a value cannot be written as YAML, which no `Api` that came from a document has.
pub fn files(api: &Api) -> Result<Vec<(&'static str, String)>, serde_yaml::Error> {
    macro_rules! pick {
        ($variant:ident) => {
            text(&pick(api, |shape| if let Shape::$variant(x) = shape { Some(x) } else { None }))?
        };
    }
    let notes: BTreeMap<&TypeId, Note> = api
        .types
        .iter()
        .filter(|(_, ty)| ty.deprecated || ty.doc.is_some())
        .map(|(id, ty)| (id, Note { deprecated: ty.deprecated, doc: ty.doc.clone() }))
        .collect();
    Ok(vec![
        ("info.yaml", text(&api.info)?),
        ("operations.yaml", text(&api.operations)?),
        ("values.yaml", text(&api.values)?),
        ("resources.yaml", pick!(Resource)),
        ("requests.yaml", pick!(Request)),
        ("documents.yaml", pick!(Document)),
        ("pages.yaml", pick!(Page)),
        ("linkages.yaml", pick!(Linkage)),
        ("structs.yaml", pick!(Struct)),
        ("enums.yaml", pick!(Enum)),
        ("unions.yaml", pick!(Union)),
        ("aliases.yaml", pick!(Alias)),
        ("notes.yaml", text(&notes)?),
    ])
}

/// Reads the stored form back; `read` gives a file's text.
pub fn from_files(mut read: impl FnMut(&str) -> std::io::Result<String>, out: &mut Sink) -> Option<Api> {
    let info: super::Info = parse("info.yaml", &mut read, out)?;
    let format = info.format;
    if format != FORMAT && format != format1::FORMAT {
        let message = format!("the stored Api has format {format}, this generator reads 1 to {FORMAT}");
        let at = Place { file: "info.yaml".to_owned(), ..Place::default() };
        out.push(
            Diagnostic::error(Code::InvalidApi, at, message)
                .help("store it again with `cargo xtask update`, or use the generator that wrote it"),
        );
        return None;
    }
    let operations = match format {
        format1::FORMAT => {
            let stored = parse("operations.yaml", &mut read, out)?;
            match format1::operations(stored) {
                Ok(operations) => operations,
                Err(error) => {
                    let at = Place { file: "operations.yaml".to_owned(), ..Place::default() };
                    out.push(Diagnostic::error(Code::InvalidApi, at, error.to_string()).help(HELP));
                    return None;
                }
            }
        }
        _ => parse("operations.yaml", &mut read, out)?,
    };
    let values = parse("values.yaml", &mut read, out)?;
    let mut api = Api { info, operations, values, types: BTreeMap::new() };
    macro_rules! take {
        ($file:literal, $variant:ident) => {
            for (id, shape) in parse::<BTreeMap<TypeId, _>>($file, &mut read, out)? {
                api.types.insert(id, Shape::$variant(shape).into());
            }
        };
    }
    take!("resources.yaml", Resource);
    take!("requests.yaml", Request);
    take!("documents.yaml", Document);
    take!("pages.yaml", Page);
    take!("linkages.yaml", Linkage);
    take!("structs.yaml", Struct);
    take!("enums.yaml", Enum);
    take!("unions.yaml", Union);
    take!("aliases.yaml", Alias);
    for (id, note) in parse::<BTreeMap<TypeId, Note>>("notes.yaml", &mut read, out)? {
        if let Some(ty) = api.types.get_mut(&id) {
            ty.deprecated = note.deprecated;
            ty.doc = note.doc;
        }
    }
    if format == format1::FORMAT {
        format1::upgrade(&mut api);
    }
    Some(api)
}

fn pick<'a, T>(api: &'a Api, get: impl Fn(&'a Shape) -> Option<&'a T>) -> BTreeMap<&'a TypeId, &'a T> {
    api.types.iter().filter_map(|(id, Type { shape, .. })| Some((id, get(shape)?))).collect()
}

fn text(value: &impl Serialize) -> Result<String, serde_yaml::Error> {
    serde_yaml::to_string(value)
}

fn parse<T: DeserializeOwned>(
    name: &str,
    read: &mut impl FnMut(&str) -> std::io::Result<String>,
    out: &mut Sink,
) -> Option<T> {
    let at = Place { file: name.to_owned(), ..Place::default() };
    let text = match read(name) {
        Ok(text) => text,
        Err(error) => {
            out.push(
                Diagnostic::error(Code::InvalidApi, at, format!("the file cannot be read: {error}"))
                    .help(HELP),
            );
            return None;
        }
    };
    match serde_yaml::from_str(&text) {
        Ok(value) => Some(value),
        Err(error) => {
            let place = error.location();
            let at =
                Place { line: place.as_ref().map(|l| l.line()), column: place.map(|l| l.column()), ..at };
            // The place stands beside the message already.
            let message = error.to_string();
            let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
            out.push(Diagnostic::error(Code::InvalidApi, at, message).help(HELP));
            out.quote(name, text.as_bytes());
            None
        }
    }
}

/// A field that has more than a type.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldForm {
    #[serde(rename = "type")]
    ty: TypeRef,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    required: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    nullable: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deprecated: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    read_only: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    write_only: bool,
    #[serde(default, skip_serializing_if = "is_none")]
    limits: Limits,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    doc: Option<String>,
}

fn is_none(limits: &Limits) -> bool {
    *limits == Limits::default()
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if *self == Field::from(self.ty.clone()) {
            return self.ty.serialize(serializer);
        }
        let Field { ty, required, nullable, deprecated, read_only, write_only, limits, doc } = self.clone();
        FieldForm { ty, required, nullable, deprecated, read_only, write_only, limits, doc }
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;

        impl<'de> Visitor<'de> for Form {
            type Value = Field;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a type, or a map with one")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Field, E> {
                Ok(text.parse::<TypeRef>().map_err(E::custom)?.into())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Field, A::Error> {
                let FieldForm { ty, required, nullable, deprecated, read_only, write_only, limits, doc } =
                    FieldForm::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Field { ty, required, nullable, deprecated, read_only, write_only, limits, doc })
            }
        }

        deserializer.deserialize_any(Form)
    }
}
