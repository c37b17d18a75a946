//! Changes one fact of a public document at random: the diff has this one cause, and its mirror with the sides exchanged.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use crate::support::diff::{compare, counts, mirrored};
use crate::support::{diff, shared};
use serde_json::{Value, json};
use storewright_generator::diagnostic::Sink;
use storewright_generator::diff::{Kind, Wire};

/// Changes of each document.
const CHANGES: u64 = 12;
/// Documents of a run, the smaller ones of the corpus.
const DOCUMENTS: usize = 10;
/// Bytes that a document may have.
const LARGEST: usize = 250_000;

/// SplitMix64: the same choices on every machine.
struct Choices(u64);

impl Choices {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % count.max(1) as u64).unwrap()
    }

    fn of<'c, T>(&mut self, all: &'c [T]) -> Option<&'c T> {
        all.get(self.below(all.len()))
    }
}

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// The pointers of operations.
fn operations(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let of = |(path, item): (&String, &Value)| -> Vec<String> {
        let at = format!("/paths/{}", path.replace('~', "~0").replace('/', "~1"));
        METHODS.iter().filter(|m| item.get(**m).is_some()).map(|m| format!("{at}/{m}")).collect()
    };
    paths.flat_map(of).collect()
}

fn references(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            out.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| references(value, out));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, out)),
        _ => {}
    }
}

/// The pointers of the object schemas that operations use. A document without `allOf` and unions has each in one place.
fn schemas(document: &Value) -> Vec<String> {
    let (mut open, mut used) = (Vec::new(), BTreeSet::new());
    references(&document["paths"], &mut open);
    while let Some(reference) = open.pop() {
        let at = reference.trim_start_matches('#').to_owned();
        if let Some(target) = document.pointer(&at).filter(|_| used.insert(at.clone())) {
            references(target, &mut open);
        }
    }
    let is_object = |at: &String| {
        let schema = document.pointer(at).unwrap();
        at.starts_with("/components/schemas/") && schema["properties"].is_object()
    };
    used.into_iter().filter(is_object).collect()
}

/// The members of schemas that `is` takes.
fn members(document: &Value, is: impl Fn(&Value) -> bool) -> Vec<(String, String)> {
    let of = |at: String| -> Vec<(String, String)> {
        let all = document.pointer(&at).unwrap()["properties"].as_object().unwrap().iter();
        all.filter(|(_, member)| is(member)).map(|(name, _)| (at.clone(), name.clone())).collect()
    };
    schemas(document).into_iter().flat_map(of).collect()
}

