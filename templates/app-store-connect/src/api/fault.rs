// {{ mark }}; edits are lost.
//! Reads the error bodies of App Store Connect member by member.

use std::collections::BTreeMap;

use storewright_runtime::serde_json::Map;
use storewright_runtime::{Value, object};

/// The most errors that the message of one failure names.
const NAMED: usize = 10;

/// The depth to which errors inside of errors are read.
const DEPTH: usize = 8;

/// The error body of App Store Connect.
///
/// Each member is read on its own, because Apple's servers do not keep to Apple's document: a `status` that is a number, a
/// link that is an object or an associated error without a list around it costs no other member. A member whose value
/// cannot be read is empty here; [`Error::body`](crate::runtime::Error::body) has the JSON.
#[non_exhaustive]
pub struct Fault {
    /// The errors, without those that are associated with them.
    pub errors: Vec<ErrorObject>,
}
object! { Fault { errors: "errors" } }

/// One error.
#[non_exhaustive]
pub struct ErrorObject {
    /// The id of this occurrence, for Apple's support.
    pub id: Option<String>,
    /// The HTTP status; empty if Apple sent none.
    pub status: String,
    /// The code, with dots from the general to the specific: see [`has_code`](Self::has_code). Empty if Apple sent none.
    pub code: String,
    /// A summary of the problem; empty if Apple sent none.
    pub title: String,
    /// An explanation of this occurrence of the problem.
    pub detail: Option<String>,
    /// The part of the request that caused the error.
    pub source: ErrorSource,
    /// Links to further information.
    pub links: ErrorObjectLinks,
    /// Associated errors, and members that are not documented.
    pub meta: ErrorMeta,
}
object! { ErrorObject {
    id: "id", status: "status", code: "code", title: "title", detail: "detail", source: "source", links: "links", meta: "meta",
} }

/// The part of a request that caused an error.
#[non_exhaustive]
pub struct ErrorSource {
    /// A JSON Pointer into the body of the request.
    pub pointer: Option<String>,
    /// The name of a query parameter.
    pub parameter: Option<String>,
    /// Members of other names.
    pub additional: BTreeMap<String, Value>,
}
object! { ErrorSource { pointer: "pointer", parameter: "parameter" } rest additional }

/// Links of an error.
#[non_exhaustive]
pub struct ErrorObjectLinks {
    /// A page about the error.
    pub about: Option<ErrorLink>,
    /// A page about a resource that is associated with the error.
    pub associated: Option<ErrorLink>,
    /// A page where the problem can be solved, which may be a path alone, such as `/business`.
    pub see: Option<ErrorLink>,
}
object! { ErrorObjectLinks { about: "about", associated: "associated", see: "see" } }

/// A link, which Apple sends as a string or as an object.
#[non_exhaustive]
pub struct ErrorLink {
    /// The URL.
    pub href: String,
    /// The link's `meta`, as Apple sent it.
    pub meta: Option<Value>,
}
object! { ErrorLink { href: "href", meta: "meta" } }

/// The `meta` of an error.
#[non_exhaustive]
pub struct ErrorMeta {
    /// Errors behind this one, by the path of their resource, such as `/v1/appStoreVersions/1`. The path is empty if Apple
    /// sent none.
    pub associated_errors: BTreeMap<String, Vec<ErrorObject>>,
    /// Members of other names.
    pub additional: BTreeMap<String, Value>,
}
object! { ErrorMeta { associated_errors: "associatedErrors" } rest additional }

impl Fault {
    /// The first error whose code is `prefix` or below it: codes are dotted, from the general to the specific
    /// (`ENTITY_ERROR.ATTRIBUTE.INVALID`), and Apple adds to their end.
    pub fn find(&self, prefix: &str) -> Option<&ErrorObject> {
        self.errors.iter().find(|error| error.has_code(prefix))
    }
}

impl ErrorObject {
    /// True if the code is `prefix` or below it.
    pub fn has_code(&self, prefix: &str) -> bool {
        self.code.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// `about` is the path of the resource, for an associated error.
    fn describe(&self, about: &str, out: &mut Vec<String>) {
        let message = self.detail.as_deref().unwrap_or(&self.title);
        let parts: Vec<&str> = [about, &self.code, message].into_iter().filter(|part| !part.is_empty()).collect();
        if !parts.is_empty() {
            let source = self.source.pointer.as_ref().or(self.source.parameter.as_ref());
            let source = source.map(|source| format!(" ({source})")).unwrap_or_default();
            out.push(parts.join(": ") + &source);
        }
        for (path, errors) in &self.meta.associated_errors {
            errors.iter().for_each(|error| error.describe(path, out));
        }
    }
}

impl storewright_runtime::Fault for Fault {
    fn read(body: &Value) -> Option<Self> {
        let errors = match body.get("errors") {
            None | Some(Value::Null) => match body {
                // Something between Apple and the client may send the error without a list.
                Value::Object(members) if has_message(members) => vec![error(members, DEPTH)],
                Value::Array(_) => errors(body, DEPTH),
                _ => Vec::new(),
            },
            Some(list) => errors(list, DEPTH),
        };
        (!errors.is_empty()).then_some(Fault { errors })
    }

