//! Decodes JSON that differs from the models: members are absent, and every difference is listed.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use storewright_runtime::codec::{Slot, from_slice, from_slice_tolerant};
use storewright_runtime::{
    Date, Document, Linkage, Page, Patch, Sparse, Timestamp, ToOne, object, open_enum, open_int_enum,
    resource, union,
};

struct Everything {
    text: Option<String>,
    flag: Option<bool>,
    number: Option<i64>,
    float: Option<f64>,
    time: Option<Timestamp>,
    date: Option<Date>,
    platform: Option<Platform>,
    priority: Option<Priority>,
    patch: Patch<i64>,
    texts: Option<Vec<String>>,
    lists: Option<Vec<Vec<i64>>>,
    map: Option<BTreeMap<String, i64>>,
    child: Option<Child>,
    children: Option<Vec<Child>>,
    parts: Sparse<Child>,
}
object! { Everything {
    text: "text", flag: "flag", number: "number", float: "float", time: "time", date: "date", platform: "platform",
    priority: "priority", patch: "patch", texts: "texts", lists: "lists", map: "map", child: "child",
    children: "children", parts: "parts",
} }

struct Child {
    name: String,
    size: i64,
    loud: bool,
    tags: Vec<String>,
    note: Option<String>,
    extra: BTreeMap<String, i64>,
}
object! { Child { name: "name", size: "size", loud: "loud", tags: "tags", note: "note" }
required ["name", "size", "loud", "tags"] rest extra }

#[non_exhaustive]
enum Platform {
    Ios,
    Unrecognized(String),
}
open_enum! { Platform { Ios = "IOS" } }

#[non_exhaustive]
enum Priority {
    Low,
    Unrecognized(i64),
}
open_int_enum! { Priority { Low = 1 } }

struct App {
    id: String,
    attributes: AppAttributes,
    relationships: AppRelationships,
}
resource! { App: "apps" { attributes: "attributes", relationships: "relationships" } }

struct AppAttributes {
    name: Option<String>,
    sku: Option<String>,
}
object! { AppAttributes { name: "name", sku: "sku" } }

struct AppRelationships {
    icon: Option<ToOne>,
}
object! { AppRelationships { icon: "icon" } }

#[non_exhaustive]
enum Included {
    App(Box<App>),
    Unrecognized(Value),
}
union! { Included by "type" { App(App) = "apps" } }

/// The value of a text, and its mismatches as text, in alphabetical order. Strictly, the same text is an error.
fn decoded<T: Slot + Default>(json: &Value) -> (T, Vec<String>) {
    let text = json.to_string();
    let (value, mismatches) = from_slice_tolerant::<T>(text.as_bytes()).unwrap();
    assert_eq!(from_slice::<T>(text.as_bytes()).is_err(), !mismatches.is_empty(), "{text}");
    let mut listed: Vec<String> = mismatches.iter().map(ToString::to_string).collect();
    listed.sort();
    (value, listed)
}

#[test]
fn an_optional_member_of_another_type_is_absent() {
    let values = [json!(true), json!(1), json!(1.5), json!("x"), json!(["x", [1]]), json!({"x": {"y": 1}})];
    // The name of a member, the type that is expected, and which of the values above are of that type.
    let members: [(&str, &str, &[usize]); 13] = [
        ("text", "a string", &[3]),
        ("flag", "a boolean", &[0]),
        ("number", "a 64-bit integer", &[1]),
        ("float", "a number", &[1, 2]),
        ("time", "a string", &[3]),
        ("date", "a string", &[3]),
        ("platform", "a string", &[3]),
        ("priority", "a 64-bit integer", &[1]),
        ("patch", "a 64-bit integer", &[1]),
        ("texts", "an array", &[4]),
        ("map", "an object", &[5]),
        ("child", "an object", &[5]),
        ("parts", "an object", &[5]),
    ];
    let found = ["a boolean", "an integer", "a number", "a string", "an array", "an object"];
    for (member, expected, fits) in members {
        for (index, value) in values.iter().enumerate().filter(|(index, _)| !fits.contains(index)) {
            let (everything, mismatches) = decoded::<Everything>(&json!({(member): value, "text": "kept"}));
            let kept = json!({"text": "kept"});
            let expected_text = format!("{member}: expected {expected}, found {}", found[index]);
            if member != "text" {
                assert_eq!(mismatches, [expected_text], "{value}");
                let mut written = serde_json::to_value(&everything).unwrap();
                written.as_object_mut().unwrap().remove("parts");
                assert_eq!(written, kept, "{value}");
            }
        }
    }
    let (everything, mismatches) =
        decoded::<Everything>(&json!({"flag": true, "text": {"a": [1]}, "number": 5}));
    assert_eq!((everything.text, everything.flag, everything.number), (None, Some(true), Some(5)));
    assert_eq!(mismatches, ["text: expected a string, found an object"]);
    assert_eq!(decoded::<Everything>(&json!({"patch": "x"})).0.patch, Patch::Absent);
}

