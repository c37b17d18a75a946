//! Reads the changes of two documents off their JSON alone, along the places that both have.
//!
//! It knows nothing of `Api`: it follows the documents' own keywords.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use storewright_generator::diff::Kind;

/// Subjects by the kind of their change.
pub(crate) type Found = BTreeMap<Kind, BTreeSet<String>>;

/// The changes that a reading finds.
#[derive(Default)]
pub(crate) struct Expected {
    pub(crate) changes: Found,
    /// Parameters that an operation declares twice, of which either may be the valid one.
    pub(crate) contradictory: BTreeSet<String>,
}

const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

fn blank(path: &str) -> String {
    let mut parts = path.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + "{}" + part.split_once('}').map_or("", |(_, rest)| rest))
}

/// A path as the document writes it, the operation, and the parameters of the path.
type Call<'v> = (&'v str, [&'v Value; 2]);

/// Operations by method and path.
fn operations(document: &Value) -> BTreeMap<String, Call<'_>> {
    let mut out = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let name = format!("{} {}", method.to_uppercase(), blank(path));
                out.insert(name, (path.as_str(), [operation, &item["parameters"]]));
            }
        }
    }
    out
}

fn strings(values: &Value) -> BTreeSet<&str> {
    values.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The target of a reference, else the value.
fn target<'v>(document: &'v Value, value: &'v Value) -> &'v Value {
    let reference = value["$ref"].as_str().and_then(|r| document.pointer(r.trim_start_matches('#')));
    reference.map_or(value, |next| target(document, next))
}

/// Parameters by the words that name them in rows. The operation's replaces that of its path; it may still declare one twice.
fn parameters<'v>(
    document: &'v Value,
    (template, [operation, path]): Call<'v>,
) -> BTreeMap<String, Vec<&'v Value>> {
    let places: Vec<&str> = template.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    let mut out: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for (is_own, parameters) in [(true, &operation["parameters"]), (false, path)] {
        for parameter in parameters.as_array().into_iter().flatten() {
            let parameter = target(document, parameter);
            let name = parameter["name"].as_str().unwrap();
            let place = places.iter().position(|place| *place == name);
            let words = match (parameter["in"].as_str().unwrap(), place) {
                ("query", _) => format!("?{name}"),
                ("header", _) => format!("{name}:"),
                ("formData", _) => format!("form {name}"),
                ("path", Some(place)) => format!("{{{}}}", place + 1),
                _ => continue,
            };
            let found = out.entry(words).or_default();
            if is_own || found.is_empty() {
                found.push(parameter);
            }
        }
    }
    out
}

/// The schemas that a value refers to: discriminators repeat those of `oneOf`. One of several parts of an `allOf` is not
/// used itself, so it is in the second set.
fn references<'v>(value: &'v Value, out: &mut [BTreeSet<&'v str>; 2]) {
    match value {
        Value::Object(map) => {
            let is_joined = |parts: &Vec<Value>| parts.len() > 1 || map.contains_key("properties");
            for (key, inner) in map {
                match (key.as_str(), inner) {
                    ("$ref", Value::String(to)) => drop(out[0].insert(to)),
                    ("discriminator", _) => {}
                    ("allOf", Value::Array(parts)) if is_joined(parts) => {
                        for part in parts {
                            match part["$ref"].as_str() {
                                Some(to) => drop(out[1].insert(to)),
                                None => references(part, out),
                            }
                        }
                    }
                    _ => references(inner, out),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, out)),
        _ => {}
    }
}

/// The names of the schemas that operations use.
fn used(document: &Value) -> BTreeSet<&str> {
    let (mut open, mut out) = ([BTreeSet::new(), BTreeSet::new()], BTreeSet::new());
    let mut seen = open.clone();
    references(&document["paths"], &mut open);
    while let Some((side, reference)) = (0..2).find_map(|side| Some((side, open[side].pop_first()?))) {
        if seen[side].insert(reference)
            && let Some(found) = document.pointer(reference.trim_start_matches('#'))
        {
            out.extend(schema_name(reference).filter(|_| side == 0));
            references(found, &mut open);
        }
    }
    out
}

fn schema_name(reference: &str) -> Option<&str> {
    ["#/components/schemas/", "#/definitions/"].into_iter().find_map(|at| reference.strip_prefix(at))
}

/// A schema with its parts, as one: its name if it has one, properties, required ones and the rest.
struct Schema<'v> {
    name: Option<&'v str>,
    whole: Cow<'v, Value>,
}

