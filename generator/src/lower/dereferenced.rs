//! Finds the definition that an inline schema is a copy of.
//!
//! A vendor that puts definitions in place of their references (the overlay says so with `x-dereferenced: true` on the
//! document) leaves the same schema in hundreds of places without its name. If several definitions are equal, the
//! document does not say which of them is meant: `naming.toml` says so, place by place.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt as _};
use openapiv3::{OpenAPI, ReferenceOr, Schema, SchemaKind, Type as OasType};
use serde_json::{Map, Value};

use super::Lowering;
use super::schema::members;
use crate::diagnostic::{Code, Diagnostic, Place, Pointer};
use crate::load::keywords::{Kind, Role};

/// Definitions by their content.
#[derive(Default)]
pub(super) struct Definitions {
    /// By the canonical text of the schema; in alphabetical order.
    names: HashMap<String, Vec<String>>,
    /// Places that several definitions fit, and those that `naming.toml` settles.
    asked: BTreeSet<String>,
    /// References to lists and scalars that are being lowered in place.
    open: Vec<String>,
}

impl Definitions {
    /// Those of a document without references; none of any other.
    pub(super) fn new(document: &OpenAPI) -> Option<Self> {
        if document.extensions.get("x-dereferenced") != Some(&Value::Bool(true)) {
            return None;
        }
        let mut names: HashMap<String, Vec<String>> = HashMap::new();
        for (name, schema) in document.components.iter().flat_map(|c| &c.schemas) {
            if let ReferenceOr::Item(schema) = schema
                && is_distinct(schema)
                && let Some(text) = canonical_text(schema)
            {
                names.entry(text).or_default().push(name.clone());
            }
        }
        names.values_mut().for_each(|all| all.sort());
        Some(Self { names, ..Self::default() })
    }
}

impl Lowering<'_> {
    /// The definition that the schema in the place `id` is a copy of.
    pub(super) fn definition(
        &mut self,
        schema: &Schema,
        place: impl Fn() -> String,
        at: &Pointer,
    ) -> Option<String> {
        let definitions = self.definitions.as_mut().filter(|_| is_distinct(schema))?;
        let fitting = definitions.names.get(&canonical_text(schema)?)?;
        let first = fitting.first()?;
        if fitting.len() == 1 {
            return Some(first.clone());
        }
        let id = place();
        let is_new = definitions.asked.insert(id.clone());
        match self.spec.definitions.get(&id) {
            Some(name) if fitting.contains(name) => Some(name.clone()),
            _ => {
                if is_new {
                    let all: Vec<String> = fitting.iter().map(|name| format!("`{name}`")).collect();
                    let message = format!(
                        "`{id}` is a copy of several definitions that are equal: {}; the first is taken",
                        all.join(", ")
                    );
                    let help = format!(
                        "say which is meant under [definition] in naming.toml: \"{id}\" = \"{first}\""
                    );
                    self.out.push(
                        Diagnostic::notice(Code::AmbiguousDefinition, &self.spec.origin(at), message)
                            .help(help),
                    );
                }
                Some(first.clone())
            }
        }
    }

    /// The target of a reference to a definition without its own Rust type. A document without references never shows
    /// such a definition, so one with them must not either.
    pub(super) fn transparent(&mut self, name: &str) -> Option<Schema> {
        let document = self.document;
        let Some(ReferenceOr::Item(schema)) = document.components.as_ref()?.schemas.get(name) else {
            return None;
        };
        let definitions = self.definitions.as_mut()?;
        let plain =
            !is_distinct(schema) && matches!(&schema.schema_kind, SchemaKind::Type(_) | SchemaKind::Any(_));
        if !plain || definitions.open.iter().any(|open| open == name) {
            return None;
        }
        definitions.open.push(name.to_owned());
        Some(schema.clone())
    }

    /// Ends a call of [`Self::transparent`].
    pub(super) fn leave(&mut self) {
        if let Some(definitions) = &mut self.definitions {
            definitions.open.pop();
        }
    }

    /// A reference names its definition; a choice for its place that says the same is not superfluous.
    pub(super) fn referred(&mut self, place: impl Fn() -> String) {
        if let Some(definitions) = &mut self.definitions {
            let place = place();
            if self.spec.definitions.contains_key(&place) {
                definitions.asked.insert(place);
            }
        }
    }

    /// Reports choices that no place needs.
    pub(super) fn unused_definitions(&mut self) {
        let asked = self.definitions.as_ref().map(|d| &d.asked);
        let is_asked = |id: &String| asked.is_some_and(|asked| asked.contains(id));
        for id in self.spec.definitions.keys().filter(|id| !is_asked(id)) {
            let at = Place { file: "naming.toml".to_owned(), ..Place::default() };
            let message =
                format!("`{id}` in [definition] is not a copy of several definitions in this version");
            self.out.push(Diagnostic::notice(Code::UnusedException, at, message).help("take the line out"));
        }
    }

    /// For each definition with a discriminator, those that contain it as a part.
    pub(super) fn families(&mut self) -> BTreeMap<String, Vec<String>> {
        let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let document = self.document;
        for (name, schema) in document.components.iter().flat_map(|c| &c.schemas) {
            let ReferenceOr::Item(schema) = schema else { continue };
            let parts = match &schema.schema_kind {
                SchemaKind::AllOf { all_of } => all_of,
                SchemaKind::Any(any) => &any.all_of,
                _ => continue,
            };
            let at = Pointer::new("/components/schemas").child(name).child("allOf");
            for (index, part) in parts.iter().enumerate() {
                let base = match part {
                    ReferenceOr::Reference { reference } => {
                        self.referred(|| format!("{name}.allOf[{index}]"));
                        super::component(reference, "schemas").map(str::to_owned)
                    }
                    ReferenceOr::Item(part) => {
                        self.definition(part, || format!("{name}.allOf[{index}]"), &at.child(index))
                    }
                };
                if let Some(base) = base.filter(|base| base != name) {
                    out.entry(base).or_default().push(name.clone());
                }
            }
        }
        out
    }
}