#[test]
fn null_is_no_mismatch_of_an_optional_member() {
    let nulls: Value =
        ["text", "flag", "time", "platform", "texts", "map", "child", "children", "parts", "patch"]
            .map(|name| (name.to_owned(), Value::Null))
            .into_iter()
            .collect();
    assert_eq!(decoded::<Everything>(&nulls).1, [""; 0]);
}

#[test]
fn a_required_member_that_is_missing_or_null_has_its_default_and_is_listed() {
    let (everything, mismatches) =
        decoded::<Everything>(&json!({"child": {"name": null, "tags": null, "loud": 1}}));
    let child = everything.child.unwrap();
    assert_eq!((child.name.as_str(), child.size, child.loud, child.tags.len()), ("", 0, false, 0));
    assert_eq!(
        mismatches,
        [
            "child.loud: expected a boolean, found an integer",
            "child.name: expected a string, found null",
            "child.size: expected a 64-bit integer, found nothing",
            "child.tags: expected an array, found null",
        ]
    );
    assert_eq!(decoded::<Everything>(&json!({"children": [{}]})).1.len(), 4);
    let (page, mismatches) = decoded::<Page<App>>(&json!({"data": [], "meta": {"paging": {"total": 7}}}));
    let paging = page.meta.unwrap().paging;
    assert_eq!((paging.total, paging.limit, mismatches.len()), (Some(7), None, 0));
}

#[test]
fn lists_lose_items_and_maps_lose_entries() {
    let json = json!({
        "texts": ["a", 5, "b", null, {"c": 1}],
        "lists": [[1], "x", [2, "y", 3]],
        "map": {"a": 1, "b": "two", "c": [3]},
        "children": ["x", {"name": "n", "size": 1, "loud": true, "tags": ["t", 5], "more": 1, "other": "x"}],
    });
    let (everything, mismatches) = decoded::<Everything>(&json);
    assert_eq!(everything.texts.unwrap(), ["a", "b"]);
    assert_eq!(everything.lists.unwrap(), [vec![1], vec![2, 3]]);
    assert_eq!(everything.map.unwrap(), BTreeMap::from([("a".to_owned(), 1)]));
    let children = everything.children.unwrap();
    assert_eq!((children.len(), children[0].tags.as_slice()), (1, &["t".to_owned()][..]));
    assert_eq!(children[0].extra, BTreeMap::from([("more".to_owned(), 1)]));
    assert_eq!(
        mismatches,
        [
            "children[0]: expected an object, found a string",
            "children[1].other: expected a 64-bit integer, found a string",
            "children[1].tags[1]: expected a string, found an integer",
            "lists[1]: expected an array, found a string",
            "lists[2][1]: expected a 64-bit integer, found a string",
            "map.b: expected a 64-bit integer, found a string",
            "map.c: expected a 64-bit integer, found an array",
            "texts[1]: expected a string, found an integer",
            "texts[3]: expected a string, found null",
            "texts[4]: expected a string, found an object",
        ]
    );
}

