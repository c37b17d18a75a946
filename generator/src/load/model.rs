//! Reads a tree as the typed document, and takes out or corrects each innermost value that the model refuses.

use foldhash::HashMap;
use indexmap::IndexMap;
use openapiv3::{OpenAPI, ReferenceOr};
use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::Origins;
use super::keywords::{self, Kind, Role};
use super::location::Trail;
use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

/// Each round corrects every value that is refused in it; the values around them are checked in the next.
const ROUNDS: usize = 256;

/// The typed document; `None` if errors were pushed.
pub(super) fn read(mut tree: Value, origins: &mut Origins, out: &mut Sink) -> Option<OpenAPI> {
    let mut last = String::new();
    let paths = Entries::take(tree.get_mut("paths"), |path| path.starts_with('/'));
    let schemas = Entries::take(tree.pointer_mut("/components/schemas"), |_| true);
    for _ in 0..ROUNDS {
        // By reference, because a tree that is refused is looked at again.
        match OpenAPI::deserialize(&tree) {
            Ok(mut document) => {
                paths.put_back(&mut document.paths.paths);
                if let Some(components) = &mut document.components {
                    schemas.put_back(&mut components.schemas);
                }
                return Some(document);
            }
            Err(error) => last = error.to_string(),
        }
        let mut faults = Vec::new();
        blame(&tree, Role::Object(Kind::Document), &Trail::Root, &mut faults);
        if faults.is_empty() {
            break;
        }
        // From the end, so that the removal of items does not move those before them.
        for fault in faults.into_iter().rev() {
            let at = origins.origin(&fault.place);
            out.push(
                Diagnostic::notice(Code::InvalidDocument, &at, fault.message)
                    .help("correct it in the overlay"),
            );
            fault.change.apply(&mut tree, &fault.at, origins);
        }
    }
    out.push(Diagnostic::error(Code::InvalidDocument, &Pointer::root(), last));
    None
}

/// The entries of a map of the tree that the model accepts, and the names of all. Read with the rest of the document, they
/// would be in memory three times.
struct Entries<T> {
    names: Vec<String>,
    read: IndexMap<String, ReferenceOr<T>>,
}

impl<T: DeserializeOwned> Entries<T> {
    /// Takes the entries with such names out of a map of the tree.
    fn take(map: Option<&mut Value>, is_entry: impl Fn(&str) -> bool) -> Self {
        let Some(Value::Object(map)) = map else { return Self { names: Vec::new(), read: IndexMap::new() } };
        let names: Vec<String> = map.keys().cloned().collect();
        let mut read = IndexMap::with_capacity(names.len());
        for (name, value) in std::mem::take(map) {
            // `ReferenceOr` copies what it reads, to look at it twice.
            let typed = match value.get("$ref") {
                _ if !is_entry(&name) => None,
                Some(_) => ReferenceOr::deserialize(&value).ok(),
                None => T::deserialize(&value).ok().map(ReferenceOr::Item),
            };
            match typed {
                Some(typed) => {
                    read.insert(name, typed);
                }
                None => {
                    map.insert(name, value);
                }
            }
        }
        Self { names, read }
    }

    /// Adds the entries to the others, in the order that they had.
    fn put_back(mut self, others: &mut IndexMap<String, ReferenceOr<T>>) {
        if !others.is_empty() {
            self.read.append(others);
            let place: HashMap<&String, usize> = self.names.iter().zip(0..).collect();
            self.read.sort_by_key(|name, _| place.get(name).copied());
        }
        *others = self.read;
    }
}

/// A value that the model refuses.
struct Fault {
    /// The object or value to change.
    at: Pointer,
    /// The place that is reported.
    place: Pointer,
    message: String,
    change: Change,
}

