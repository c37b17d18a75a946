//! Compares vendors' documents, version by version: the diff of Apple's with a plain reading of the JSON, and all of them
//! in the other order.
//!
//! The reading below knows nothing of `Api`: it follows the documents' own keywords.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/diff.rs"]
mod diff;
#[path = "support/shared.rs"]
mod shared;

use std::collections::{BTreeMap, BTreeSet};

use diff::{compare, counts, mirrored, nameless, reversed};
use serde_json::Value;
use storewright_generator::diff::{Diff, Direction, Kind};

type Found = BTreeMap<Kind, BTreeSet<String>>;

/// Apple's documents, oldest first.
const VERSIONS: [&str; 5] = ["3.7.0", "4.3", "4.4.1", "4.5", "4.5.1"];
/// Steps over several versions.
const LEAPS: [[&str; 2]; 2] = [["3.7.0", "4.4.1"], ["4.4.1", "4.5.1"]];
/// App Center's documents, oldest first.
const APP_CENTER: [&str; 3] = ["2018-03", "2019-09", "2023-08"];

fn document(version: &str) -> Option<Value> {
    let newer = version.starts_with("3.7") || version.starts_with('4');
    let folder = if newer { "specs/app-store-connect" } else { "corpus/asc" };
    let text = shared::read_shared(&format!("{folder}/{version}.json"))?;
    Some(serde_json::from_slice(&text).unwrap())
}

fn app_center(version: &str) -> Option<Value> {
    let folder = if version == "2018-03" { "corpus/app-center" } else { "specs/app-center" };
    let text = shared::read_shared(&format!("{folder}/{version}.json"))?;
    Some(serde_json::from_slice(&text).unwrap())
}

/// A document, and the version that it is.
struct Read {
    name: &'static str,
    document: Value,
    version: diff::Version,
}

fn apple(name: &'static str) -> Option<Read> {
    let document = document(name)?;
    Some(Read { name, version: nameless("asc", &document), document })
}

fn blank(path: &str) -> String {
    let mut parts = path.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + "{}" + part.split_once('}').map_or("", |(_, rest)| rest))
}

fn operations(document: &Value) -> BTreeMap<String, &Value> {
    let mut out = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "post", "put", "patch", "delete"] {
            if let Some(operation) = item.get(method) {
                out.insert(format!("{} {}", method.to_uppercase(), blank(path)), operation);
            }
        }
    }
    out
}

fn parameters(operation: &Value) -> BTreeMap<&str, &Value> {
    let all = operation["parameters"].as_array().into_iter().flatten();
    all.filter(|p| p["in"] == "query").map(|p| (p["name"].as_str().unwrap(), p)).collect()
}

fn strings(values: &Value) -> BTreeSet<&str> {
    values.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The schemas that a schema refers to for its values: discriminators repeat those of `oneOf`.
fn references<'v>(value: &'v Value, out: &mut BTreeSet<&'v str>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                match (key.as_str(), inner) {
                    ("$ref", Value::String(to)) => {
                        out.insert(to.rsplit('/').next().unwrap());
                    }
                    ("discriminator", _) => {}
                    _ => references(inner, out),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, out)),
        _ => {}
    }
}

/// The schemas that operations use.
fn schemas(document: &Value) -> BTreeMap<&str, &Value> {
    let mut open = BTreeSet::new();
    references(&document["paths"], &mut open);
    let mut out: BTreeMap<&str, &Value> = BTreeMap::new();
    while let Some(name) = open.pop_first() {
        if let Some(schema) = document["components"]["schemas"].get(name)
            && out.insert(name, schema).is_none()
        {
            let mut inner = BTreeSet::new();
            references(schema, &mut inner);
            open.extend(inner.into_iter().filter(|name| !out.contains_key(name)));
        }
    }
    out
}

fn note(out: &mut Found, kind: Kind, subject: String) {
    out.entry(kind).or_default().insert(subject);
}

fn both(
    out: &mut Found,
    [added, removed]: [Kind; 2],
    old: &BTreeSet<&str>,
    new: &BTreeSet<&str>,
    head: &str,
) {
    new.difference(old).for_each(|name| note(out, added, format!("{head}{name}")));
    old.difference(new).for_each(|name| note(out, removed, format!("{head}{name}")));
}

fn flag(out: &mut Found, [on, off]: [Kind; 2], old: bool, new: bool, subject: &str) {
    if old != new {
        note(out, if new { on } else { off }, subject.to_owned());
    }
}