/// Joins a schema with the parts of its `allOf`.
fn schema<'v>(document: &'v Value, value: &'v Value, depth: usize) -> Schema<'v> {
    if let Some(reference) = value["$ref"].as_str() {
        let found = document.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null);
        let inner = schema(document, found, depth + 1);
        return Schema { name: inner.name.or(schema_name(reference)), whole: inner.whole };
    }
    let Some(parts) = value["allOf"].as_array().filter(|_| depth < 16) else {
        return Schema { name: None, whole: Cow::Borrowed(value) };
    };
    let says = |part: &&Value| {
        part.as_object()
            .is_some_and(|map| map.keys().any(|key| !matches!(key.as_str(), "nullable" | "description")))
    };
    let parts: Vec<&Value> = parts.iter().filter(says).collect();
    let mut own = value.as_object().unwrap().clone();
    own.remove("allOf");
    let adds = own.keys().any(|key| ["properties", "required", "type"].contains(&key.as_str()));
    if let ([only], false) = (parts.as_slice(), adds) {
        return schema(document, only, depth + 1);
    }
    let mut out = own;
    for part in parts {
        if let Value::Object(part) = schema(document, part, depth + 1).whole.into_owned() {
            merge(&mut out, part);
        }
    }
    Schema { name: None, whole: Cow::Owned(Value::Object(out)) }
}

fn merge(out: &mut Map<String, Value>, part: Map<String, Value>) {
    for (key, value) in part {
        match (out.get_mut(&key), value) {
            (Some(Value::Object(own)), Value::Object(more)) if key == "properties" => {
                for (name, value) in more {
                    own.entry(name).or_insert(value);
                }
            }
            (Some(Value::Array(own)), Value::Array(more)) if key == "required" => own.extend(more),
            (Some(_), _) => {}
            (None, value) => drop(out.insert(key, value)),
        }
    }
}

/// The form of a value: only two of one form can be compared part by part.
fn form(schema: &Value) -> &str {
    let has = |key: &str| schema.get(key).is_some();
    match schema["type"].as_str() {
        _ if has("oneOf") || has("anyOf") => "union",
        _ if has("enum") => "enum",
        _ if schema["properties"].as_object().is_some_and(|all| !all.is_empty()) => "object",
        _ if has("items") => "list",
        Some("object") | None => "map",
        Some(other) => other,
    }
}

