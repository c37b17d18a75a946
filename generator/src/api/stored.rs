//! Reads and writes an `Api` as files under `specs/<api>/api/`, one per noun.

pub(super) mod errors;
mod field;
mod format1;

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Api, ById, Constraints, FORMAT, Operation, Shape, Type, TypeId};
use crate::diagnostic::{Code, Diagnostic, Place, Sink};

/// The facts of a type other than its shape, which few types have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deprecated: bool,
    #[serde(default, skip_serializing_if = "super::is_default")]
    constraints: Constraints,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    doc: Option<String>,
}

/// The facts that determine how the rest is read.
#[derive(Deserialize)]
struct Head {
    format: u32,
}

const HELP: &str =
    "store the Api again with `cargo xtask update`, or take the file back from version control";

const OPERATIONS: &str = "operations.yaml";

/// Names of the stored files, in the order that a person reads them.
pub const FILES: &[&str] = &[
    "info.yaml",
    OPERATIONS,
    "values.yaml",
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
/// If a value cannot be written as YAML, which no `Api` that came from a document has.
pub fn files(api: &Api) -> Result<Vec<(&'static str, String)>, serde_yaml::Error> {
    let notes: BTreeMap<&TypeId, Note> = api
        .types
        .iter()
        .map(|(id, ty)| {
            let (constraints, doc) = (ty.constraints.clone(), ty.doc.clone());
            (id, Note { deprecated: ty.deprecated, constraints, doc })
        })
        .filter(|(_, note)| *note != Note::default())
        .collect();
    let (mut structs, mut enums) = (BTreeMap::new(), BTreeMap::new());
    let (mut unions, mut aliases) = (BTreeMap::new(), BTreeMap::new());
    let mut constants: BTreeSet<TypeId> = BTreeSet::new();
    for (id, ty) in &api.types {
        match &ty.shape {
            Shape::Struct(s) => {
                structs.insert(id, field::written(api, id, s, &mut constants));
            }
            Shape::Enum(e) => {
                enums.insert(id, e);
            }
            Shape::Union(u) => {
                unions.insert(id, u);
            }
            Shape::Alias(ty) => {
                aliases.insert(id, ty);
            }
            // The stored form is the wire, not a model of it.
            Shape::Resource(_)
            | Shape::Request(_)
            | Shape::Document(_)
            | Shape::Page(_)
            | Shape::Linkage(_) => {}
        }
    }
    enums.retain(|id, _| !constants.contains(*id));
    Ok(vec![
        ("info.yaml", text(&api.info)?),
        (OPERATIONS, text(&api.operations)?),
        ("values.yaml", text(&api.values)?),
        ("structs.yaml", text(&structs)?),
        ("enums.yaml", text(&enums)?),
        ("unions.yaml", text(&unions)?),
        ("aliases.yaml", text(&aliases)?),
        ("notes.yaml", text(&notes)?),
    ])
}

/// Reads the stored form back; `read` gives a file's text.
pub fn from_files(mut read: impl FnMut(&str) -> std::io::Result<String>, out: &mut Sink) -> Option<Api> {
    let Head { format } = parse("info.yaml", &mut read, out)?;
    if !(format1::FORMAT..=FORMAT).contains(&format) {
        let message = format!("the stored Api has format {format}, this generator reads 1 to {FORMAT}");
        let at = Place { file: "info.yaml".to_owned(), ..Place::default() };
        out.push(
            Diagnostic::error(Code::InvalidApi, at, message)
                .help("store it again with `cargo xtask update`, or use the generator that wrote it"),
        );
        return None;
    }
    let (info, conventions) = match format {
        format1::FORMAT => parse::<format1::Info>("info.yaml", &mut read, out)?.split(),
        _ => (parse("info.yaml", &mut read, out)?, BTreeMap::new()),
    };
    let text = read(OPERATIONS);
    let mut faults = Sink::new();
    // Operations are half of all text, so another thread reads them.
    let (operations, types) = std::thread::scope(|scope| {
        let operations = scope.spawn(|| operations(format, text, &mut faults));
        let types = values_and_types(format, &mut read, out);
        (operations.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), types)
    });
    faults.into_diagnostics().into_iter().for_each(|fault| out.push(fault));
    let (operations, (values, types)) = operations.zip(types)?;
    let mut api = Api { info, operations, values, types };
    if format == format1::FORMAT {
        format1::upgrade(&mut api, &conventions);
    }
    Some(api)
}

fn operations(
    format: u32,
    text: std::io::Result<String>,
    out: &mut Sink,
) -> Option<BTreeMap<String, Operation>> {
    if format != format1::FORMAT {
        return parsed(OPERATIONS, text, out);
    }
    match format1::operations(parsed(OPERATIONS, text, out)?) {
        Ok(operations) => Some(operations),
        Err(error) => {
            let at = Place { file: OPERATIONS.to_owned(), ..Place::default() };
            out.push(Diagnostic::error(Code::InvalidApi, at, error.to_string()).help(HELP));
            None
        }
    }
}

type Values = BTreeMap<String, Vec<String>>;

fn values_and_types(
    format: u32,
    mut read: impl FnMut(&str) -> std::io::Result<String>,
    out: &mut Sink,
) -> Option<(Values, ById<Type>)> {
    let values = parse("values.yaml", &mut read, out)?;
    let mut types = ById::default();
    macro_rules! take {
        ($file:literal, $variant:ident) => {
            for (id, shape) in parse::<BTreeMap<TypeId, _>>($file, &mut read, out)? {
                types.insert(id, Shape::$variant(shape).into());
            }
        };
    }
    if format == format1::FORMAT {
        take!("resources.yaml", Resource);
        take!("requests.yaml", Request);
        take!("documents.yaml", Document);
        take!("pages.yaml", Page);
        take!("linkages.yaml", Linkage);
    }
    for (id, stored) in parse::<BTreeMap<TypeId, field::Written>>("structs.yaml", &mut read, out)? {
        field::read(id, stored, &mut types);
    }
    take!("enums.yaml", Enum);
    take!("unions.yaml", Union);
    take!("aliases.yaml", Alias);
    for (id, note) in parse::<BTreeMap<TypeId, Note>>("notes.yaml", &mut read, out)? {
        if let Some(ty) = types.get_mut(&id) {
            ty.deprecated = note.deprecated;
            ty.constraints = note.constraints;
            ty.doc = note.doc;
        }
    }
    types.sort_unstable_keys();
    Some((values, types))
}

fn text(value: &impl Serialize) -> Result<String, serde_yaml::Error> {
    serde_yaml::to_string(value)
}

fn parse<T: DeserializeOwned>(
    name: &str,
    read: &mut impl FnMut(&str) -> std::io::Result<String>,
    out: &mut Sink,
) -> Option<T> {
    parsed(name, read(name), out)
}

fn parsed<T: DeserializeOwned>(name: &str, text: std::io::Result<String>, out: &mut Sink) -> Option<T> {
    let at = Place { file: name.to_owned(), ..Place::default() };
    let text = match text {
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
            // The location is next to the message already.
            let message = error.to_string();
            let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
            out.push(Diagnostic::error(Code::InvalidApi, at, message).help(HELP));
            out.quote(name, text.as_bytes());
            None
        }
    }
}
