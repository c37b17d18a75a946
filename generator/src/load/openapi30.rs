//! Brings an OpenAPI 3.0 tree into the form that the typed model reads without loss.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use serde_json_path::JsonPath;

use super::dialect::Dialect;
use super::keywords::{self, Kind, Role};
use super::location::Trail;
use super::{CONSTRAINTS, Origins, Source, text};
use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

/// Siblings of a `$ref` that vendors mean although OpenAPI 3.0 says that they are ignored.
const MEANT: &[&str] = &["nullable", "deprecated", "readOnly", "writeOnly", "default"];
/// Siblings of a `$ref` that make another schema of its target, from OpenAPI 3.1 on.
const STRUCTURE: &[&str] =
    &["properties", "required", "additionalProperties", "items", "enum", "allOf", "oneOf", "anyOf"];
/// Siblings of a `$ref` that exclude values of its target, from OpenAPI 3.1 on.
const CONSTRAINING: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
];
/// The same for objects, which no parameter of Swagger 2.0 is.
const CONSTRAINING_OBJECTS: &[&str] = &["minProperties", "maxProperties"];
/// The members of a parameter of Swagger 2.0 that are those of a schema in OpenAPI 3.0, with [`CONSTRAINING`].
const VALUE: &[&str] = &["type", "format", "items", "default", "enum"];

fn is_constraining(key: &str) -> bool {
    CONSTRAINING.contains(&key) || CONSTRAINING_OBJECTS.contains(&key)
}

/// Moves the siblings of `$ref`s into an `allOf`, completes objects, and removes the members that the model would drop.
pub(super) fn normalise(
    tree: &mut Value,
    source: &Source<'_>,
    dialect: Dialect,
    origins: &mut Origins,
    out: &mut Sink,
) {
    let mut normalising = Normalising { dialect, unknown: Vec::new(), origins, out };
    normalising.node(tree, Role::Object(Kind::Document), &Trail::Root, false);
    normalising.report(source);
}

struct Normalising<'a> {
    dialect: Dialect,
    /// The unknown keys, and the vendor's places of them.
    unknown: Vec<(Kind, String, Pointer)>,
    origins: &'a mut Origins,
    out: &'a mut Sink,
}

