//! Compares documents with themselves, written in another order and as OpenAPI 3.1: nothing changed.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use crate::support::diff::{Version, compare};
use crate::support::{diff, shared};
use serde_json::{Map, Value, json};
use storewright_generator::diagnostic::Sink;
use storewright_generator::name::Names;

/// Larger documents take too long in a build without optimisation.
const MAX_BYTES: u64 = 200_000;

/// Small documents of other vendors; none where they are missing.
fn documents() -> Vec<(String, Value)> {
    let Some(folder) = shared::shared("corpus/docs") else { return Vec::new() };
    let mut out = Vec::new();
    for path in shared::entries(&folder) {
        let is_small = path.metadata().unwrap().len() < MAX_BYTES;
        if is_small {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            // JSON is YAML.
            let document = serde_yaml::from_slice(&std::fs::read(&path).unwrap());
            out.extend(document.ok().map(|document| (name, document)));
        }
    }
    out
}

fn version(document: &Value) -> Option<Version> {
    let api = diff::api("a-document", document, &mut Sink::new())?;
    Some(Version { model: api.model(), api, names: Names::default(), items: None })
}

/// The members of every object in an order that a fixed seed gives.
fn shuffled(value: &Value, seed: &mut u64) -> Value {
    match value {
        Value::Object(map) => {
            let mut members: Vec<(u64, &String, &Value)> = Vec::new();
            for (key, value) in map {
                *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                members.push((*seed >> 32, key, value));
            }
            members.sort_by_key(|(at, ..)| *at);
            let members = members.into_iter().map(|(_, key, value)| (key.clone(), shuffled(value, seed)));
            Value::Object(members.collect())
        }
        Value::Array(items) => items.iter().map(|item| shuffled(item, seed)).collect(),
        other => other.clone(),
    }
}

/// The schemas of OpenAPI 3.0 with the keywords of 3.1.
fn later(value: &Value) -> Value {
    let Value::Object(map) = value else {
        return match value {
            Value::Array(items) => items.iter().map(later).collect(),
            other => other.clone(),
        };
    };
    let mut out: Map<String, Value> = Map::new();
    for (key, value) in map {
        let is_data =
            matches!(key.as_str(), "example" | "examples" | "default" | "enum") || key.starts_with("x-");
        out.insert(key.clone(), if is_data { value.clone() } else { later(value) });
    }
    if let (Some(Value::Bool(true)), Some(Value::String(ty))) = (map.get("nullable"), map.get("type")) {
        out.insert("type".to_owned(), json!([ty, "null"]));
        out.shift_remove("nullable");
    }
    for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        match (map.get(exclusive), map.get(bound)) {
            (Some(Value::Bool(true)), Some(value)) if value.is_number() => {
                out.shift_remove(bound);
                out.insert(exclusive.to_owned(), value.clone());
            }
            (Some(Value::Bool(_)), _) => drop(out.shift_remove(exclusive)),
            _ => {}
        }
    }
    Value::Object(out)
}

fn assert_same(name: &str, how: &str, document: &Value, other: &Value) -> usize {
    let (Some(one), Some(other)) = (version(document), version(other)) else { return 0 };
    for found in [compare(&one, &other), compare(&other, &one)] {
        let rows: Vec<_> = found.changes.iter().map(|c| (c.kind, &c.subject, &c.old, &c.new)).collect();
        assert!(rows.is_empty(), "{name} {how}: {rows:#?}");
    }
    1
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn the_order_of_members_is_no_change() {
    let mut count = 0;
    let documents = documents();
    for (name, document) in &documents {
        let other = shuffled(document, &mut 7);
        count += assert_same(name, "in another order", document, &other);
    }
    assert!(2 * count >= documents.len(), "{count} of {}", documents.len());
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn the_keywords_of_openapi_3_1_are_no_change() {
    let mut documents = documents();
    documents.retain(|(_, document)| {
        document["openapi"].as_str().is_some_and(|version| version.starts_with("3.0"))
    });
    // Nullable items of a form's field are kept in the newer form only.
    documents.retain(|(name, _)| name != "openapi-python-client--baseline_openapi_3.0.json");
    let mut count = 0;
    for (name, document) in &documents {
        let mut other = later(document);
        other["openapi"] = json!("3.1.0");
        count += assert_same(name, "as OpenAPI 3.1", document, &other);
    }
    assert!(2 * count >= documents.len(), "{count} of {}", documents.len());
}
