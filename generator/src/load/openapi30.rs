//! An OpenAPI 3.0 tree goes in; one comes out in which nothing that was meant is lost when it is read into the model.

use serde_json::{Map, Value};

use super::Origins;
use super::shape::{self, Kind, Shape};
use super::trail::Trail;
use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

/// Siblings of a `$ref` that vendors mean although OpenAPI 3.0 says that they are ignored.
const MEANT: &[&str] = &[
    "nullable",
    "deprecated",
    "readOnly",
    "writeOnly",
    "default",
    "title",
    "description",
    "example",
    "externalDocs",
];

/// Moves the siblings of `$ref`s into an `allOf`, gives each response the description that the model requires,
/// and reports keywords that the model would drop.
pub(super) fn normalise(tree: &mut Value, dialect: &str, origins: &mut Origins, out: &mut Sink) {
    let mut wraps = Vec::new();
    normalise_node(tree, Shape::Object(Kind::Document), &Trail::Root, dialect, &mut wraps, origins, out);
    wraps.into_iter().for_each(|at| origins.wrapped(at));
}

fn normalise_node(
    node: &mut Value,
    shape: Shape,
    at: &Trail<'_>,
    dialect: &str,
    wraps: &mut Vec<Pointer>,
    origins: &Origins,
    out: &mut Sink,
) {
    match node {
        _ if shape == Shape::Data => {}
        Value::Object(map) => {
            if let Shape::Object(kind) = shape {
                if map.contains_key("$ref") {
                    if map.len() > 1 {
                        unify_ref(map, kind, at, wraps, origins, out);
                    }
                    return;
                }
                unknown(map, kind, dialect, at, origins, out);
                if kind == Kind::Response && !map.contains_key("description") {
                    map.insert("description".to_owned(), Value::String(String::new()));
                }
                // The operation is still called; lower says that nothing is known of its response.
                if kind == Kind::Operation && !map.contains_key("responses") {
                    map.insert("responses".to_owned(), Value::Object(Map::new()));
                }
            }
            for (key, value) in map.iter_mut() {
                normalise_node(value, shape.member(key), &at.key(key), dialect, wraps, origins, out);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                normalise_node(item, shape.item(), &at.index(index), dialect, wraps, origins, out);
            }
        }
        _ => {}
    }
}

fn unify_ref(
    map: &mut Map<String, Value>,
    kind: Kind,
    at: &Trail<'_>,
    wraps: &mut Vec<Pointer>,
    origins: &Origins,
    out: &mut Sink,
) {
    let is_meant = |key: &str| kind == Kind::Schema && (MEANT.contains(&key) || key.starts_with("x-"));
    let is_harmless = |key: &str| key.starts_with("x-") || shape::is_prose(kind, key);
    map.retain(|key, _| {
        let keep = key == "$ref" || is_meant(key);
        if !keep && !is_harmless(key) {
            out.push(
                Diagnostic::notice(
                    Code::Unsupported,
                    &origins.origin(&at.pointer().child(key)),
                    format!("`{key}` beside a `$ref` is ignored, as OpenAPI 3.0 says"),
                )
                .help("remove it in the overlay, or replace the `$ref`"),
            );
        }
        keep
    });
    if map.len() > 1
        && let Some(target) = map.shift_remove("$ref")
    {
        let inner = Map::from_iter([("$ref".to_owned(), target)]);
        map.shift_insert(0, "allOf".to_owned(), Value::Array(vec![Value::Object(inner)]));
        wraps.push(at.pointer());
    }
}

fn unknown(
    map: &Map<String, Value>,
    kind: Kind,
    dialect: &str,
    at: &Trail<'_>,
    origins: &Origins,
    out: &mut Sink,
) {
    for key in map.keys().filter(|key| !key.starts_with("x-") && !shape::is_known(kind, key)) {
        let message = match kind {
            Kind::Paths => format!("a path begins with `/` and `{key}` does not"),
            Kind::Responses => format!("`{key}` is neither a status code nor `default`"),
            _ => format!("{} of {dialect} has no `{key}`", shape::name(kind)),
        };
        out.push(
            Diagnostic::error(Code::Unsupported, &origins.origin(&at.pointer().child(key)), message)
                .help("remove it in the overlay if it can be done without"),
        );
    }
}