    /// All errors, each followed by those behind it, in one line: the first alone seldom says how to solve the problem.
    fn message(&self) -> Option<String> {
        let mut messages = Vec::new();
        self.errors.iter().for_each(|error| error.describe("", &mut messages));
        let more = messages.len().saturating_sub(NAMED);
        messages.truncate(NAMED);
        if more > 0 {
            messages.push(format!("and {more} more"));
        }
        (!messages.is_empty()).then(|| messages.join("; "))
    }
}

/// Reads a list of errors, a single one, or errors by name.
fn errors(value: &Value, depth: usize) -> Vec<ErrorObject> {
    let Some(below) = depth.checked_sub(1) else { return Vec::new() };
    match value {
        Value::Array(items) => items.iter().filter_map(|item| item_of(item, below)).collect(),
        Value::Object(members) if !is_error(members) => {
            members.values().flat_map(|value| errors(value, below)).collect()
        }
        value => item_of(value, below).into_iter().collect(),
    }
}

fn item_of(value: &Value, depth: usize) -> Option<ErrorObject> {
    match value {
        Value::Object(members) => Some(error(members, depth)),
        Value::String(detail) if !detail.is_empty() => {
            Some(ErrorObject { detail: Some(detail.clone()), ..ErrorObject::default() })
        }
        _ => None,
    }
}

/// True if an object is one error, and not errors by name.
fn is_error(members: &Map<String, Value>) -> bool {
    has_message(members) || text(members, "status").or_else(|| text(members, "id")).is_some()
}

fn has_message(members: &Map<String, Value>) -> bool {
    ["code", "title", "detail"].iter().any(|name| text(members, name).is_some())
}

fn error(members: &Map<String, Value>, depth: usize) -> ErrorObject {
    ErrorObject {
        id: text(members, "id"),
        status: text(members, "status").unwrap_or_default(),
        code: text(members, "code").unwrap_or_default(),
        title: text(members, "title").unwrap_or_default(),
        detail: text(members, "detail"),
        source: members.get("source").map(source).unwrap_or_default(),
        links: members.get("links").map(links).unwrap_or_default(),
        meta: members.get("meta").map(|value| meta(value, depth)).unwrap_or_default(),
    }
}

/// A string that is not empty, or a number or boolean as one.
fn text(members: &Map<String, Value>, name: &str) -> Option<String> {
    match members.get(name)? {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        _ => None,
    }
}

fn source(value: &Value) -> ErrorSource {
    match value {
        Value::Object(members) => ErrorSource {
            pointer: text(members, "pointer"),
            parameter: text(members, "parameter"),
            additional: others(members, &["pointer", "parameter"]),
        },
        Value::String(pointer) if pointer.starts_with('/') => {
            ErrorSource { pointer: Some(pointer.clone()), ..ErrorSource::default() }
        }
        Value::String(parameter) if !parameter.is_empty() => {
            ErrorSource { parameter: Some(parameter.clone()), ..ErrorSource::default() }
        }
        _ => ErrorSource::default(),
    }
}

fn links(value: &Value) -> ErrorObjectLinks {
    let link = |name: &str| match value.get(name)? {
        Value::String(href) => Some(ErrorLink { href: href.clone(), meta: None }),
        Value::Object(members) => Some(ErrorLink {
            href: text(members, "href").unwrap_or_default(),
            meta: members.get("meta").cloned(),
        }),
        _ => None,
    };
    ErrorObjectLinks { about: link("about"), associated: link("associated"), see: link("see") }
}

fn meta(value: &Value, depth: usize) -> ErrorMeta {
    let Value::Object(members) = value else { return ErrorMeta::default() };
    let mut associated_errors = BTreeMap::new();
    match members.get("associatedErrors") {
        Some(Value::Object(paths)) if !is_error(paths) => {
            for (path, value) in paths {
                associated_errors.insert(path.clone(), errors(value, depth));
            }
        }
        Some(value) => {
            associated_errors.insert(String::new(), errors(value, depth));
        }
        None => {}
    }
    associated_errors.retain(|_, errors| !errors.is_empty());
    ErrorMeta { associated_errors, additional: others(members, &["associatedErrors"]) }
}

/// The members that have no field.
fn others(members: &Map<String, Value>, known: &[&str]) -> BTreeMap<String, Value> {
    let others = members.iter().filter(|(name, _)| !known.contains(&name.as_str()));
    others.map(|(name, value)| (name.clone(), value.clone())).collect()
}