enum Change {
    /// Another value in its place.
    Replace(Value),
    /// A member with a value that says nothing.
    Insert(&'static str, Value),
    Remove,
}

impl Change {
    fn apply(self, tree: &mut Value, at: &Pointer, origins: &mut Origins) {
        match self {
            Self::Replace(value) => {
                let Some(node) = tree.pointer_mut(at.as_str()) else { return };
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    let from =
                        match node.as_object().and_then(|map| map.iter().find(|(_, value)| *value == item)) {
                            Some((key, _)) => at.child(key),
                            None => at.clone(),
                        };
                    origins.copied(from, at.child(index));
                }
                *node = value;
            }
            Self::Insert(key, value) => {
                if let Some(Value::Object(map)) = tree.pointer_mut(at.as_str()) {
                    map.insert(key.to_owned(), value);
                }
            }
            Self::Remove => {
                let (Some(parent), Some(token)) = (at.parent(), at.tokens().last()) else { return };
                match tree.pointer_mut(parent.as_str()) {
                    Some(Value::Object(map)) => {
                        map.shift_remove(&token);
                    }
                    Some(Value::Array(items)) => {
                        if let Some(index) = token.parse().ok().filter(|index| *index < items.len()) {
                            items.remove(index);
                            origins.removed(parent, index);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// The model says which value it refuses, but not its location: it reads most objects into a buffer first. So try each
/// object separately, innermost first. Returns true if a problem was found at or below the node.
fn blame(node: &Value, shape: Role, at: &Trail<'_>, faults: &mut Vec<Fault>) -> bool {
    let before = faults.len();
    match (node, shape) {
        (_, Role::Data) => return false,
        (Value::Object(map), _) => {
            for (key, value) in map {
                blame(value, shape.member(key), &at.key(key), faults);
            }
        }
        (Value::Array(items), Role::List(_)) => {
            for (index, item) in items.iter().enumerate() {
                blame(item, shape.item(), &at.index(index), faults);
            }
        }
        _ => {}
    }
    if faults.len() > before {
        return true;
    }
    let Role::Object(kind) = shape else { return misfit(node, shape, at, faults) };
    if node.get("$ref").is_some() {
        return false;
    }
    let Err(error) = attempt(node, kind) else { return false };
    faults.push(fault(node, kind, at, &error));
    true
}

/// The change of an object of which no member with a kind is invalid.
fn fault(node: &Value, kind: Kind, at: &Trail<'_>, error: &str) -> Fault {
    let here = at.pointer();
    let name = keywords::name(kind);
    let Some(map) = node.as_object() else {
        // PHP and YAML write an empty object as an empty list or as nothing.
        let is_empty = node.is_null() || node.as_array().is_some_and(Vec::is_empty);
        let (read, change) = match (is_empty, kind) {
            (true, _) => ("it is read as an empty one", Change::Replace(json!({}))),
            (false, Kind::Schema) => ("it is read as any JSON", Change::Replace(json!({}))),
            (false, _) => ("it is ignored", Change::Remove),
        };
        let message = format!("{name} must be an object; {read}");
        return Fault { at: here.clone(), place: here, message, change };
    };
    if let Some(key) = missing(map, kind, error) {
        let default = match (kind, key.as_str()) {
            (Kind::Info, "title") => Some(("title", json!("Untitled"))),
            (Kind::Info, "version") => Some(("version", json!("0"))),
            (Kind::Document, "info") => Some(("info", json!({}))),
            (Kind::Document, "paths") => Some(("paths", json!({}))),
            (Kind::RequestBody, "content") => Some(("content", json!({}))),
            _ => None,
        };
        let (message, change) = match default {
            Some((key, value)) => (format!("{name} has no `{key}`"), Change::Insert(key, value)),
            None => (format!("{name} has no `{key}`; it is ignored"), Change::Remove),
        };
        return Fault { at: here.clone(), place: here, message, change };
    }
    let Some((key, rest)) = culprit(map, kind, error) else {
        let (read, change) = match kind {
            // Others may refer to it.
            Kind::Schema => ("it is read as any JSON", Change::Replace(json!({}))),
            _ => ("it is ignored", Change::Remove),
        };
        let message = format!("{name} cannot be read: {error}; {read}");
        return Fault { at: here.clone(), place: here, message, change };
    };
    let value = map.get(&key).unwrap_or(&Value::Null);
    let without = attempt(&Value::Object(rest.clone()), kind).err();
    let reading = readings(value).into_iter().find(|reading| {
        let mut with = rest.clone();
        with.insert(key.clone(), reading.clone());
        let with = attempt(&Value::Object(with), kind).err();
        reading != value && (with.is_none() || with == without)
    });
    let is_required = without == Some(format!("missing field `{key}`"));
    let place = here.child(&key);
    let (read, at, change) = match reading {
        Some(value) => (format!("it is read as `{value}`"), place.clone(), Change::Replace(value)),
        None if is_required => (format!("{} is ignored", keywords::definite(kind)), here, Change::Remove),
        None => ("it is ignored".to_owned(), place.clone(), Change::Remove),
    };
    let message = format!("`{key}` of {name} cannot be read: {error}; {read}");
    Fault { at, place, message, change }
}

/// The invalid member, and the object without it and without others that have the same error.
fn culprit(map: &Map<String, Value>, kind: Kind, error: &str) -> Option<(String, Map<String, Value>)> {
    let without = |key: &str| {
        let mut rest = map.clone();
        rest.shift_remove(key);
        rest
    };
    let (mut required, mut other) = (Vec::new(), None);
    for key in map.keys() {
        match attempt(&Value::Object(without(key)), kind) {
            // Without it, all is well.
            Ok(()) => return Some((key.clone(), without(key))),
            Err(rest) if rest == format!("missing field `{key}`") => required.push(key),
            Err(rest) if rest != error && !rest.starts_with("missing field") => other = other.or(Some(key)),
            Err(_) => {}
        }
    }
    let quotes = |value: &Value| match value {
        Value::String(text) => error.contains(&format!("`{text}`")) || error.contains(&format!("\"{text}\"")),
        other => error.contains(&format!("`{other}`")),
    };
    let quoted = required.iter().find(|key| map.get(**key).is_some_and(quotes)).copied();
    if let Some(key) = quoted.or(other) {
        return Some((key.clone(), without(key)));
    }
    // Several members have one error, so that no single removal shows it.
    let mut rest = map.clone();
    for key in map.keys().filter(|key| !required.contains(key)) {
        rest.shift_remove(key);
        if attempt(&Value::Object(rest.clone()), kind).err().as_deref() != Some(error) {
            return Some((key.clone(), rest));
        }
    }
    required.first().map(|key| ((*key).clone(), without(key)))
}

/// The values of other types that one may mean, the likeliest first.
fn readings(value: &Value) -> Vec<Value> {
    match value {
        Value::Number(_) => vec![json!(value.to_string()), json!([value])],
        Value::Bool(_) => vec![json!(value.to_string())],
        Value::String(text) => {
            let number = text.trim().parse().ok().map(|number: serde_json::Number| json!(number));
            let flag = text.trim().to_ascii_lowercase().parse().ok().map(|flag: bool| json!(flag));
            let lower = json!(text.trim().to_lowercase());
            flag.into_iter().chain(number).chain([lower, json!([text])]).collect()
        }
        Value::Array(items) if items.is_empty() => vec![json!({})],
        Value::Object(map) if map.is_empty() => vec![json!([])],
        Value::Object(_) => vec![json!([value])],
        _ => Vec::new(),
    }
}

/// The member that is missed, if it is the node itself that has to have it: with it, something else is wrong.
fn missing(map: &Map<String, Value>, kind: Kind, error: &str) -> Option<String> {
    let key = error.strip_prefix("missing field `")?.strip_suffix('`')?;
    let mut with = map.clone();
    with.insert(key.to_owned(), Value::Null);
    (attempt(&Value::Object(with), kind).err().as_deref() != Some(error)).then(|| key.to_owned())
}

/// A map or list that is something else.
fn misfit(node: &Value, shape: Role, at: &Trail<'_>, faults: &mut Vec<Fault>) -> bool {
    let (expected, empty) = match shape {
        Role::Map(_) if !node.is_object() => ("an object", json!({})),
        Role::List(_) if !node.is_array() => ("a list", json!([])),
        _ => return false,
    };
    let is_empty = match node {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    };
    let (read, change) = match (is_empty, members(node, shape)) {
        (true, _) => ("it is read as an empty one", Change::Replace(empty)),
        (false, Some(list)) => ("it is read as one", Change::Replace(Value::Array(list))),
        (false, None) => ("it is ignored", Change::Remove),
    };
    let here = at.pointer();
    let message = format!("this must be {expected}; {read}");
    faults.push(Fault { at: here.clone(), place: here, message, change });
    true
}

/// The items of a list that was written as its only item, or as an object of its items.
fn members(node: &Value, shape: Role) -> Option<Vec<Value>> {
    let (Role::List(kind), Some(map)) = (shape, node.as_object()) else { return None };
    let is_item =
        |value: &Value| value.get("$ref").is_some() || (value.is_object() && attempt(value, kind).is_ok());
    match is_item(node) && kind != Kind::Schema {
        true => Some(vec![node.clone()]),
        false => map.values().all(is_item).then(|| map.values().cloned().collect()),
    }
}

fn attempt(node: &Value, kind: Kind) -> Result<(), String> {
    match kind {
        Kind::Document => try_as::<OpenAPI>(node),
        Kind::Info => try_as::<openapiv3::Info>(node),
        Kind::Server => try_as::<openapiv3::Server>(node),
        Kind::Tag => try_as::<openapiv3::Tag>(node),
        Kind::ExternalDocs => try_as::<openapiv3::ExternalDocumentation>(node),
        Kind::Components => try_as::<openapiv3::Components>(node),
        Kind::Paths => try_as::<openapiv3::Paths>(node),
        Kind::PathItem => try_as::<openapiv3::PathItem>(node),
        Kind::Operation => try_as::<openapiv3::Operation>(node),
        Kind::Parameter => try_as::<openapiv3::Parameter>(node),
        Kind::Header => try_as::<openapiv3::Header>(node),
        Kind::RequestBody => try_as::<openapiv3::RequestBody>(node),
        Kind::MediaType => try_as::<openapiv3::MediaType>(node),
        Kind::Encoding => try_as::<openapiv3::Encoding>(node),
        Kind::Responses => try_as::<openapiv3::Responses>(node),
        Kind::Response => try_as::<openapiv3::Response>(node),
        Kind::Link => try_as::<openapiv3::Link>(node),
        Kind::Callback => try_as::<openapiv3::Callback>(node),
        // `additionalProperties` may be true or false.
        Kind::Schema if node.is_boolean() => Ok(()),
        Kind::Schema => try_as::<openapiv3::Schema>(node),
        Kind::SecurityScheme => try_as::<openapiv3::SecurityScheme>(node),
        Kind::Example => try_as::<openapiv3::Example>(node),
    }
}

fn try_as<T: DeserializeOwned>(node: &Value) -> Result<(), String> {
    T::deserialize(node).map(drop).map_err(|error| error.to_string())
}