/// True if a schema can be distinguished from others: an object with members, or an enum.
fn is_distinct(schema: &Schema) -> bool {
    match &schema.schema_kind {
        SchemaKind::AllOf { .. } => true,
        SchemaKind::Type(OasType::String(string)) => !string.enumeration.is_empty(),
        SchemaKind::Type(OasType::Integer(integer)) => !integer.enumeration.is_empty(),
        SchemaKind::Any(any) if !any.all_of.is_empty() || !any.enumeration.is_empty() => true,
        _ => members(schema).is_some_and(|members| !members.properties.is_empty()),
    }
}

pub(super) fn canonical_text(schema: &Schema) -> Option<String> {
    Some(canonical(&serde_json::to_value(schema).ok()?).to_string())
}

/// The schema without prose, members in alphabetical order, and lists whose order means nothing too.
pub(super) fn canonical(schema: &Value) -> Value {
    let Value::Object(old) = schema else { return schema.clone() };
    let mut keys: Vec<&String> = old.keys().filter(|key| !PROSE.contains(&key.as_str())).collect();
    keys.sort();
    let mut new = Map::new();
    for key in keys {
        let Some(value) = old.get(key) else { continue };
        let value = match (Role::Object(Kind::Schema).member(key), value) {
            (Role::Map(_), Value::Object(all)) => by_name(all, canonical),
            (Role::List(_), Value::Array(all)) => Value::Array(all.iter().map(canonical).collect()),
            (Role::Object(Kind::Schema), value) => canonical(value),
            _ => match (key.as_str(), value) {
                ("dependencies", Value::Object(all)) => by_name(all, canonical),
                ("dependentRequired", Value::Object(all)) => by_name(all, sorted),
                ("required" | "enum" | "type" | "patternProperties", list) => sorted(list),
                (_, value) => value.clone(),
            },
        };
        new.insert(key.clone(), value);
    }
    Value::Object(new)
}

/// An object whose order means nothing.
fn by_name(all: &Map<String, Value>, form: fn(&Value) -> Value) -> Value {
    let mut names: Vec<(&String, &Value)> = all.iter().collect();
    names.sort_by_key(|(name, _)| name.as_str());
    Value::Object(names.into_iter().map(|(name, value)| (name.clone(), form(value))).collect())
}

/// A list whose order means nothing.
fn sorted(list: &Value) -> Value {
    let Value::Array(all) = list else { return list.clone() };
    let mut all = all.clone();
    all.sort_by_key(Value::to_string);
    Value::Array(all)
}

const PROSE: &[&str] = &["title", "description", "example", "externalDocs"];
