//! Builds versions from documents and compares them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use storewright_generator::api::{Api, Model};
use storewright_generator::diagnostic::Sink;
use storewright_generator::diff::{Bump, Change, Diff, Kind, Part, Side, diff};
use storewright_generator::load::{self, Options, Source};
use storewright_generator::name::{self, Config, Names};
use storewright_generator::plan::Item;
use storewright_generator::{lower, plan};

/// One side of a comparison.
pub(crate) struct Version {
    pub(crate) api: Api,
    pub(crate) model: Model,
    pub(crate) names: Names,
    pub(crate) items: Option<Vec<Item>>,
}

/// The Api of a document, if it is one.
pub(crate) fn api(name: &str, document: &Value, out: &mut Sink) -> Option<Api> {
    let text = serde_json::to_vec(document).unwrap();
    let spec = load::load(Source { name, text: &text }, None, &Options::default(), out)?;
    lower::lower(&spec, name, out)
}

/// The version that a document is, if it is one, with its areas where it has some.
pub(crate) fn tried(name: &str, document: &Value, areas: Option<&str>) -> Option<Version> {
    let mut out = Sink::new();
    let api = api(name, document, &mut out)?;
    let config = Config::parse("handle.from = \"id\"", areas, &mut out)?;
    let model = api.model();
    let names = name::name(&model, &config, &mut out)?;
    let items = Some(plan::items(&model, &names));
    Some(Version { api, model, names, items })
}

pub(crate) fn loaded(name: &str, document: &Value) -> Version {
    let mut out = Sink::new();
    tried(name, document, None).unwrap_or_else(|| {
        api(name, document, &mut out);
        panic!("{:?}", out.diagnostics())
    })
}

/// One without names, for tests that are not about Rust.
pub(crate) fn nameless(name: &str, document: &Value) -> Version {
    let mut out = Sink::new();
    let api = api(name, document, &mut out).unwrap_or_else(|| panic!("{:?}", out.diagnostics()));
    Version { model: api.model(), api, names: Names::default(), items: None }
}

pub(crate) fn compare(old: &Version, new: &Version) -> Diff {
    compare_parts(old, new, None)
}

/// The same with the parts that corrections can affect.
pub(crate) fn compare_parts(old: &Version, new: &Version, parts: Option<[Part<'_>; 2]>) -> Diff {
    let [old, new] =
        [old, new].map(|v| Side { api: &v.api, model: &v.model, names: &v.names, items: v.items.as_deref() });
    let diff = diff(&old, &new, parts);
    diff.changes.iter().for_each(assert_honest);
    diff
}

/// A row shows two items only if one of them is the other, and says that nothing breaks only if nothing does.
fn assert_honest(change: &Change) {
    let path =
        |item: &Option<String>| item.as_deref().and_then(|item| item.split(' ').next().map(str::to_owned));
    let [old, new] = [path(&change.rust_old), path(&change.rust_new)];
    let is_other = matches!(
        change.kind,
        Kind::OperationRenamed
            | Kind::OperationMoved
            | Kind::OperationRemoved
            | Kind::TypeRenamed
            | Kind::ParameterRequired
    );
    assert!(old.is_none() || new.is_none() || old == new || is_other, "{change:#?}");
    assert!(change.rust != Bump::Major || !change.note.contains("nothing stops compiling"), "{change:#?}");
}

pub(crate) fn counts(diff: &Diff) -> BTreeMap<&'static str, usize> {
    diff.summary.kinds.clone()
}

/// The counts that the same diff with its sides exchanged must have.
pub(crate) fn mirrored(diff: &Diff) -> BTreeMap<&'static str, usize> {
    let mut out = BTreeMap::new();
    for change in &diff.changes {
        *out.entry(change.kind.mirror().as_str()).or_default() += 1;
    }
    out
}

/// A document with a list of books, to which a JSON merge patch in YAML adds the rest.
pub(crate) fn shelf(patch: &str) -> Value {
    const SHELF: &str = "
openapi: 3.0.3
info: {title: Shelf, version: '1'}
paths:
  /books:
    get:
      operationId: books_list
      tags: [Books]
      responses:
        '200': {description: '', content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}
";
    patched(&serde_yaml::from_str(SHELF).unwrap(), &serde_yaml::from_str(patch).unwrap())
}

/// The folder of the cases.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/diff")
}

/// The old side of every case, and each case's patch by its name.
pub(crate) fn cases() -> (Value, BTreeMap<String, Value>) {
    let read = |path: &Path| serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let files = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut all: BTreeMap<String, Value> = files.map(|path| (name(&path), read(&path))).collect();
    (all.remove("base").unwrap(), all)
}

/// JSON Merge Patch (RFC 7386).
pub(crate) fn patched(target: &Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    let mut out = target.as_object().cloned().unwrap_or_default();
    for (name, value) in patch {
        match value {
            Value::Null => {
                out.shift_remove(name);
            }
            value => {
                let old = out.get(name).cloned().unwrap_or(Value::Null);
                out.insert(name.clone(), patched(&old, value));
            }
        }
    }
    Value::Object(out)
}

/// Every object with its members in the other order.
pub(crate) fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            Value::Object(map.iter().rev().map(|(k, v)| (k.clone(), reversed(v))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(reversed).collect()),
        other => other.clone(),
    }
}

/// Every schema in place of its references, except in discriminators, which know names only, and in cycles.
pub(crate) fn dereferenced(document: &Value) -> Value {
    fn go<'v>(value: &'v Value, root: &'v Value, open: &mut Vec<&'v str>) -> Value {
        match value {
            Value::Object(map) => match map.get("$ref").and_then(Value::as_str) {
                Some(reference) if open.contains(&reference) => value.clone(),
                Some(reference) => {
                    open.push(reference);
                    let out = go(root.pointer(reference.trim_start_matches('#')).unwrap(), root, open);
                    open.pop();
                    out
                }
                None if map.contains_key("discriminator") => value.clone(),
                None => Value::Object(map.iter().map(|(k, v)| (k.clone(), go(v, root, open))).collect()),
            },
            Value::Array(items) => Value::Array(items.iter().map(|item| go(item, root, open)).collect()),
            other => other.clone(),
        }
    }
    let mut out = document.clone();
    out["paths"] = go(&document["paths"], document, &mut Vec::new());
    out
}