#[test]
fn resources_and_what_is_included_keep_the_rest() {
    let json = json!({
        "data": [{"type": "apps", "id": "1", "attributes": {"name": 5, "sku": "S"}},
            {"type": "apps", "id": "2", "attributes": [], "relationships": {"icon": {"data": "i1"}}}],
        "included": [{"type": "apps", "id": "3", "attributes": {"name": "N", "sku": false}},
            {"attributes": {"name": ["x"]}, "id": "4", "type": "apps"}, 7],
        "links": "none",
    });
    let (page, mismatches) = decoded::<Page<App, Included>>(&json);
    assert_eq!((page.data.len(), page.data[0].attributes.sku.as_deref()), (2, Some("S")));
    let included: Vec<&App> = page.included::<App>().collect();
    assert_eq!((included[0].attributes.name.as_deref(), included[1].id.as_str()), (Some("N"), "4"));
    assert_eq!(
        mismatches,
        [
            "data[0].attributes.name: expected a string, found an integer",
            "data[1].attributes: expected an object, found an array",
            "data[1].relationships.icon.data: expected an object, found a string",
            "included[0].attributes.sku: expected a string, found a boolean",
            "included[1].attributes.name: expected a string, found an array",
            "included[2]: expected an object, found an integer",
            "links: expected an object, found a string",
        ]
    );
}

#[test]
fn documents_and_identities_stay_errors() {
    let path =
        |json: &str| from_slice_tolerant::<Page<App, Included>>(json.as_bytes()).map(drop).unwrap_err().path;
    for (json, at) in [
        ("[]", ""),
        ("null", ""),
        ("{}", ""),
        (r#"{"data":{}}"#, "data"),
        (r#"{"data":[{"type":"apps"}]}"#, "data[0]"),
        (r#"{"data":[{"type":"apps","id":5}]}"#, "data[0].id"),
        (r#"{"data":[{"type":"apps","id":null}]}"#, "data[0].id"),
        (r#"{"data":[],"included":[{"id":5,"type":"apps"}]}"#, "included[0].id"),
        (r#"{"data":[],"included":[{"type":"apps"}]}"#, "included[0]"),
    ] {
        assert_eq!(path(json), at, "{json}");
    }
    let icon = r#"{"data":{"id":"1","relationships":{"icon":{"data":{"type":"icons"}}}}}"#;
    let error = from_slice_tolerant::<Document<App>>(icon.as_bytes()).map(drop).unwrap_err();
    assert_eq!(error.path, "data.relationships.icon.data");
    assert!(from_slice_tolerant::<Linkage>(br#"{"data":[]}"#).is_err());
    assert!(from_slice_tolerant::<Vec<String>>(b"{}").is_err());
}

#[test]
fn syntax_of_skipped_values_stays_checked() {
    for json in [r#"{"text":[1,}"#, r#"{"text":{"a":nul}}"#, r#"{"flag":"x}"#, r#"{"texts":[{"a":1]}"#] {
        assert!(from_slice_tolerant::<Everything>(json.as_bytes()).is_err(), "{json}");
    }
    let deep = format!(r#"{{"text":{}1{},"flag":true}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let (everything, mismatches) = from_slice_tolerant::<Everything>(deep.as_bytes()).unwrap();
    assert_eq!((everything.flag, mismatches.len()), (Some(true), 1));
}

#[test]
fn lists_and_paths_of_mismatches_are_bounded_and_hold_no_values() {
    let json = json!({"texts": vec![5; 1000], "flag": true});
    let (everything, mismatches) = from_slice_tolerant::<Everything>(json.to_string().as_bytes()).unwrap();
    assert_eq!((everything.flag, mismatches.len()), (Some(true), 100));
    assert_eq!((mismatches[99].path().as_str(), mismatches[99].pattern().as_str()), ("texts[99]", "texts[]"));

    let key = "k".repeat(10_000);
    let json = json!({"map": {(key): "s3cret"}});
    let (_, mismatches) = from_slice_tolerant::<Everything>(json.to_string().as_bytes()).unwrap();
    assert_eq!((mismatches[0].path().len(), mismatches[0].pattern().as_str()), ("map.".len() + 64, "map.*"));
    assert!(!format!("{mismatches:?} {}", mismatches[0]).contains("s3cret"));
}
