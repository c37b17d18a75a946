//! Pins the output of every stage for small documents, so the first difference names the stage with the bug.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::stages::{Made, Texts, report};
use crate::support::{shared, stages};
use serde_json::Value;
use storewright_generator::api::{Api, stored};
use storewright_generator::diagnostic::Sink;
use storewright_generator::load::{Source, text};
use storewright_generator::name::Custom;
use storewright_generator::render::MARK;
use storewright_generator::write::{self, Root};

fn cases() -> Vec<PathBuf> {
    shared::entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/stages"))
}

fn made(texts: &Texts) -> (Made, String) {
    let mut out = Sink::new();
    let made = texts.make(|_| false, &mut out);
    assert!(!out.has_errors(), "{}: {}", texts.name, report(&out));
    (made, report(&out))
}

/// Files from templates are the same except for a few values; these cases show them.
const WHOLE: &[&str] = &["plain", "areas", "overlay", "header-key", "basic"];
const FROM_TEMPLATES: &[&str] = &["Cargo.toml", "README.md", "src/lib.rs", "src/api.rs", "src/call.rs"];

#[test]
fn generated_files_are_known_again() {
    for folder in cases() {
        let (made, _) = made(&Texts::read(&folder));
        let files = stages::rendered(&made, "../../runtime");
        let files = files.into_iter().map(|file| (file.path, file.text)).collect();
        let target = tempfile::tempdir().unwrap();
        let root = [Root { folder: target.path().join("crate"), files, ..Root::default() }];
        write::write(&root, &write::compare(&root, MARK).unwrap()).unwrap();
        let found = write::compare(&root, MARK).unwrap();
        assert!(found.is_empty(), "{}: {found:?}", folder.display());
    }
}

#[test]
fn every_boundary_is_as_it_was() {
    for folder in cases() {
        let texts = Texts::read(&folder);
        let (made, said) = made(&texts);
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_snapshot_path(&folder);
        let mut files = stages::rendered(&made, "../../runtime");
        if !WHOLE.contains(&texts.name.as_str()) {
            files.retain(|file| !FROM_TEMPLATES.contains(&file.path.as_str()));
        }
        settings.bind(|| {
            if !said.is_empty() {
                insta::assert_snapshot!("report", said);
            }
            insta::assert_snapshot!("api", stages::stored_text(made.api.as_ref().unwrap()));
            insta::assert_snapshot!("names", stages::listed(made.names.as_ref().unwrap()));
        });
        let snapshots = folder.join("files");
        settings.set_snapshot_path(&snapshots);
        settings.bind(|| {
            for file in &files {
                insta::assert_snapshot!(file.path.as_str(), file.text);
            }
        });
        no_others(&snapshots, files.iter().map(|file| file.path.as_str()));
    }
}

/// Each snapshot is of a file that is generated: insta does not notice those of files that are gone.
fn no_others<'a>(snapshots: &Path, files: impl Iterator<Item = &'a str>) {
    let named: BTreeSet<String> = files.map(|path| format!("{}.snap", path.replace('/', "__"))).collect();
    for path in shared::entries(snapshots) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if named.contains(name.trim_end_matches(".new")) {
            continue;
        }
        if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
            std::fs::remove_file(&path).unwrap();
        } else {
            panic!("{}: the file is no longer generated: remove its snapshot", path.display());
        }
    }
}

/// `--docs` keeps descriptions; the public items are the same.
#[test]
fn prose_changes_no_item() {
    let items = |texts: &Texts| {
        let (made, _) = made(texts);
        storewright_generator::plan::items(&made.api.as_ref().unwrap().model(), made.names.as_ref().unwrap())
    };
    for folder in cases() {
        let texts = Texts::read(&folder);
        let with = Texts { keep_prose: true, ..texts.clone() };
        assert_eq!(items(&texts), items(&with), "{}", texts.name);
    }
}

#[test]
fn the_stored_form_holds_all() {
    for folder in cases() {
        let (made, _) = made(&Texts::read(&folder));
        let api = made.api.unwrap();
        let files = stored::files(&api).unwrap();
        let read = |name: &str| Ok(files.iter().find(|(file, _)| *file == name).unwrap().1.clone());
        let mut out = Sink::new();
        assert_eq!(
            stored::from_files(read, &mut out).as_ref(),
            Some(&api),
            "{}{}",
            folder.display(),
            report(&out)
        );
    }
}