/// The reading of two documents.
struct Reading<'v> {
    documents: [&'v Value; 2],
    used: [BTreeSet<&'v str>; 2],
    /// Types of two names that one place uses.
    pairs: BTreeSet<(&'v str, &'v str)>,
    /// New names by the old ones.
    renamed: BTreeMap<&'v str, &'v str>,
    seen: BTreeSet<(String, String)>,
    out: Expected,
}

impl<'v> Reading<'v> {
    fn note(&mut self, kind: Kind, subject: String) {
        self.out.changes.entry(kind).or_default().insert(subject);
    }

    fn both(&mut self, [added, removed]: [Kind; 2], old: &BTreeSet<&str>, new: &BTreeSet<&str>, head: &str) {
        new.difference(old).for_each(|name| self.note(added, format!("{head}{name}")));
        old.difference(new).for_each(|name| self.note(removed, format!("{head}{name}")));
    }

    fn flag(&mut self, [on, off]: [Kind; 2], [old, new]: [bool; 2], subject: &str) {
        if old != new {
            self.note(if new { on } else { off }, subject.to_owned());
        }
    }

    fn schemas(&mut self, path: &str, old: &'v Value, new: &'v Value) {
        let [a, b] = [schema(self.documents[0], old, 0), schema(self.documents[1], new, 0)];
        let mut path = path.to_owned();
        match (a.name, b.name) {
            (Some(one), Some(other)) => {
                if one != other {
                    self.pairs.insert((one, other));
                    if self.renamed.get(one) != Some(&other) {
                        return;
                    }
                }
                path = other.to_owned();
            }
            (Some(name), None) | (None, Some(name)) => {
                // A copy of a type that is still there is a change of this place: one row says that it differs.
                if self.used[usize::from(b.name.is_none())].contains(name) {
                    return;
                }
                path = name.to_owned();
            }
            (None, None) => {}
        }
        let is_named = a.name.is_some() || b.name.is_some();
        // An inline schema is known by its place.
        let key = [(a.name, old), (b.name, new)].map(|(name, value)| {
            name.map_or_else(|| format!("{:p}", std::ptr::from_ref(value)), str::to_owned)
        });
        if is_named && !self.seen.insert(key.into()) {
            return;
        }
        self.values(&path, &a.whole, &b.whole, [old, new]);
    }

    fn values(&mut self, path: &str, old: &Value, new: &Value, at: [&'v Value; 2]) {
        if form(old) != form(new) {
            return;
        }
        match form(old) {
            "enum" => {
                let (a, b) = (strings(&old["enum"]), strings(&new["enum"]));
                // The name that Microsoft's tools give an enum that is written inline.
                let path = new["x-ms-enum"]["name"].as_str().unwrap_or(path);
                // One constant in the place of another is a change of type.
                if a.len() > 1 || b.len() > 1 {
                    self.both([Kind::ValueAdded, Kind::ValueRemoved], &a, &b, &format!("{path}="));
                }
            }
            "list" => self.part(path, "[]", "items", at),
            "map" => self.part(path, "{}", "additionalProperties", at),
            "object" => self.objects(path, old, new, at),
            "union" => self.variants(at),
            _ => {}
        }
    }

    /// The schema that a keyword of both has.
    fn part(&mut self, path: &str, suffix: &str, key: &str, at: [&'v Value; 2]) {
        let [a, b] = self.resolved(at).map(|schema| schema.get(key).filter(|inner| inner.is_object()));
        if let (Some(a), Some(b)) = (a, b) {
            self.schemas(&format!("{path}{suffix}"), a, b);
        }
    }

    fn resolved(&self, at: [&'v Value; 2]) -> [&'v Value; 2] {
        let [old, new] = self.documents;
        let end = |document: &'v Value, mut value: &'v Value| {
            for _ in 0..16 {
                value = target(document, value);
                match value["allOf"].as_array().map(Vec::as_slice) {
                    Some([only, ..]) if value.get("properties").is_none() => value = only,
                    _ => break,
                }
            }
            value
        };
        [end(old, at[0]), end(new, at[1])]
    }

    /// The declaration of a property, in the schema or in a part of it.
    fn property(&self, side: usize, at: &'v Value, name: &str, depth: usize) -> Option<&'v Value> {
        let value = target(self.documents[side], at);
        let own = value["properties"].get(name);
        let parts = value["allOf"].as_array().into_iter().flatten().filter(|_| depth < 16);
        own.or_else(|| parts.into_iter().find_map(|part| self.property(side, part, name, depth + 1)))
    }

    fn objects(&mut self, path: &str, old: &Value, new: &Value, at: [&'v Value; 2]) {
        let must = [strings(&old["required"]), strings(&new["required"])];
        let [a, b] = [old, new].map(|schema| schema["properties"].as_object().unwrap());
        let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
        for name in names {
            let path = format!("{path}.{name}");
            let found = [self.property(0, at[0], name, 0), self.property(1, at[1], name, 0)];
            match found {
                [Some(a), Some(b)] => {
                    let must = must.each_ref().map(|must| must.contains(name.as_str()));
                    self.flag([Kind::FieldRequired, Kind::FieldOptional], must, &path);
                    let is = |key: &str| [a, b].map(|value| value[key] == true);
                    let null = is("nullable");
                    // Both at once are one change.
                    if must[0] == must[1] || [must[1], must[0]] != null {
                        self.flag([Kind::FieldNullable, Kind::FieldNotNullable], null, &path);
                    }
                    self.flag([Kind::FieldDeprecated, Kind::FieldUndeprecated], is("deprecated"), &path);
                    self.schemas(&path, a, b);
                }
                [a, _] => self.note(if a.is_some() { Kind::FieldRemoved } else { Kind::FieldAdded }, path),
            }
        }
    }

    /// The alternatives that both sides name.
    fn variants(&mut self, at: [&'v Value; 2]) {
        let all = self.resolved(at).map(|schema| {
            let all =
                ["oneOf", "anyOf"].into_iter().flat_map(|key| schema[key].as_array().into_iter().flatten());
            all.collect::<Vec<_>>()
        });
        for a in &all[0] {
            for b in &all[1] {
                if a.get("$ref").is_some() && a["$ref"] == b["$ref"] {
                    self.schemas("", a, b);
                }
            }
        }
    }

    fn operation(&mut self, call: &str, sides: [Call<'v>; 2]) {
        let [old, new] = self.documents;
        let [a, b] = [parameters(old, sides[0]), parameters(new, sides[1])];
        let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
        for name in names {
            let subject = format!("{call} {name}");
            match (a.get(name), b.get(name)) {
                (Some(a), Some(b)) => match (a.as_slice(), b.as_slice()) {
                    ([a], [b]) => self.parameter(&subject, [a, b]),
                    _ => drop(self.out.contradictory.insert(subject)),
                },
                (Some(_), None) => self.note(Kind::ParameterRemoved, subject),
                (None, _) => self.note(Kind::ParameterAdded, subject),
            }
        }
        let bodies = [self.bodies(0, sides[0]), self.bodies(1, sides[1])];
        for (subject, old) in &bodies[0] {
            if let Some(new) = bodies[1].get(subject) {
                self.schemas(&format!("{call} {subject}"), old, new);
            }
        }
    }

    fn parameter(&mut self, subject: &str, sides: [&'v Value; 2]) {
        let old = sides.map(|p| p["deprecated"] == true);
        self.flag([Kind::ParameterDeprecated, Kind::ParameterUndeprecated], old, subject);
        let values = sides.map(|p| {
            let schema = p.get("schema").unwrap_or(p);
            strings(&schema.get("items").unwrap_or(schema)["enum"])
        });
        let [a, b] = &values;
        if !a.is_empty() && !b.is_empty() {
            self.both([Kind::ValueAdded, Kind::ValueRemoved], a, b, &format!("{subject}="));
        }
    }

    /// The schemas of what is sent and received, by the words that name them in rows.
    fn bodies(&self, side: usize, (_, [operation, path]): Call<'v>) -> BTreeMap<String, &'v Value> {
        let document = self.documents[side];
        let mut out = BTreeMap::new();
        let mut contents = |head: &str, holder: &'v Value| {
            let own = holder.get("schema").map(|schema| (head.to_owned(), schema));
            let all = holder["content"].as_object().into_iter().flatten();
            let all = all.filter_map(|(media, one)| {
                let name =
                    if media == "application/json" { head.to_owned() } else { format!("{head} {media}") };
                Some((name, one.get("schema")?))
            });
            out.extend(own.into_iter().chain(all));
        };
        contents("body", target(document, &operation["requestBody"]));
        for parameter in
            [path, &operation["parameters"]].into_iter().flat_map(|p| p.as_array().into_iter().flatten())
        {
            let parameter = target(document, parameter);
            if parameter["in"] == "body" {
                contents("body", parameter);
            }
        }
        for (status, response) in operation["responses"].as_object().into_iter().flatten() {
            contents(status, target(document, response));
        }
        out
    }

    fn run(&mut self) {
        let [a, b] = self.documents.map(operations);
        for (call, old) in &a {
            match b.get(call) {
                Some(new) => self.operation(call, [*old, *new]),
                None => self.note(Kind::OperationRemoved, call.clone()),
            }
        }
        b.keys()
            .filter(|call| !a.contains_key(*call))
            .for_each(|call| self.note(Kind::OperationAdded, call.clone()));
        let schemas = self
            .documents
            .map(|document| document["components"].get("schemas").unwrap_or(&document["definitions"]));
        for name in self.used[0].clone() {
            if self.used[1].contains(name) {
                let both = schemas.map(|schemas| schemas.get(name).unwrap());
                if self.seen.insert((name.to_owned(), name.to_owned())) {
                    let [a, b] =
                        [schema(self.documents[0], both[0], 0), schema(self.documents[1], both[1], 0)];
                    self.values(name, &a.whole, &b.whole, both);
                }
            }
        }
    }

    /// Pairs of names of which neither is known to the other side, and that are used for each other everywhere.
    fn renames(&self) -> BTreeMap<&'v str, &'v str> {
        let is_lone = |&&(one, other): &&(&'v str, &'v str)| {
            let count = self.pairs.iter().filter(|pair| pair.0 == one || pair.1 == other).count();
            count == 1 && !self.used[1].contains(one) && !self.used[0].contains(other)
        };
        self.pairs.iter().filter(is_lone).copied().collect()
    }
}

/// The changes that a reading of the two documents finds, by the subjects that rows have.
pub(crate) fn expected(old: &Value, new: &Value) -> Expected {
    let mut renamed = BTreeMap::new();
    let all = [used(old), used(new)];
    // A type that was renamed uses others that may be renamed, too.
    for _ in 0..8 {
        let mut reading = Reading {
            documents: [old, new],
            used: all.clone(),
            pairs: BTreeSet::new(),
            renamed: renamed.clone(),
            seen: BTreeSet::new(),
            out: Expected::default(),
        };
        reading.run();
        let found = reading.renames();
        if found == renamed {
            return reading.out;
        }
        renamed = found;
    }
    panic!("the names do not settle")
}