fn fields(path: &str, old: &Value, new: &Value, out: &mut Found) {
    if old.get("$ref").is_some() || new.get("$ref").is_some() {
        return;
    }
    if let (Some(_), Some(_)) = (old.get("enum"), new.get("enum")) {
        let (a, b) = (strings(&old["enum"]), strings(&new["enum"]));
        // One constant in the place of another is a change of type.
        if a.len() > 1 || b.len() > 1 {
            both(out, [Kind::ValueAdded, Kind::ValueRemoved], &a, &b, &format!("{path}="));
        }
    } else if let (Some(a), Some(b)) = (old["properties"].as_object(), new["properties"].as_object()) {
        let (must_a, must_b) = (strings(&old["required"]), strings(&new["required"]));
        let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
        for name in names {
            let path = format!("{path}.{name}");
            match (a.get(name), b.get(name)) {
                (Some(a), Some(b)) => {
                    let is = |value: &Value, key: &str| value[key] == true;
                    let must = [must_a.contains(name.as_str()), must_b.contains(name.as_str())];
                    flag(out, [Kind::FieldRequired, Kind::FieldOptional], must[0], must[1], &path);
                    let null = [is(a, "nullable"), is(b, "nullable")];
                    // Both at once are one change.
                    if must[0] == must[1] || [must[1], must[0]] != null {
                        let kinds = [Kind::FieldNullable, Kind::FieldNotNullable];
                        flag(out, kinds, null[0], null[1], &path);
                    }
                    let old = [Kind::FieldDeprecated, Kind::FieldUndeprecated];
                    flag(out, old, is(a, "deprecated"), is(b, "deprecated"), &path);
                    fields(&path, a, b, out);
                }
                (a, _) => note(out, if a.is_some() { Kind::FieldRemoved } else { Kind::FieldAdded }, path),
            }
        }
    } else if let (Some(a), Some(b)) = (old.get("items"), new.get("items")) {
        fields(&format!("{path}[]"), a, b, out);
    }
}

/// The changes that a reading of the two documents finds, by the subjects that rows have.
fn expected(old: &Value, new: &Value) -> Found {
    let mut out = Found::new();
    let (a, b) = (operations(old), operations(new));
    let keys = |map: &BTreeMap<String, &Value>| -> BTreeSet<String> { map.keys().cloned().collect() };
    let (all_a, all_b) = (keys(&a), keys(&b));
    all_b.difference(&all_a).for_each(|call| note(&mut out, Kind::OperationAdded, call.clone()));
    all_a.difference(&all_b).for_each(|call| note(&mut out, Kind::OperationRemoved, call.clone()));
    for call in all_a.intersection(&all_b) {
        let (a, b) = (parameters(a[call]), parameters(b[call]));
        let names = |map: &BTreeMap<&'_ str, &Value>| -> BTreeSet<String> {
            map.keys().map(|n| (*n).to_owned()).collect()
        };
        let (of_a, of_b) = (names(&a), names(&b));
        of_b.difference(&of_a).for_each(|n| note(&mut out, Kind::ParameterAdded, format!("{call} ?{n}")));
        of_a.difference(&of_b).for_each(|n| note(&mut out, Kind::ParameterRemoved, format!("{call} ?{n}")));
        for name in of_a.intersection(&of_b) {
            let (a, b) = (a[name.as_str()], b[name.as_str()]);
            let old = [Kind::ParameterDeprecated, Kind::ParameterUndeprecated];
            flag(&mut out, old, a["deprecated"] == true, b["deprecated"] == true, &format!("{call} ?{name}"));
            let values = |p: &'_ Value| -> BTreeSet<String> {
                let schema = p["schema"].get("items").unwrap_or(&p["schema"]);
                strings(&schema["enum"]).into_iter().map(str::to_owned).collect()
            };
            let (a, b) = (values(a), values(b));
            if !a.is_empty() && !b.is_empty() {
                let (a, b) = (a.iter().map(String::as_str).collect(), b.iter().map(String::as_str).collect());
                both(&mut out, [Kind::ValueAdded, Kind::ValueRemoved], &a, &b, &format!("{call} ?{name}="));
            }
        }
    }
    let (a, b) = (schemas(old), schemas(new));
    for (name, schema) in &a {
        if let Some(other) = b.get(name) {
            fields(name, schema, other, &mut out);
        }
    }
    out
}

/// The kinds that the reading above knows everything of.
const WHOLE: &[Kind] = &[
    Kind::OperationAdded,
    Kind::OperationRemoved,
    Kind::ParameterAdded,
    Kind::ParameterRemoved,
    Kind::ParameterDeprecated,
    Kind::ParameterUndeprecated,
    Kind::ValueAdded,
    Kind::ValueRemoved,
    Kind::FieldAdded,
    Kind::FieldRemoved,
    Kind::FieldRequired,
    Kind::FieldOptional,
    Kind::FieldNullable,
    Kind::FieldNotNullable,
    Kind::FieldDeprecated,
    Kind::FieldUndeprecated,
];