fn tree(texts: &Texts) -> Value {
    let (name, text) = texts.document.as_ref().unwrap();
    text::parse(&Source { name, text }, &mut Sink::new()).unwrap()
}

fn lowered(texts: &Texts, tree: &Value) -> Api {
    let text = serde_json::to_vec(tree).unwrap();
    let texts = Texts { document: Some(("document.json", text)), ..texts.clone() };
    made(&texts).0.api.unwrap()
}

/// Members in the opposite order, and lists whose order means nothing.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(object) => object
            .iter()
            .rev()
            .map(|(key, value)| {
                let mut value = reversed(value);
                if let (
                    "required" | "enum" | "parameters" | "oneOf" | "anyOf" | "x-enumNames"
                    | "x-enum-varnames",
                    Value::Array(list),
                ) = (key.as_str(), &mut value)
                {
                    list.reverse();
                }
                (key.clone(), value)
            })
            .collect(),
        Value::Array(list) => list.iter().map(reversed).collect(),
        other => other.clone(),
    }
}

#[test]
fn the_order_of_a_document_means_nothing() {
    for folder in cases() {
        let texts = Texts::read(&folder);
        let tree = tree(&texts);
        let turned = reversed(&tree);
        assert_ne!(serde_json::to_string(&tree).unwrap(), serde_json::to_string(&turned).unwrap());
        let (api, other) = (lowered(&texts, &tree), lowered(&texts, &turned));
        assert_eq!(stages::stored_text(&api), stages::stored_text(&other), "{}", texts.name);
        assert_eq!(api, other, "{}", texts.name);
    }
}

/// Crates are compared as values, without their text.
#[test]
fn a_changed_fact_changes_one_part_of_a_crate() {
    for folder in cases() {
        let (made, _) = made(&Texts::read(&folder));
        let (api, names) = (made.api.unwrap(), made.names.unwrap());
        let mut other = api.clone();
        let Some((id, operation)) = other.operations.iter_mut().next() else { continue };
        let id = id.clone();
        operation.deprecated = !operation.deprecated;
        let plan = |api: &Api| storewright_generator::plan::plan(&api.model(), &names, &Custom::default());
        let (old, new) = (plan(&api), plan(&other));
        let (old_methods, new_methods) = (old.handles.iter(), new.handles.iter());
        let mut pairs =
            old_methods.zip(new_methods).flat_map(|(old, new)| old.methods.iter().zip(&new.methods));
        let (old_method, _) = pairs.find(|(old, new)| old != new).unwrap();
        assert_eq!(old_method.operation, id);
        assert!(pairs.all(|(old, new)| old == new || old.operation == id));
        assert_eq!(old.modules, new.modules);
        assert_eq!(old.items(), new.items());
        assert_eq!(old.package.deprecated.abs_diff(new.package.deprecated), 1);
    }
}

/// Parameters, bodies and responses in the place of the references to them.
fn dereferenced(value: &Value, root: &Value) -> Value {
    match value {
        Value::Object(object) => match object.get("$ref").and_then(Value::as_str) {
            Some(to) if !to.starts_with("#/components/schemas/") && !to.starts_with("#/definitions/") => {
                // A reference that leads nowhere stays one.
                let target = root.pointer(to.trim_start_matches('#'));
                target.map_or_else(|| value.clone(), |target| dereferenced(target, root))
            }
            _ => object.iter().map(|(key, value)| (key.clone(), dereferenced(value, root))).collect(),
        },
        Value::Array(list) => list.iter().map(|value| dereferenced(value, root)).collect(),
        other => other.clone(),
    }
}

#[test]
fn a_reference_and_its_target_mean_the_same() {
    let mut different = 0;
    for folder in cases() {
        let texts = Texts::read(&folder);
        let tree = tree(&texts);
        let whole = dereferenced(&tree, &tree);
        different += usize::from(tree != whole);
        assert_eq!(lowered(&texts, &tree), lowered(&texts, &whole), "{}", texts.name);
    }
    assert!(different > 0);
}