impl Normalising<'_> {
    fn notice(&mut self, at: &Pointer, message: impl Into<String>, help: &str) {
        let at = self.origins.origin(at);
        self.out.push(Diagnostic::notice(Code::Unsupported, &at, message).help(help));
    }

    fn node(&mut self, node: &mut Value, shape: Role, at: &Trail<'_>, is_property: bool) {
        match node {
            _ if shape == Role::Data => {}
            Value::Object(map) => {
                if let Role::Object(kind) = shape {
                    if map.get("$ref").is_some_and(Value::is_string) && keywords::is_referable(kind) {
                        if map.len() == 1 || !self.unify_ref(map, kind, at, is_property) {
                            return;
                        }
                    } else {
                        self.complete(map, kind, at);
                        self.forget_unknown(map, kind, at);
                    }
                }
                let are_properties =
                    shape == Role::Map(Kind::Schema) && matches!(at, Trail::Key(_, "properties"));
                for (key, value) in map.iter_mut() {
                    self.node(value, shape.member(key), &at.key(key), are_properties);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.node(item, shape.item(), &at.index(index), false);
                }
            }
            _ => {}
        }
    }

    /// Gives an object the members that the model requires.
    fn complete(&mut self, map: &mut Map<String, Value>, kind: Kind, at: &Trail<'_>) {
        match kind {
            Kind::Response => {
                if !map.get("description").is_some_and(Value::is_string) {
                    map.insert("description".to_owned(), json!(""));
                }
                self.bare_schema(map, at);
            }
            Kind::Operation if !map.contains_key("responses") => {
                map.insert("responses".to_owned(), json!({}));
            }
            Kind::Parameter => self.parameter(map, "parameter", at),
            Kind::Header => self.parameter(map, "header", at),
            Kind::Responses => self.statuses(map, at),
            Kind::Paths => self.paths(map, at),
            Kind::Document => self.servers(map, at),
            Kind::Schema => {
                if let Some(Value::String(name)) = map.get("discriminator") {
                    let discriminator = json!({ "propertyName": name });
                    map.insert("discriminator".to_owned(), discriminator);
                }
            }
            _ => {}
        }
    }

    /// A response that has its schema where Swagger 2.0 has it.
    fn bare_schema(&mut self, map: &mut Map<String, Value>, at: &Trail<'_>) {
        if map.contains_key("content") || !map.contains_key("schema") {
            return;
        }
        let here = at.key("schema").pointer();
        let message =
            "`schema` of a response is not within `content`; it is read as that of `application/json`";
        self.notice(&here, message, "move the schema into `content` in the overlay");
        let schema = map.shift_remove("schema").unwrap_or_default();
        let to = at.key("content").pointer().child("application/json").child("schema");
        self.origins.copied(here, to);
        map.insert("content".to_owned(), json!({ "application/json": { "schema": schema } }));
    }

    /// A parameter or header that has its type where Swagger 2.0 has it, or none at all.
    fn parameter(&mut self, map: &mut Map<String, Value>, noun: &str, at: &Trail<'_>) {
        if map.contains_key("schema") || map.contains_key("content") {
            return;
        }
        let mut schema = Map::new();
        for key in VALUE.iter().chain(CONSTRAINING) {
            if let Some(value) = map.shift_remove(*key) {
                self.origins.copied(at.key(key).pointer(), at.key("schema").pointer().child(key));
                schema.insert((*key).to_owned(), value);
            }
        }
        let message = match schema.is_empty() {
            true => format!("the {noun} has no `schema`; it is read as a string"),
            false => format!("the {noun} has its type outside of `schema`; it is read as if within"),
        };
        self.notice(&at.pointer(), message, &format!("give the {noun} a `schema` in the overlay"));
        if schema.is_empty() {
            schema.insert("type".to_owned(), json!("string"));
        }
        map.insert("schema".to_owned(), Value::Object(schema));
    }

    /// Status codes as OpenAPI writes them.
    fn statuses(&mut self, map: &mut Map<String, Value>, at: &Trail<'_>) {
        let odd: Vec<String> =
            map.keys().filter(|key| !keywords::is_known(Kind::Responses, key)).cloned().collect();
        for key in odd.into_iter().filter(|key| !key.starts_with("x-")) {
            let here = at.key(&key).pointer();
            let meant = key.trim().to_ascii_uppercase();
            let meant = if meant == "DEFAULT" { "default".to_owned() } else { meant };
            let is_status = keywords::is_known(Kind::Responses, &meant) && !map.contains_key(&meant);
            let message = match is_status {
                true => format!("`{key}` is not a status code; it is read as `{meant}`"),
                false => format!("`{key}` is neither a status code nor `default`; the response is ignored"),
            };
            self.notice(
                &here,
                message,
                "write a status code, a range such as `4XX` or `default` in the overlay",
            );
            let response = map.shift_remove(&key);
            if let (Some(response), true) = (response, is_status) {
                self.origins.copied(here, at.key(&meant).pointer());
                map.insert(meant, response);
            }
        }
    }

    /// Paths that begin with a slash.
    fn paths(&mut self, map: &mut Map<String, Value>, at: &Trail<'_>) {
        let odd: Vec<String> =
            map.keys().filter(|key| !key.starts_with('/') && !key.starts_with("x-")).cloned().collect();
        for key in odd {
            let here = at.key(&key).pointer();
            let path = format!("/{key}");
            let is_path = map.get(&key).is_some_and(Value::is_object) && !map.contains_key(&path);
            let message = match is_path {
                true => format!("a path begins with `/` and `{key}` does not; it is read as `{path}`"),
                false => format!("a path begins with `/` and `{key}` does not; it is ignored"),
            };
            self.notice(&here, message, "begin the path with `/` in the overlay");
            let item = map.shift_remove(&key);
            if let (Some(item), true) = (item, is_path) {
                self.origins.copied(here, at.key(&path).pointer());
                map.insert(path, item);
            }
        }
    }

    /// Removes servers whose address nobody knows.
    fn servers(&mut self, map: &mut Map<String, Value>, at: &Trail<'_>) {
        let Some(Value::Array(servers)) = map.get_mut("servers") else { return };
        let list = at.key("servers").pointer();
        let mut index = 0;
        while let Some(server) = servers.get_mut(index) {
            let unknown = unknown_variable(server);
            let Some(name) = unknown else {
                index += 1;
                continue;
            };
            let here = self.origins.origin(&list.child(index).child("url"));
            let message =
                format!("the variable `{name}` of the server has no default; the server is ignored");
            let help = "give the variable a default in the overlay, or have programs call `base_url`";
            self.out.push(Diagnostic::notice(Code::InvalidDocument, &here, message).help(help));
            servers.remove(index);
            self.origins.removed(list.clone(), index);
        }
    }

    /// True if the result of the `$ref` still has to be walked.
    fn unify_ref(
        &mut self,
        map: &mut Map<String, Value>,
        kind: Kind,
        at: &Trail<'_>,
        is_property: bool,
    ) -> bool {
        let is_later = self.dialect >= Dialect::OpenApi31;
        let (mut beside, mut parts, mut constraints) = (Map::new(), Map::new(), Map::new());
        let Some(target) = map.shift_remove("$ref") else { return true };
        for (key, value) in std::mem::take(map) {
            let is_extension = key.starts_with("x-");
            if kind == Kind::Schema && (MEANT.contains(&key.as_str()) || is_extension) {
                beside.insert(key, value);
            } else if kind == Kind::Schema && is_later && STRUCTURE.contains(&key.as_str()) {
                parts.insert(key, value);
            } else if kind == Kind::Schema && is_later && is_constraining(&key) {
                constraints.insert(key, value);
            } else if kind == Kind::Schema && is_property && matches!(key.as_str(), "description" | "title") {
                // The documentation of a member; anywhere else it would make another schema of the reference.
                beside.insert(key, value);
            } else if !is_extension
                && !keywords::is_prose(kind, &key)
                && !keywords::is_unread(kind, &key)
                && key != "type"
            {
                let message = format!("`{key}` next to a `$ref` is ignored");
                self.notice(
                    &at.key(&key).pointer(),
                    message,
                    "remove it in the overlay, or replace the `$ref`",
                );
            }
        }
        if !constraints.is_empty() {
            beside.insert(CONSTRAINTS.to_owned(), Value::Object(constraints));
        }
        let inner = Value::Object(Map::from_iter([("$ref".to_owned(), target)]));
        if parts.is_empty() && beside.is_empty() {
            if let Value::Object(inner) = inner {
                *map = inner;
            }
            return false;
        }
        let mut all = vec![inner];
        let has_parts = !parts.is_empty();
        if has_parts {
            self.origins.copied(at.pointer(), at.key("allOf").pointer().child(1));
            self.origins.copied(at.pointer(), at.key("allOf").pointer().child(0));
            all.push(Value::Object(parts));
        } else {
            self.origins.wrapped(at.pointer());
        }
        map.insert("allOf".to_owned(), Value::Array(all));
        map.extend(beside);
        true
    }

    /// Removes the members that OpenAPI 3.0 does not have.
    fn forget_unknown(&mut self, map: &mut Map<String, Value>, kind: Kind, at: &Trail<'_>) {
        if matches!(kind, Kind::Paths | Kind::Responses) {
            return;
        }
        map.retain(|key, _| {
            let keep = key.starts_with("x-") || keywords::is_known(kind, key);
            // Prose in a wrong place is as harmless as in a right one.
            // References into these were settled.
            let is_source =
                kind == Kind::Document && matches!(key.as_str(), "definitions" | "$defs" | "components");
            if !keep && !is_source && !keywords::is_prose(kind, key) && !keywords::is_unread(kind, key) {
                self.unknown.push((kind, key.clone(), self.origins.origin(&at.pointer().child(key))));
            }
            keep
        });
    }

    /// Reports the unknown keys, with one overlay action for all of a name where one selects exactly these.
    fn report(&mut self, source: &Source<'_>) {
        if self.unknown.is_empty() {
            return;
        }
        let vendor = text::parse(source, &mut Sink::new()).unwrap_or_default();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, key, _) in &self.unknown {
            *counts.entry(key).or_default() += 1;
        }
        // Each help costs a walk through the document.
        let helps: BTreeMap<&str, String> =
            counts.into_iter().take(HELPS).map(|(key, count)| (key, removal(&vendor, key, count))).collect();
        for (kind, key, at) in &self.unknown {
            let help = helps.get(key.as_str()).map_or(REMOVE, String::as_str);
            let message =
                format!("{} of {} has no `{key}`; it is ignored", keywords::name(*kind), self.dialect.name());
            self.out.push(Diagnostic::notice(Code::Unsupported, at, message).help(help));
        }
    }
}