/// The kind of the row that a change must have, and the verdicts that it may have.
type Wanted = (Kind, &'static [Wire]);

/// The document with one fact changed; none where it has nothing to change in this way.
fn changed(document: &Value, which: usize, choices: &mut Choices) -> Option<(Value, Wanted)> {
    use Wire::{Breaking, Risky, Safe};
    let mut out = document.clone();
    let operation = choices.of(&operations(document)).cloned();
    let wanted: Wanted = match which {
        0 => {
            out.pointer_mut(&operation?)?["deprecated"] = json!(true);
            (Kind::OperationDeprecated, &[Safe])
        }
        1 | 2 => {
            let required = which == 2;
            let one = json!({ "name": "zzNew", "in": "query", "required": required, "schema": { "type": "string" } });
            let operation = out.pointer_mut(&operation?)?.as_object_mut()?;
            operation.entry("parameters").or_insert(json!([])).as_array_mut()?.push(one);
            (Kind::ParameterAdded, if required { &[Breaking] } else { &[Safe] })
        }
        3 => {
            let operation = operation?;
            let (item, method) = operation.rsplit_once('/')?;
            out.pointer_mut(item)?.as_object_mut()?.shift_remove(method);
            (Kind::OperationRemoved, &[Breaking])
        }
        4 => {
            out.pointer_mut(&operation?)?["responses"]["418"] = json!({ "description": "" });
            (Kind::ResponseAdded, &[Safe])
        }
        5 => {
            let schema = choices.of(&schemas(document)).cloned()?;
            out.pointer_mut(&schema)?["properties"]["zzNew"] = json!({ "type": "string" });
            (Kind::FieldAdded, &[Safe])
        }
        6 => {
            let (schema, name) = choices.of(&members(document, |_| true)).cloned()?;
            let schema = out.pointer_mut(&schema)?;
            // An object without known members is a map.
            if schema["properties"].as_object()?.len() == 1 {
                return None;
            }
            schema["properties"].as_object_mut()?.shift_remove(&name);
            if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
                required.retain(|other| *other != name.as_str());
            }
            (Kind::FieldRemoved, &[Breaking, Risky])
        }
        7 => {
            let is = |member: &Value| member["type"] == "string" && member["enum"].is_array();
            let (schema, name) = choices.of(&members(document, is)).cloned()?;
            out.pointer_mut(&schema)?["properties"][&name]["enum"].as_array_mut()?.push(json!("zz_new"));
            (Kind::ValueAdded, &[Risky, Safe])
        }
        8 => {
            let is = |member: &Value| member["type"] == "boolean" && member.get("enum").is_none();
            let (schema, name) = choices.of(&members(document, is)).cloned()?;
            let member = out.pointer_mut(&schema)?["properties"][&name].as_object_mut()?;
            member.insert("type".to_owned(), json!("integer"));
            member.shift_remove("default");
            (Kind::FieldTypeChanged, &[Breaking])
        }
        _ => {
            let is = |member: &Value| member["type"] == "string" && member.as_object().unwrap().len() == 1;
            let (schema, name) = choices.of(&members(document, is)).cloned()?;
            out.pointer_mut(&schema)?["properties"][&name]["maxLength"] = json!(7);
            (Kind::LimitChanged, &[Breaking, Safe])
        }
    };
    (out != *document).then_some((out, wanted))
}

/// True for a document whose schemas are each in one place.
fn is_plain(text: &str) -> bool {
    !["allOf", "oneOf", "anyOf", "readOnly", "writeOnly"].iter().any(|word| text.contains(word))
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn a_changed_fact_is_one_cause() {
    let Some(folder) = shared::shared("corpus/docs") else { return };
    let (mut documents, mut checked) = (0, BTreeSet::new());
    for path in shared::entries(&folder) {
        let text = std::fs::read_to_string(&path).unwrap();
        if documents == DOCUMENTS || text.len() > LARGEST || !is_plain(&text) {
            continue;
        }
        let Ok(document) = serde_yaml::from_str::<Value>(&text) else { continue };
        let name = path.file_name().unwrap().to_str().unwrap();
        if document["openapi"].as_str().is_none_or(|version| !version.starts_with("3.0")) {
            continue;
        }
        let version = |document: &Value| diff::api(name, document, &mut Sink::new()).is_some();
        assert!(version(&document), "{name}");
        documents += 1;
        let base = diff::nameless(name, &document);
        for seed in 0..CHANGES {
            let mut choices = Choices(seed ^ text.len() as u64);
            let which = usize::try_from(seed % 10).unwrap();
            let Some((new, (kind, wires))) = changed(&document, which, &mut choices) else { continue };
            let new = diff::nameless(name, &new);
            let found = compare(&base, &new);
            // Types come and go with what refers to them.
            let is_type = |kind: Kind| matches!(kind, Kind::TypeAdded | Kind::TypeRemoved);
            let rows: Vec<_> = found.changes.iter().filter(|change| !is_type(change.kind)).collect();
            let groups: BTreeSet<&str> =
                rows.iter().map(|change| change.group.as_deref().unwrap_or(&change.id)).collect();
            let worst = rows.iter().map(|change| change.wire).min();
            assert!(
                groups.len() == 1
                    && rows.iter().all(|row| row.kind == kind)
                    && worst.is_some_and(|worst| wires.contains(&worst)),
                "{name}, seed {seed}, wanted {} {wires:?}: {rows:#?}",
                kind.as_str()
            );
            assert_eq!(counts(&found), mirrored(&compare(&new, &base)), "{name}, seed {seed}");
            checked.insert(which);
        }
    }
    println!("{documents} documents, {} kinds of changes", checked.len());
    assert!(documents > 3 && checked.len() == 10, "{documents} documents, changes {checked:?}");
}