fn found(diff: &Diff) -> Found {
    let mut out = Found::new();
    for change in &diff.changes {
        // A type that is deprecated as a whole is not a field.
        let whole = [Kind::FieldDeprecated, Kind::FieldUndeprecated].contains(&change.kind);
        if !whole || change.subject.contains('.') {
            note(&mut out, change.kind, change.subject.clone());
        }
    }
    out
}

/// Checks a pair of versions, in both directions.
fn check(old: &Read, new: &Read) {
    let names = format!("{} to {}", old.name, new.name);
    let expected = expected(&old.document, &new.document);
    let diff = compare(&old.version, &new.version);
    let found = found(&diff);
    let nothing = BTreeSet::new();
    for kind in WHOLE {
        let (wanted, got) = (expected.get(kind).unwrap_or(&nothing), found.get(kind).unwrap_or(&nothing));
        let missing: Vec<_> = wanted.difference(got).collect();
        let mut invented: Vec<_> = got.difference(wanted).collect();
        // A value of a schema that is written inline on one side and named on the other has the name.
        invented.retain(|subject| !subject.starts_with("BuildBundleType="));
        assert!(
            missing.is_empty() && invented.is_empty(),
            "{names}, {}: missing {missing:?}, invented {invented:?}",
            kind.as_str()
        );
    }
    let all: usize = expected.values().map(BTreeSet::len).sum();
    // Apple's smallest step of these has seven new operations.
    assert!(all > 50, "{names}: {all} changes to find");
    assert_eq!(counts(&diff), mirrored(&compare(&new.version, &old.version)), "{names}");
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn every_change_that_a_plain_reading_finds_is_a_row_and_no_other() {
    let mut last: Option<Read> = None;
    for version in VERSIONS {
        let Some(next) = apple(version) else { return };
        if let Some(last) = &last {
            check(last, &next);
        }
        last = Some(next);
    }
    for [old, new] in LEAPS {
        let (Some(old), Some(new)) = (apple(old), apple(new)) else { return };
        check(&old, &new);
    }
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn nothing_changed_in_the_same_document_in_another_order() {
    let apple = ["1.5", "1.8", "2.2", "2.4", "3.1", "3.7.0", "4.5.1"].map(document);
    for document in apple.into_iter().chain(APP_CENTER.map(app_center)) {
        let Some(document) = document else { return };
        let found = compare(&nameless("one", &document), &nameless("one", &reversed(&document)));
        assert!(found.changes.is_empty(), "{}: {:?}", document["info"]["version"], found.changes.first());
    }
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn exchanging_the_sides_exchanges_the_kinds() {
    let older = ["1.5", "1.8", "2.2", "2.4", "3.1", "3.7.0"].map(document);
    for series in [&older[..], &APP_CENTER.map(app_center)] {
        let Some(series) = series.iter().cloned().collect::<Option<Vec<Value>>>() else { return };
        let series: Vec<_> = series.iter().map(|document| nameless("series", document)).collect();
        for pair in series.windows(2) {
            let diff = compare(&pair[0], &pair[1]);
            assert_eq!(counts(&diff), mirrored(&compare(&pair[1], &pair[0])));
            assert!(!diff.changes.is_empty());
        }
    }
}

/// All of it without references would be hundreds of megabytes; a few resources with their included ones are enough.
#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn nothing_changed_in_the_same_document_without_references() {
    let Some(mut document) = document("4.4.1") else { return };
    let kept = [
        "/v1/appCategories",
        "/v1/appCategories/{id}",
        "/v1/territories",
        "/v1/users",
        "/v1/users/{id}",
        "/v1/devices",
    ];
    document["paths"].as_object_mut().unwrap().retain(|path, _| kept.contains(&path.as_str()));
    let one = nameless("asc", &document);
    let other = nameless("asc", &diff::dereferenced(&document));
    for found in [compare(&one, &other), compare(&other, &one)] {
        let rows: Vec<_> =
            found.changes.iter().map(|c| (c.kind.as_str(), &c.subject, &c.old, &c.new)).collect();
        assert!(rows.is_empty(), "{rows:#?}");
    }
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn what_the_runtime_stands_for_and_what_all_operations_gain_is_one_row_each() {
    let (Some(a), Some(b)) = (document("3.7.0"), document("4.4.1")) else { return };
    let diff = compare(&nameless("asc", &a), &nameless("asc", &b));
    let row = |subject: &str| {
        diff.changes.iter().find(|c| c.subject == subject).unwrap_or_else(|| panic!("{subject}"))
    };
    let cursor = row("PagingInformation.paging.nextCursor");
    assert_eq!((cursor.kind, cursor.direction), (Kind::FieldAdded, Direction::Response));
    assert!(cursor.reach.operations > 200, "{:?}", cursor.reach);
    let declared = row("* 429");
    assert_eq!((declared.kind, declared.reach.operations), (Kind::ResponseAdded, 734));
    assert_eq!(diff.changes.iter().filter(|c| c.subject.ends_with(" 429")).count(), 1);
}