/// The number of unknown keys whose help is a tried overlay action.
const HELPS: usize = 50;
const REMOVE: &str = "remove it in the overlay if it is not needed";

/// The overlay action that removes a key everywhere, where its target selects these places alone.
fn removal(vendor: &Value, key: &str, count: usize) -> String {
    let target = format!("$..[{}]", Value::String(key.to_owned()));
    match JsonPath::parse(&target) {
        Ok(path) if path.query(vendor).len() == count => {
            format!("remove it with one overlay action: `target: '{target}'` and `remove: true`")
        }
        _ => REMOVE.to_owned(),
    }
}

/// A variable in the address of a server that has no value.
fn unknown_variable(server: &mut Value) -> Option<String> {
    let server = server.as_object_mut()?;
    if let Some(Value::Object(variables)) = server.get_mut("variables") {
        for variable in variables.values_mut().filter_map(Value::as_object_mut) {
            let first = variable.get("enum").and_then(|all| all.get(0)).cloned();
            if let (Some(first), false) = (first, variable.contains_key("default")) {
                variable.insert("default".to_owned(), first);
            }
        }
    }
    let url = server.get("url").and_then(Value::as_str)?;
    let variables = server.get("variables");
    let mut rest = url;
    while let Some((_, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let default = variables.and_then(|all| all.get(name)).and_then(|variable| variable.get("default"));
        if !default.is_some_and(|default| default.is_string() || default.is_number()) {
            return Some(name.to_owned());
        }
        rest = after;
    }
    None
}
